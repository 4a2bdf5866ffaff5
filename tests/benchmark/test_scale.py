"""What is said of a thousand sign-ins a second follows from what one costs."""

import pytest

from bench.scale import SUBJECTS, WARM, left_behind, measure, verdict
from bench.served import redis_client, served
from bench.sizing import Cost, KeyCost, customer_bytes, live_bytes, need

COST = Cost(bridge_ms=1.2, redis_ms=0.2, commands=20, trips=3, worker_mb=45, server_mb=40)
SESSION = KeyCost("session", each=1, size=1300, life=43_200)
ATTEMPT = KeyCost("attempt", each=1, size=250, life=60)
STREAM = KeyCost("audit", each=1, size=74, life=0)


def test_a_thousand_sign_ins_a_second() -> None:
    needed = need(COST, 1000)
    assert needed.cores == pytest.approx(1.2)
    assert needed.workers == 2, "each busy for 60 % of its core"
    assert needed.memory_mb == pytest.approx(40 + 2 * 45)
    assert needed.redis_share == pytest.approx(0.2)
    assert needed.redis_commands == pytest.approx(20_000)


@pytest.mark.parametrize(("rate", "workers"), [(0.1, 1), (500, 1), (501, 2), (5000, 10)])
def test_workers_are_whole_and_there_is_one_at_least(rate: float, workers: int) -> None:
    assert need(COST, rate).workers == workers


def test_keys_live_no_longer_than_their_life() -> None:
    assert live_bytes([ATTEMPT], 1000, 30) == 1000 * 250 * 30
    assert live_bytes([ATTEMPT], 1000, 3600) == 1000 * 250 * 60
    assert live_bytes([ATTEMPT, SESSION], 10, 3600) == 10 * (250 * 60 + 1300 * 3600)


def test_streams_are_as_long_as_they_were_told_to_be() -> None:
    assert live_bytes([STREAM], 1000, 3600) == 0


def test_customers_of_two_providers_count_twice() -> None:
    assert customer_bytes(100_000_000) == pytest.approx(8.88e9)
    assert customer_bytes(10, identities=2) == 2 * customer_bytes(10)


def test_only_as_many_workers_as_there_are_cores_are_judged() -> None:
    assert verdict({1: 2.0, 2: 2.2, 4: 9.0}, cores=2).startswith(
        "holds: up to 2 workers a sign-in costs 1.10 x"
    )
    assert verdict({1: 2.0, 2: 2.4}, cores=2).startswith("MISSED")


@pytest.mark.slow
def test_what_sign_ins_cost_and_leave_behind() -> None:
    with served({"bench": 0}, subjects=SUBJECTS) as bridge:
        row = measure(bridge, 100, 4)
        left = {one.kind: one for one in left_behind(redis_client(bridge.redis_url), WARM + 100)}
    assert row.rate > 0
    assert 0 < row.cost.redis_ms < row.cost.bridge_ms
    assert row.cost.commands > row.cost.trips
    assert {"attempt", "session", "audit", "decisions"} <= set(left)
    assert left["session"].life > left["attempt"].life
    assert "links" not in left, "they are no sign-in's but a customer's"
