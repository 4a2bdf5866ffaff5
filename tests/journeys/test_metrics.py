"""Several workers behind one port: whichever is asked tells the numbers of all, also of those that died."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from bridge.web.metrics.declared import METRICS
from tests.journeys.browser import Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, until
from tests.journeys.told import Told, read

pytestmark = pytest.mark.slow

STEPS = ("started", "returned", "verified", "resolved", "minted")
COUNTING = ("_total", "_bucket", "_count", "_sum")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path) as stage:
        yield stage


def told(bridge: BridgeProcess) -> Told:
    for _ in range(100):
        with suppress(OSError):  # a worker that was killed takes the connections along that came to it
            answer = Browser().fetch(f"{bridge.url}/metrics")
            assert answer.status == 200
            return read(answer.text)
        time.sleep(0.05)
    raise AssertionError("nobody answers")


def workers(bridge: BridgeProcess, number: int) -> None:
    until(lambda: told(bridge)["bridge_workers"][()] == number)


def sign_ins(found: Told) -> dict[str, float]:
    return {step: found["bridge_sign_ins_total"]["us", "acme", step] for step in STEPS}


def children(bridge: BridgeProcess) -> list[int]:
    found: list[int] = []
    for thread in Path(f"/proc/{bridge.process.pid}/task").iterdir():
        with suppress(FileNotFoundError):  # one that ended meanwhile has no children
            found += map(int, (thread / "children").read_text().split())
    return [one for one in found if b"resource_tracker" not in Path(f"/proc/{one}/cmdline").read_bytes()]


def counters(found: Told) -> dict[tuple[str, tuple[str, ...]], float]:
    """Everything that must never go back. What Redis counts is told by nobody while it is away."""
    names = [name for name in found if name.endswith(COUNTING)]
    return {(name, labels): value for name in names for labels, value in found[name].items()}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers in /proc")
def test_the_sum_is_right_whichever_answers_and_whoever_was_killed(stage: Stage) -> None:
    bridge = stage.serve(workers=2)
    workers(bridge, 2)
    made, first = 0, children(bridge)
    before: dict[tuple[str, tuple[str, ...]], float] = {}
    for round_ in range(3):
        for _ in range(6):
            assert stage.sign_in(Browser()).status == 303
        for _ in range(5):
            assert Browser().fetch(f"{bridge.url}/login/nowhere").status == 404
        assert stage.sign_in(Browser(), "Charles Babbage").status == 403
        made += 6
        if round_:
            # At once: nothing may be on its way to anywhere. Not one that is new: the server takes that for a
            # fault in the configuration, and ends.
            os.kill(first[round_ - 1], signal.SIGKILL)
            until(lambda: len(set(first) & set(children(bridge))) == 2 - round_)  # noqa: B023 - asked here
        for _ in range(8):  # whichever answers
            found = told(bridge)
            assert sign_ins(found) == {
                **dict.fromkeys(STEPS, made),
                **dict.fromkeys(("started", "returned", "verified"), made + round_ + 1),
            }
            assert found["bridge_refusals_total"]["store_unknown", "other", ""] == 5 * (round_ + 1)
            assert found["bridge_refusals_total"]["email_not_trusted", "us", "acme"] == round_ + 1
            now = counters(found)
            assert [key for key, value in before.items() if now.get(key, -1) < value] == []
            before = now
        until(lambda: told(bridge)["bridge_worker_starts_total"][()] == 2 + round_)  # noqa: B023 - asked here
        workers(bridge, 2)
        time.sleep(1)  # until the new one listens: else there is nobody left when the next one is killed


def test_every_metric_but_what_needs_an_occasion_is_told_after_a_few_sign_ins(stage: Stage) -> None:
    bridge = stage.serve(workers=2)
    workers(bridge, 2)
    assert stage.sign_in(Browser()).status == 303
    found = told(bridge)
    present = {name.removesuffix("_count") for name in found}
    assert {one for one in METRICS if one not in present} <= {
        "bridge_refusals_total", "bridge_unknown_keys_total", "bridge_tokens_total",
        "bridge_sessions_ended_total", "bridge_expiry_timestamp_seconds", "bridge_configuration_reads_total",
    }  # fmt: skip
    assert found["bridge_redis_up"][()] == 1
    assert abs(found["bridge_provider_clock_ahead_seconds"]["acme",]) < 5
    assert found["bridge_resident_memory_bytes"][()] > 50_000_000


def test_a_configuration_that_was_refused_is_seen_and_so_is_the_next_good_one(stage: Stage) -> None:
    bridge = stage.serve()
    first = told(bridge)
    assert first["bridge_configuration_last_read_successful"][()] == 1
    secret = stage.tables["connections.acme"].pop("client_secret")
    stage.write_configuration()
    until(lambda: told(bridge)["bridge_configuration_last_read_successful"][()] == 0)
    stage.tables["connections.acme"]["client_secret"] = secret
    stage.tables["connections.acme"]["label"] = "Another"
    stage.write_configuration()
    until(lambda: told(bridge)["bridge_configuration_last_read_successful"][()] == 1)
    found = told(bridge)
    assert found["bridge_configuration_reads_total"]["refused",] >= 1
    at = "bridge_configuration_last_success_timestamp_seconds"
    assert found[at][()] > first[at][()]


def test_a_store_that_signs_somebody_out_is_counted(stage: Stage) -> None:
    bridge = stage.serve(workers=2)
    browser = Browser()
    assert stage.sign_in(browser).status == 303
    client: redis.Redis = stage.redis
    assert list(client.scan_iter("bridge:session:*"))
    ours = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert browser.fetch(f"{bridge.url}/logout/us", form={"return_to": ""}, headers=ours).status == 200
    until(lambda: "bridge_sessions_ended_total" in told(bridge))
    assert told(bridge)["bridge_sessions_ended_total"]["us", "storefront"] == 1
