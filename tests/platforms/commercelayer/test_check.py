"""What `bridge check` and /readyz say of a Commerce Layer store."""

import time
from dataclasses import replace

import pytest

from bridge.domain.finding import Finding
from bridge.domain.secret import Secret
from bridge.platforms.commercelayer.account import Client
from tests.contracts.world import FakeClock

from .conftest import World, refused, says
from .organization import BACKEND, CHANNEL, INTEGRATION
from .test_legacy_token import LEGACY, WRONG


def findings(world: World) -> list[Finding]:
    found = list(world.platform.check(world.clock.deadline()))
    assert all(one.subject == "stores.eu" for one in found)
    assert all(one.remedy for one in found if one.level != "ok")
    return found


def levels(world: World) -> list[str]:
    return [one.level for one in findings(world)]


def test_all_is_well(world: World) -> None:
    found = findings(world)
    assert {one.level for one in found} == {"ok"}
    told = " ".join(one.message for one in found)
    for word in ("market:code:europe", "30 token requests a minute", "Core API"):
        assert word in told


def test_with_backend_auth_the_limit_is_another_one(clock: FakeClock) -> None:
    told = " ".join(one.message for one in findings(World(clock, backend_auth=Secret(BACKEND))))
    assert "30 token requests" not in told


def test_wrong_credentials_of_one_client_do_not_hide_how_the_other_is(clock: FakeClock) -> None:
    world = World(clock, client=Client(id=CHANNEL[0], secret=Secret("planted-wrong")))
    assert levels(world) == ["failed", "ok"]
    world = World(clock, integration=Client(id=INTEGRATION[0], secret=Secret("planted-wrong")))
    assert levels(world) == ["ok", "ok", "failed"]
    assert "planted" not in str(findings(world))


def test_a_scope_that_the_client_may_not_have_is_found(clock: FakeClock) -> None:
    (failed, *_) = findings(World(clock, scope="market:code:mars"))
    assert failed.level == "failed"
    assert "invalid_scope" in failed.message


def test_without_an_integration_only_known_customers_sign_in(clock: FakeClock) -> None:
    assert levels(World(clock, integration=None)) == ["ok", "ok", "warning"]


def test_an_api_that_is_away_is_found(world: World) -> None:
    world.organization.fault = says(503, b"", "/api/")
    assert levels(world) == ["ok", "ok", "failed"]


class TestLegacy:
    def test_it_is_said_loudly(self, clock: FakeClock) -> None:
        found = findings(World(clock, legacy=LEGACY))
        assert found[0].level == "warning"
        assert "retired this in November 2024" in found[0].message
        assert len(found) == 2

    @pytest.mark.parametrize(("secret", "warned"), [("x" * 63, True), ("x" * 64, False), ("ä" * 32, False)])
    def test_a_short_secret_is_warned_of(self, clock: FakeClock, secret: str, warned: bool) -> None:
        found = findings(World(clock, legacy=replace(LEGACY, shared_secret=Secret(secret))))
        assert any("shared_secret" in one.message for one in found) is warned
        assert secret not in str(found)

    def test_one_that_could_mint_nothing_fails(self, clock: FakeClock) -> None:
        assert "failed" in levels(World(clock, legacy=WRONG["market.price_list_id"]))


def test_the_state_is_told_without_asking(world: World) -> None:
    assert world.platform.state == "not asked yet"
    assert world.organization.requests == []
    world.platform.start()
    give_up = time.monotonic() + 5
    while world.platform.state != "ok":
        assert time.monotonic() < give_up
        time.sleep(0.002)
    assert world.token_requests() == 1


def test_trouble_is_told_by_its_reason(world: World) -> None:
    world.organization.fault = says(401)
    refused(lambda: world.platform.find("ada@acme.example", world.clock.deadline()))
    assert world.platform.state == "store_misconfigured"


def test_where_nothing_is_looked_up_all_is_well(clock: FakeClock) -> None:
    world = World(clock, legacy=LEGACY, integration=None)
    world.platform.start()
    assert world.platform.state == "ok"
    assert world.organization.requests == []
