"""What a sign-in costs Redis: one round trip to go, two to come back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.profile import ProfileMap
from bridge.domain.store import CustomerPolicy
from bridge.flows.delivery import ByCode
from bridge.flows.limits import Limits
from bridge.state.codes import RedisCodes
from bridge.state.throttle import RedisThrottle
from tests.contracts.world import FakeClock, counting_token
from tests.flows.scene import Scene, callback, person

from .conftest import Adapters


@pytest.fixture
def scene(clock: FakeClock, adapters: Adapters) -> Scene:
    """The flow on the real server, warmed up."""
    made = Scene(clock, attempts=adapters.attempts, sign_ins=adapters.sign_ins, links=adapters.links)
    made.sign_in(person())
    return made


def commands(adapters: Adapters, raw: Any, act: Callable[[], object]) -> list[str]:
    """The commands that clients sent while `act` ran, in order; what scripts do inside is not counted."""
    with raw.monitor() as monitor:
        act()
        adapters.server.command("ECHO", "that was all")
        seen = []
        while "that was all" not in (entry := monitor.next_command())["command"]:
            if entry["client_type"] != "lua":
                seen.append(entry["command"].split()[0].upper())
    return seen


def test_going_to_the_provider_costs_one_round_trip(scene: Scene, adapters: Adapters, raw: Any) -> None:
    assert commands(adapters, raw, scene.go) == ["EVALSHA"]


def test_a_start_that_is_counted_costs_no_more(
    clock: FakeClock, scene: Scene, adapters: Adapters, raw: Any
) -> None:
    throttle = RedisThrottle(adapters.server, adapters.keys)
    limits = Limits(throttle, clock.now, starts_per_address=600, starts_per_connection=6000)
    scene.flow = replace(scene.flow, limits=limits)

    def go() -> None:
        scene.flow.start("us", "acme", "/cart", "", clock.deadline(), client_address="203.0.113.7")

    go()
    assert commands(adapters, raw, go) == ["EVALSHA"]
    lives = [raw.ttl(key) for key in raw.scan_iter(f"{adapters.keys.prefix}:rate:*")]
    assert len(lives) == 2
    assert all(0 < life <= 60 for life in lives)


def test_a_known_customer_coming_back_costs_two(scene: Scene, adapters: Adapters, raw: Any) -> None:
    ticket, code = scene.go(), scene.code_for(person())
    assert commands(adapters, raw, lambda: scene.back(ticket, code)) == ["EVALSHA", "EVALSHA"]


def test_a_repeated_callback_costs_four(scene: Scene, adapters: Adapters, raw: Any) -> None:
    """The second asks whether the person was blocked since, the third whether unlinked, the last whether
    the session goes on.
    """
    ticket, code = scene.go(), scene.code_for(person())
    scene.back(ticket, code)
    assert commands(adapters, raw, lambda: scene.back(ticket, code)) == [
        "EVALSHA", "HEXISTS", "EVALSHA", "EVALSHA",
    ]  # fmt: skip


def test_a_code_for_the_storefront_costs_one_more(
    clock: FakeClock, scene: Scene, adapters: Adapters, raw: Any
) -> None:
    by_code = ByCode(
        store="us",
        return_url="https://store.example.com/back",
        codes=RedisCodes(adapters.server, adapters.keys),
        token=counting_token("code"),
    )
    flow = replace(scene.flow, deliveries={"us": by_code})
    ticket, answer = scene.go(), scene.code_for(person())
    asked = commands(
        adapters,
        raw,
        lambda: flow.finish(callback(ticket.state, answer), ticket, clock.deadline(), other_tickets=False),
    )
    assert asked == ["EVALSHA", "EVALSHA", "SET"]


def test_a_known_customer_costs_no_call_to_the_store(scene: Scene) -> None:
    calls = scene.shop.calls
    scene.sign_in(person())
    assert scene.shop.calls == calls


def test_a_profile_of_which_nothing_changed_costs_nothing_more(
    clock: FakeClock, adapters: Adapters, raw: Any
) -> None:
    mapped = ProfileMap(group="groups", groups={"gold": "7"})
    policy = CustomerPolicy(profile=mapped, verify_every=86400, update_email=True)
    scene = Scene(
        clock, attempts=adapters.attempts, sign_ins=adapters.sign_ins, links=adapters.links, policy=policy
    )
    ada = person(claims={"groups": ["gold"]})
    scene.sign_in(ada)
    calls = scene.shop.calls
    ticket, code = scene.go(), scene.code_for(ada)
    assert commands(adapters, raw, lambda: scene.back(ticket, code)) == ["EVALSHA", "EVALSHA"]
    assert scene.shop.calls == calls
