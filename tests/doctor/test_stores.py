"""Planted at the stores, or between them and the bridge."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.demo.bigcommerce.options import ALL_SCOPES
from bridge.demo.serving import Served
from tests.doctor.planted import Case, judge
from tests.doctor.ward import Instead, Meddler, Ward

US, EU = "stores.us", "stores.eu"
CONSOLE = "BigCommerce control panel > Settings > API > API accounts"
DASHBOARD = "Commerce Layer dashboard > Developers > API credentials"


def bigcommerce(**values: object) -> Callable[[Ward], None]:
    return lambda ward: ward.set(f"{US}.bigcommerce", **values)


def commercelayer(**values: object) -> Callable[[Ward], None]:
    return lambda ward: ward.set(f"{EU}.commercelayer", **values)


def without(scope: str) -> Callable[[Ward], None]:
    return lambda ward: ward.another_store(scopes=ALL_SCOPES - {scope})


def store(path: str, answer: Instead) -> Callable[[Ward], None]:
    return lambda ward: ward.store.instead.update({path: answer})


def swapped_clients(ward: Ward) -> None:
    back = ward.organization.integration
    commercelayer(client_id=back.client_id, client_secret=back.client_secret)(ward)


def another_secret_signs(ward: Ward) -> None:
    bigcommerce(client_secret="0" * 64)(ward)


def swapped_secret(ward: Ward) -> None:
    options = ward.store_options
    bigcommerce(client_id=options.client_secret, client_secret=options.client_id)(ward)


def elsewhere(ward: Ward) -> None:
    """The shop moved to www, and its old address redirects there."""
    front = Meddler(lambda _environ, _start: [])
    front.instead["/"] = Instead(301, location="https://www.shop.example/")
    ward.set(US, url=ward.stack.enter_context(Served(front)).url)


def away(ward: Ward) -> None:
    with Served(ward.store) as served:
        ward.set(US, url=served.url)


def legacy(ward: Ward) -> None:
    """As the vendor had it until 2024, with a secret that is too short."""
    organization = ward.organization
    market, channel = organization.markets[0], organization.sales_channel
    commercelayer(mode="legacy_sso", client_id=None, client_secret=None, scope=None)(ward)
    name = f"{EU}.commercelayer.legacy_sso"
    ward.set(name, shared_secret="zQ7-" * 12)
    ward.set(f"{name}.organization", id=organization.id, slug=organization.slug, enterprise=True)
    ward.set(f"{name}.application", id=channel.id, kind=channel.kind, public=True)
    ward.set(
        f"{name}.market",
        id=[market.id],
        price_list_id=market.price_list_id,
        stock_location_ids=list(market.stock_location_ids),
        allows_external_prices=False,
    )


def map_to_groups(ward: Ward) -> None:
    ward.set(f"{US}.customers.map", group="groups")
    ward.set(f"{US}.customers.map.groups", staff="99")


CASES = [
    Case("BigCommerce: another store's hash", bigcommerce(store_hash="another1"), US,
         ("no store of this store_hash", "404"), ("stores.us.bigcommerce.store_hash", "API path")),
    Case("BigCommerce: a wrong access token", bigcommerce(access_token="not-it"), US,
         ("does not accept the access token", "401"), ("access_token", "store_hash", CONSOLE)),
    Case("BigCommerce: no scope for customers", without("store_v2_customers"), US,
         ("may not read customers", "403"), ("Customers: modify (store_v2_customers)", CONSOLE)),
    Case("BigCommerce: no access token", bigcommerce(access_token=None), US,
         ("no access_token",), ("Customers: modify", "stores.us.bigcommerce.access_token"), "warning"),
    Case("BigCommerce: id and secret swapped", swapped_secret, US,
         ("each other's place",), ("Client ID", "Client secret", CONSOLE)),
    Case("BigCommerce: the token in the secret's place", lambda ward: bigcommerce(
         client_secret=ward.store_options.access_token)(ward), US,
         ("client_secret and access_token are the same",), (CONSOLE,)),
    Case("BigCommerce: no such channel", bigcommerce(channel_id=7), US,
         ("no channel 7",), ("stores.us.bigcommerce.channel_id", "Channel manager")),
    Case("BigCommerce: channels cannot be looked at", without("store_channel_settings_read_only"), US,
         ("channel 1 is not known",), ("store_channel_settings_read_only",), "note"),
    Case("BigCommerce: a channel that is switched off", lambda ward: ward.store.edits.update({
         f"/stores/{ward.store_options.store_hash}/v3/channels/1":
         lambda document: document["data"].update(status="inactive")}), US,
         ("channel 1 is inactive",), ("Activate it",), "warning"),
    Case("BigCommerce: a clock that is off", lambda ward: ward.another_store(clock_offset=-90.0), US,
         ("-90", "clock"), ("NTP",), "warning"),
    Case("BigCommerce: what no check can try is said", lambda _ward: None, US,
         ("client_secret", "Customers Login"), ("--customer us=",), "note"),
    Case("BigCommerce: another account's secret, tried", another_secret_signs, US,
         ("did not take a login token",), ("client_id and client_secret", "store_v2_customers_login"),
         words=("--customer", "us=101")),
    Case("BigCommerce: no scope Customers Login, tried", without("store_v2_customers_login"), US,
         ("did not take a login token",), ("Customers Login: login", CONSOLE), words=("--customer", "us=101")),
    Case("BigCommerce: its API is down", lambda ward: ward.store.instead.update({
         f"/stores/{ward.store_options.store_hash}/{path}": Instead(503) for path in ("v2/time", "v3/customers")}),
         US, ("503",), ("status page",)),
    Case("the storefront moved", elsewhere, US, ("redirects to another address: https://www.shop.example",),
         ('Set stores.us.url = "https://www.shop.example"',), "warning"),
    Case("the storefront is not there", away, US, ("storefront does not answer",), ("stores.us.url",)),
    Case("the storefront's host is misspelt", lambda ward: ward.set(US, url="https://no-such-shop.invalid"), US,
         ("does not resolve",), ("stores.us.url", "DNS")),
    Case("the storefront is ill", store("/", Instead(503)), US, ("status 503",), ("status page",), "warning"),
    Case("two stores at one address", lambda ward: ward.set(EU, url=ward.store_url,
         return_url=f"{ward.store_url}/back"), EU, ("us, eu have the same url",), ("stores.eu.url",), "warning"),
    Case("a group that the store has not", map_to_groups, f"{US}.customers.map", ("no customer groups 99",),
         ("id is meant",)),
    Case("Commerce Layer: another organization's slug", commercelayer(slug="abendrot"), EU,
         ("slug is not that", ": client_id belongs to morgenrot"), ('Set stores.eu.commercelayer.slug = "morgenrot"',)),
    Case("Commerce Layer: a wrong client", commercelayer(client_id="nobody"), EU,
         ("sales channel's credentials are not accepted", "invalid_client"), ("client_secret", DASHBOARD)),
    Case("Commerce Layer: a wrong secret", commercelayer(client_secret="not-it"), EU,
         ("sales channel's credentials are not accepted",), ("test and live", DASHBOARD)),
    Case("Commerce Layer: another market's scope", commercelayer(scope="market:code:mars"), EU,
         ("may not use the scope market:code:mars", "invalid_scope"), ("stores.eu.commercelayer.scope", "Markets")),
    Case("Commerce Layer: an integration in the sales channel's place", swapped_clients, EU,
         ("kind integration, not of a sales channel",), (DASHBOARD,)),
    Case("Commerce Layer: a wrong integration", commercelayer(integration_client_secret="not-it"), EU,
         ("integration's credentials are not accepted",), ("integration_client_id", DASHBOARD)),
    Case("Commerce Layer: an integration without rights", lambda ward: ward.platform.instead.update(
         {"/api/customers": Instead(403, b'{"errors": [{"code": "UNAUTHORIZED"}]}')}), EU,
         ("may not look customers up",), ("role", "read and create customers")),
    Case("Commerce Layer: no integration", commercelayer(
         integration_client_id=None, integration_client_secret=None), EU,
         ("no integration credentials",), ("kind integration", "integration_client_secret"), "warning"),
    Case("Commerce Layer: a short secret for HS512", legacy, EU, ("48 bytes", "64"), ("64 bytes",), "warning"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_named_with_its_remedy(case: Case, ward: Ward) -> None:
    judge(case, ward)


def test_where_all_clocks_disagree_ours_is_wrong(ward: Ward) -> None:
    for one in (ward.idp, ward.store, ward.platform):
        one.clock_ahead = 300.0
    ward.another_store(clock_offset=0.0)
    ward.store.clock_ahead = 300.0
    ward.write()
    status, document = ward.examine()
    (found,) = [one for one in document["findings"] if one["subject"] == "clock"]
    assert (status, found["level"]) == (1, "failed")
    assert "this machine's clock is wrong" in found["message"]
    assert "+300 s" in found["message"]
    assert "set-ntp" in found["remedy"]


def test_the_options_of_the_store_are_what_cases_think_they_are(ward: Ward) -> None:
    assert replace(ward.store_options, scopes=ALL_SCOPES) == ward.store_options
