"""What a sign-in costs Redis: one round trip to go, two to come back."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.world import FakeClock
from tests.flows.scene import Scene, person

from .conftest import Adapters


@pytest.fixture
def scene(clock: FakeClock, adapters: Adapters) -> Scene:
    """The flow on the real server, warmed up."""
    made = Scene(clock, attempts=adapters.attempts, sign_ins=adapters.sign_ins)
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
    assert commands(adapters, raw, scene.go) == ["SET"]


def test_a_known_customer_coming_back_costs_two(scene: Scene, adapters: Adapters, raw: Any) -> None:
    ticket, code = scene.go(), scene.code_for(person())
    assert commands(adapters, raw, lambda: scene.back(ticket, code)) == ["EVALSHA", "EVALSHA"]


def test_a_repeated_callback_costs_one(scene: Scene, adapters: Adapters, raw: Any) -> None:
    ticket, code = scene.go(), scene.code_for(person())
    scene.back(ticket, code)
    assert commands(adapters, raw, lambda: scene.back(ticket, code)) == ["EVALSHA"]


def test_a_known_customer_costs_no_call_to_the_store(scene: Scene) -> None:
    calls = scene.shop.calls
    scene.sign_in(person())
    assert scene.shop.calls == calls
