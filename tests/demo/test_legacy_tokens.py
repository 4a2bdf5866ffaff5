"""Tokens that a bridge signed itself: what a forger may try, by name, and what the platform makes of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from bridge.demo.commercelayer import Market, create_platform
from bridge.demo.serving import Served

from .organization import ADA, CHARLES, OPTIONS, SHARED_SECRET, Platform, hs512, told

MARKETS = (
    Market("KoaJYhLVzp", "europe"),
    Market("ZbqRvhNOmd", "overseas", stock_location_ids=("overseas",)),
    Market("LmnQrsTuVw", "outlet", price_list_id="another-list"),
)
CHANNEL = OPTIONS.sales_channel.id


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    apps: list[Flask] = []

    def make(url: str) -> Flask:
        apps.append(create_platform(replace(OPTIONS, markets=MARKETS), url))
        return apps[0]

    with Served.knowing_its_url(make) as served:
        yield Platform(served.url, apps[0].extensions["demo_platform"])


def claims(**more: Any) -> dict[str, Any]:
    """As the vendor's table has them; one given as None is left out."""
    told: dict[str, Any] = {
        "organization": {"id": OPTIONS.id, "slug": OPTIONS.slug, "enterprise": True},
        "owner": {"id": ADA, "type": "Customer"},
        "application": {"id": CHANNEL, "kind": "sales_channel", "public": True},
        "market": market(),
        "exp": int(time.time()) + 7200,
        "rand": 0.25,
        "test": True,
        **more,
    }
    return {name: value for name, value in told.items() if value is not None}


def market(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": ["KoaJYhLVzp"],
        "price_list_id": "nZvJYhAlpq",
        "stock_location_ids": ["kpbzgunqrE"],
        "geocoder_id": None,
        "allows_external_prices": False,
        **more,
    }
    return {name: value for name, value in told.items() if value != "left out"}


def token(**more: Any) -> str:
    return hs512(claims(**more), SHARED_SECRET)


def test_a_good_token_sees_its_customer_and_nobody_else(platform: Platform) -> None:
    assert platform.api("GET", f"/customers/{ADA}", token()).json["data"]["id"] == ADA
    assert told(platform.api("GET", f"/customers/{CHARLES}", token()))[0] == 404
    assert told(platform.api("GET", "/customers", token()))[0] == 403


GOOD: dict[str, dict[str, Any]] = {
    "with iat, as the vendor's example had it": {"iat": int(time.time())},
    "two markets of one price list": {
        "market": market(id=["KoaJYhLVzp", "ZbqRvhNOmd"], stock_location_ids=["kpbzgunqrE", "overseas"])
    },
    "no geocoder": {"market": market(geocoder_id="left out")},
    "rand 0": {"rand": 0},
}


@pytest.mark.parametrize("more", GOOD.values(), ids=GOOD)
def test_what_is_optional_may_be_there_or_not(platform: Platform, more: dict[str, Any]) -> None:
    assert platform.api("GET", f"/customers/{ADA}", token(**more)).status == 200


