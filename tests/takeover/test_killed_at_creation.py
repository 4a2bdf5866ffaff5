"""`kill -9` when the platform has created the customer and nobody knows yet, on both platforms."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.journeys.test_killed import Calls, Executioner, time_passes
from tests.takeover.test_weather import CROWD, Town

pytestmark = pytest.mark.slow

ADA, GRACE = CROWD[0], CROWD[1]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as started:
        yield Town(tmp_path, started, share=0)


@pytest.mark.parametrize(
    ("store", "match_email", "end"),
    [("us", True, ""), ("us", False, "customer_unknown"), ("eu", True, ""), ("eu", False, "")],
)
def test_there_is_no_second_customer(town: Town, store: str, match_email: bool, end: str) -> None:
    """BigCommerce keeps no note of whom a customer was made for: without addresses the person is told so."""
    executioner = Executioner()
    town.stage.tables.setdefault(f"stores.{store}.customers", {})["match_email"] = match_email
    town.stage.shop.calls = Calls(executioner.saw)
    town.europe.platform.calls = Calls(executioner.saw)
    town.serve(1)
    assert town.one_try(0, ADA, store).status == 303  # its questions that are asked but once are behind it
    executioner.arm(town.bridges[0], 1, "store POST")
    with suppress(OSError, AssertionError):
        town.one_try(0, GRACE, store)
    assert executioner.struck
    assert len(town.ids(store, GRACE.email or "")) == 1
    time_passes(town.stage)
    town.bridges[0] = town.stage.serve()
    for _ in range(2):
        assert town.one_try(0, GRACE, store).refusal == end
    assert len(town.ids(store, GRACE.email or "")) == 1
    if not end:
        town.assert_one_customer_each(store, [ADA, GRACE])
