"""From the contract's configuration to a platform that speaks to the addresses in it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.domain.secret import Secret
from bridge.domain.store_platform import StoreContext
from bridge.net.bulkhead import Bulkheads
from bridge.net.lane import Lane
from bridge.platforms.commercelayer.platform import CommerceLayer
from bridge.platforms.commercelayer.rules import sku_readers_have_stock_locations
from bridge.platforms.commercelayer.settings import CommerceLayerSettings, LegacySsoSettings
from bridge.settings import Settings
from bridge.settings.store import StoreSettings
from bridge.wiring.platforms import platform_of
from tests.contracts.world import FakeClock
from tests.settings.samples import added, changed, read
from tests.settings.test_commercelayer import BEARER_TEXT, LEGACY_TEXT

from .conftest import reason, visit
from .organization import CHANNEL, INTEGRATION, Organization, decoded

INTEGRATION_KEYS = (
    f'integration_client_id = "{INTEGRATION[0]}"',
    f'integration_client_secret = "{INTEGRATION[1]}"',
)
OURS = changed('"channel"', f'"{CHANNEL[0]}"', changed('"channel-secret"', f'"{CHANNEL[1]}"', BEARER_TEXT))


def platform(settings: Settings, organization: Organization, clock: FakeClock) -> CommerceLayer:
    store = settings.stores["eu"]
    lane = Lane(organization, Bulkheads(8), "stores.eu", clock.now, clock.monotonic)
    made = platform_of(store, context(lane, clock))
    assert isinstance(made, CommerceLayer)
    return made


def context(lane: Lane, clock: FakeClock) -> StoreContext:
    return StoreContext(
        subject="stores.eu",
        url="https://shop.example.eu",
        http=lane,
        now=clock.now,
        monotonic=clock.monotonic,
        pause=clock.advance,
        token=lambda: "t" * 43,
        waiting=lane.waiting,
    )


def test_every_key_gets_to_where_it_is_used(tmp_path: Path, clock: FakeClock) -> None:
    text = added("stores.eu.commercelayer", *INTEGRATION_KEYS, 'customer_group = "G"', text=OURS)
    organization = Organization(clock.now)
    made = platform(read(tmp_path, text), organization, clock)
    assert len(made.find("ada@acme.example", clock.deadline())) == 1
    assert made.issue(visit(), clock.deadline()).scope == "market:code:europe"


def test_other_addresses_are_used_as_they_are_written(tmp_path: Path, clock: FakeClock) -> None:
    lines = ('auth_url = "https://auth.proxy.example/cl/"', 'api_url = "https://api.proxy.example/cl"')
    text = added("stores.eu.commercelayer", *lines, *INTEGRATION_KEYS, text=OURS)
    organization = Organization(clock.now)
    made = platform(read(tmp_path, text), organization, clock)
    reason(lambda: made.issue(visit(), clock.deadline()))
    assert organization.requests[0].url == "https://auth.proxy.example/cl/oauth/token"


@pytest.mark.parametrize("geocoder", ["", 'geocoder_id = "geo", '])
def test_the_legacy_table_becomes_the_token(tmp_path: Path, clock: FakeClock, geocoder: str) -> None:
    text = changed('market = { id = ["m"], ', f'market = {{ {geocoder}id = ["m"], ', LEGACY_TEXT)
    text = changed("[stores.eu.commercelayer.legacy_sso]\n", "[stores.eu.commercelayer.legacy_sso]\ntest = true\nlifetime = 600\n", text)  # fmt: skip
    made = platform(read(tmp_path, text), Organization(clock.now), clock)
    token = made.issue(visit("CCCCCCCCCC"), clock.deadline())
    claims = decoded(token.access_token.reveal().split(".")[1])
    claims.pop("rand")
    assert claims == {
        "organization": {"id": "org", "slug": "my-org", "enterprise": True},
        "owner": {"id": "CCCCCCCCCC", "type": "Customer"},
        "application": {"id": "app", "kind": "sales_channel", "public": True},
        "market": {
            "id": ["m"],
            "price_list_id": "p",
            "allows_external_prices": False,
            "geocoder_id": "geo" if geocoder else None,
            "stock_location_ids": ["s"],
        },
        "exp": int(clock.now()) + 600,
        "test": True,
    }
    assert token.refresh_token is None
    made.revoke(Secret("nothing"), clock.deadline())


ODD = st.sampled_from(
    ["", "x", "my-org", "a b", "ä", 7, True, None, [], ["x"], [""], "sales_channel", "webapp"]
)
RIGHT: dict[str, Any] = {
    "shared_secret": "s",
    "organization": {"id": "o", "slug": "my-org", "enterprise": True},
    "application": {"id": "a", "kind": "sales_channel", "public": False},
    "market": {
        "id": ["m"],
        "price_list_id": "p",
        "allows_external_prices": True,
        "stock_location_ids": ["s"],
    },
}
PLACES = [(), *[(table,) for table in RIGHT if table != "shared_secret"]]


@given(
    changes=st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(["id", "slug", "enterprise", "kind", "public", "price_list_id", "stock_location_ids", "allows_external_prices", "geocoder_id", "reads_skus", "market"]), ODD, st.booleans()),
        max_size=4,
    )
)  # fmt: skip
def test_what_the_settings_let_through_is_minted(
    changes: list[tuple[tuple[str, ...], str, Any, bool]],
) -> None:
    tree: dict[str, Any] = json.loads(json.dumps(RIGHT))
    for place, key, value, remove in changes:
        table = tree.get(place[0]) if place else tree
        if isinstance(table, dict):
            table.pop(key, None)
            if not remove:
                table[key] = value
    try:
        legacy = LegacySsoSettings.model_validate(tree)
    except ValidationError:
        return
    if list(sku_readers_have_stock_locations((), {"commercelayer": {"legacy_sso": legacy}})):
        return
    organization = CommerceLayerSettings(mode="legacy_sso", slug="my-org", legacy_sso=legacy)
    store = StoreSettings.model_construct(platform="commercelayer", commercelayer=organization)
    clock = FakeClock()
    lane = Lane(Organization(clock.now), Bulkheads(8), "stores.eu", clock.now, clock.monotonic)
    made = platform_of(store, context(lane, clock))
    assert isinstance(made, CommerceLayer)
    made.issue(visit(), clock.deadline())