FORGERIES: dict[str, Callable[[], str]] = {
    "another secret": lambda: hs512(claims(), "t" * 64),
    "no signature": lambda: token().rpartition(".")[0] + ".AA",
    "alg none": lambda: hs512(claims(), SHARED_SECRET, {"alg": "none", "typ": "JWT"}),
    "no typ": lambda: hs512(claims(), SHARED_SECRET, {"alg": "HS512"}),
    "a kid": lambda: hs512(claims(), SHARED_SECRET, {"alg": "HS512", "typ": "JWT", "kid": "x"}),
    "HS256": lambda: hs512(claims(), SHARED_SECRET, {"alg": "HS256", "typ": "JWT"}),
    "RS512": lambda: hs512(claims(), SHARED_SECRET, {"alg": "RS512", "typ": "JWT"}),
    "over": lambda: token(exp=int(time.time()) - 1),
    "no exp": lambda: token(exp=None),
    "exp as a number with a fraction": lambda: token(exp=time.time() + 60),
    "exp as a text": lambda: token(exp="9999999999"),
    "exp as true": lambda: token(exp=True),
    "no rand": lambda: token(rand=None),
    "rand 1": lambda: token(rand=1),
    "rand below 0": lambda: token(rand=-0.1),
    "rand as a text": lambda: token(rand="0.5"),
    "rand NaN": lambda: token(rand=float("nan")),
    "live in place of test": lambda: token(test=False),
    "test as a number": lambda: token(test=1),
    "no test": lambda: token(test=None),
    "no organization": lambda: token(organization=None),
    "another organization": lambda: token(
        organization={"id": "other", "slug": OPTIONS.slug, "enterprise": True}
    ),
    "another slug": lambda: token(organization={"id": OPTIONS.id, "slug": "other", "enterprise": True}),
    "not enterprise": lambda: token(
        organization={"id": OPTIONS.id, "slug": OPTIONS.slug, "enterprise": "true"}
    ),
    "no application": lambda: token(application=None),
    "another application": lambda: token(application={"id": "x", "kind": "sales_channel", "public": True}),
    "another kind": lambda: token(application={"id": CHANNEL, "kind": "integration", "public": True}),
    "not public": lambda: token(application={"id": CHANNEL, "kind": "sales_channel", "public": False}),
    "no market": lambda: token(market=None),
    "market as a text": lambda: token(market="KoaJYhLVzp"),
    "market id as a text": lambda: token(market=market(id="KoaJYhLVzp")),
    "no market id": lambda: token(market=market(id=[])),
    "an unknown market": lambda: token(market=market(id=["KoaJYhLVzp", "nowhere"])),
    "no price list": lambda: token(market=market(price_list_id="left out")),
    "markets of two price lists": lambda: token(market=market(id=["KoaJYhLVzp", "LmnQrsTuVw"])),
    "external prices that no market allows": lambda: token(market=market(allows_external_prices=True)),
    "external prices not said": lambda: token(market=market(allows_external_prices="left out")),
    "no stock location": lambda: token(market=market(stock_location_ids=[])),
    "another market's stock location": lambda: token(market=market(stock_location_ids=["overseas"])),
    "stock locations as a text": lambda: token(market=market(stock_location_ids="kpbzgunqrE")),
    "another geocoder": lambda: token(market=market(geocoder_id="x")),
    "owner as a text": lambda: token(owner=ADA),
    "nobody": lambda: token(owner={"id": "nobody", "type": "Customer"}),
    "an owner in small letters": lambda: token(owner={"id": ADA, "type": "customer"}),
    "an owner without a type": lambda: token(owner={"id": ADA}),
    "an owner id that is a number": lambda: token(owner={"id": 7, "type": "Customer"}),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_refused_and_only_testers_learn_why(
    platform: Platform, forgery: Callable[[], str]
) -> None:
    answer = platform.api("GET", f"/customers/{ADA}", forgery())
    assert told(answer) == (401, "INVALID_TOKEN", "Invalid token")
    assert platform.state.calls[-1].by
    assert platform.state.calls[-1].by not in answer.body.decode()


def test_a_token_without_an_owner_is_a_guests(platform: Platform) -> None:
    assert told(platform.api("GET", f"/customers/{ADA}", token(owner=None)))[0] == 403


def test_an_organization_of_today_takes_none_of_them() -> None:
    apps: list[Flask] = []

    def make(url: str) -> Flask:
        apps.append(create_platform(replace(OPTIONS, shared_secret=""), url))
        return apps[0]

    with Served.knowing_its_url(make) as served:
        modern = Platform(served.url, apps[0].extensions["demo_platform"])
        for made in (token(), hs512(claims(), "")):
            assert told(modern.api("GET", f"/customers/{ADA}", made))[1] == "INVALID_TOKEN"
