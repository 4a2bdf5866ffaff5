"""LEGACY: the token of the SSO that was retired, by the documented table and by nothing of ours."""

import hashlib
import hmac
import json
import warnings
from base64 import urlsafe_b64decode
from dataclasses import replace
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.customer import Customer
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.platforms.commercelayer.account import Application, Legacy, Market, Organization
from bridge.platforms.commercelayer.legacy_token import claim_faults, legacy_claims, sign
from tests.contracts.world import NOON, FakeClock

from .conftest import World, reason, visit
from .organization import decoded

SHARED = "5" * 64
MARKET = Market(ids=("M1", "M2"), price_list_id="L", allows_external_prices=False, stock_location_ids=("S",))
LEGACY = Legacy(
    shared_secret=Secret(SHARED),
    organization=Organization(id="OOOOOOOOOO", slug="my-org", enterprise=True),
    application=Application(id="PPPPPPPPPP", kind="sales_channel", public=True),
    market=MARKET,
)
#: What the platform's page tells of one token, written down by hand.
DOCUMENTED: dict[str, Any] = {
    "organization": {"id": "OOOOOOOOOO", "slug": "my-org", "enterprise": True},
    "owner": {"id": "AAAAAAAAAA", "type": "Customer"},
    "application": {"id": "PPPPPPPPPP", "kind": "sales_channel", "public": True},
    "market": {
        "id": ["M1", "M2"],
        "price_list_id": "L",
        "allows_external_prices": False,
        "geocoder_id": None,
        "stock_location_ids": ["S"],
    },
    "exp": int(NOON) + 7200,
    "test": False,
}


def world_of(clock: FakeClock, legacy: Legacy = LEGACY, **account: Any) -> World:
    return World(clock, legacy=legacy, **account)


class TestTheToken:
    def test_it_holds_exactly_what_the_platform_documents(self, clock: FakeClock) -> None:
        world = world_of(clock)
        token = world.platform.issue(visit(), clock.deadline())
        header, payload, signature = token.access_token.reveal().split(".")
        claims = decoded(payload)
        rand = claims.pop("rand")
        assert type(rand) is float
        assert 0 <= rand < 1
        assert claims == DOCUMENTED
        assert json.dumps(decoded(header), sort_keys=True) == '{"alg": "HS512", "typ": "JWT"}'
        expected = hmac.new(SHARED.encode(), f"{header}.{payload}".encode(), hashlib.sha512).digest()
        assert urlsafe_b64decode(signature + "==") == expected
        assert (token.expires_in, token.token_type, token.refresh_token) == (7200, "Bearer", None)
        assert world.organization.requests == []

    def test_a_library_takes_it(self, clock: FakeClock) -> None:
        token = world_of(clock, replace(LEGACY, test=True)).platform.issue(visit(), clock.deadline())
        claims = jwt.decode(token.access_token.reveal(), SHARED, ["HS512"], options={"verify_exp": False})
        assert claims["test"] is True

    def test_no_two_are_alike(self, clock: FakeClock) -> None:
        platform = world_of(clock).platform
        tokens = {platform.issue(visit(), clock.deadline()).access_token.reveal() for _ in range(20)}
        assert len(tokens) == 20

    def test_without_a_market_there_is_none_in_it(self, clock: FakeClock) -> None:
        legacy = replace(LEGACY, market=None, reads_skus=False)
        token = world_of(clock, legacy).platform.issue(visit(), clock.deadline())
        assert "market" not in decoded(token.access_token.reveal().split(".")[1])

    def test_a_renewed_one_is_a_new_one_and_there_is_nothing_to_revoke(self, clock: FakeClock) -> None:
        world = world_of(clock)
        token = world.platform.renew(Secret("none"), visit(), clock.deadline())
        assert token.access_token.reveal().count(".") == 2
        world.platform.revoke(Secret("none"), clock.deadline())
        assert world.organization.requests == []

    @pytest.mark.parametrize(
        "secret", ["x", "short-secret", "-----BEGIN PUBLIC KEY-----\nx", "ssh-rsa AAAA", "ä" * 40]
    )
    def test_a_secret_of_any_form_signs_without_a_warning(self, secret: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            token = sign({"a": 1}, Secret(secret))
        signed, _, signature = token.rpartition(".")
        expected = hmac.new(secret.encode(), signed.encode(), hashlib.sha512).digest()
        assert urlsafe_b64decode(signature + "==") == expected


WRONG: dict[str, Legacy] = {
    "organization.id": replace(LEGACY, organization=replace(LEGACY.organization, id="")),
    "organization.slug": replace(LEGACY, organization=replace(LEGACY.organization, slug="a b")),
    "application.id": replace(LEGACY, application=replace(LEGACY.application, id="")),
    "application.kind": replace(LEGACY, application=replace(LEGACY.application, kind="shop")),
    "market must be": replace(LEGACY, market=None),
    "market.id": replace(LEGACY, market=replace(MARKET, ids=())),
    "market.price_list_id": replace(LEGACY, market=replace(MARKET, price_list_id="")),
    "market.stock_location_ids": replace(LEGACY, market=replace(MARKET, stock_location_ids=())),
}  # fmt: skip


class TestTheRules:
    @pytest.mark.parametrize("member", WRONG)
    def test_a_configuration_that_breaks_one_mints_nothing(self, clock: FakeClock, member: str) -> None:
        with pytest.raises(Refused, match=member) as caught:
            world_of(clock, WRONG[member]).platform.issue(visit(), clock.deadline())
        assert caught.value.reason is Reason.STORE_MISCONFIGURED

    def test_a_customer_that_is_none_gets_none(self, clock: FakeClock) -> None:
        world = world_of(clock)
        assert reason(lambda: world.platform.issue(visit(""), clock.deadline())) is Reason.STORE_MISCONFIGURED

    @pytest.mark.parametrize("kind", ["integration", "webapp"])
    def test_only_sales_channels_need_stock_locations(self, kind: str) -> None:
        legacy = replace(LEGACY, application=replace(LEGACY.application, kind=kind), market=None)
        assert "market" not in legacy_claims(legacy, Customer("A"), exp=1, rand=0)


def allowed(claims: Any, reads_skus: bool) -> bool:
    """The documented table once more, by another hand."""

    def text(value: object) -> bool:
        return isinstance(value, str) and 0 < len(value) <= 128 and all("!" <= one <= "~" for one in value)

    def texts(value: object) -> bool:
        return isinstance(value, list) and all(map(text, value))

    try:
        organization, owner, application = claims["organization"], claims["owner"], claims["application"]
        good = [
            text(organization["id"]) and text(organization["slug"]),
            organization["enterprise"] in (True, False) and isinstance(organization["enterprise"], bool),
            text(owner["id"]) and owner["type"] == "Customer",
            text(application["id"]) and isinstance(application["public"], bool),
            application["kind"] in ("sales_channel", "integration", "webapp"),
            isinstance(claims["exp"], int) and not isinstance(claims["exp"], bool) and claims["exp"] > 0,
            isinstance(claims["rand"], int | float) and not isinstance(claims["rand"], bool),
            0 <= claims["rand"] < 1,
            isinstance(claims["test"], bool),
        ]
        needs_stock = application["kind"] == "sales_channel" and reads_skus
        if "market" in claims:
            market = claims["market"]
            good += [
                texts(market["id"]) and len(market["id"]) > 0,
                text(market["price_list_id"]) and isinstance(market["allows_external_prices"], bool),
                market.get("geocoder_id") is None or text(market["geocoder_id"]),
                texts(market.get("stock_location_ids", [])),
                len(market.get("stock_location_ids", [])) > 0 or not needs_stock,
            ]
        else:
            good.append(not needs_stock)
    except (KeyError, TypeError, AttributeError):
        return False
    return all(good)


ODD = st.sampled_from([None, True, False, 0, 1, -1, 0.5, 1.0, float("nan"), 10**20, "", "x", "a b", "ä", "x" * 129, [], ["x"], [""], [7], {}, {"id": "x"}, "integration", "Customer", "User"])  # fmt: skip
PLACES = [
    ("organization",), ("owner",), ("application",), ("market",), ("exp",), ("rand",), ("test",),
    ("organization", "id"), ("organization", "slug"), ("organization", "enterprise"), ("owner", "id"),
    ("owner", "type"), ("application", "id"), ("application", "kind"), ("application", "public"), ("market", "id"),
    ("market", "price_list_id"), ("market", "allows_external_prices"), ("market", "geocoder_id"),
    ("market", "stock_location_ids"),
]  # fmt: skip


@given(
    changes=st.lists(st.tuples(st.sampled_from(PLACES), ODD, st.booleans()), max_size=3),
    reads_skus=st.booleans(),
)
def test_every_rule_holds_whatever_is_changed(
    changes: list[tuple[tuple[str, ...], Any, bool]], reads_skus: bool
) -> None:
    claims: dict[str, Any] = json.loads(json.dumps({**DOCUMENTED, "rand": 0.25}))
    for place, value, remove in changes:
        table: Any = claims
        for step in place[:-1]:
            table = table.get(step) if isinstance(table, dict) else None
        if isinstance(table, dict):
            if remove:
                table.pop(place[-1], None)
            else:
                table[place[-1]] = value
    faults = list(claim_faults(claims, reads_skus=reads_skus))
    assert (faults == []) == allowed(claims, reads_skus), faults


@given(
    customer=st.text(max_size=130),
    kind=st.sampled_from(["sales_channel", "integration", "webapp", "shop"]),
    market=st.none()
    | st.builds(
        Market,
        ids=st.lists(st.text(max_size=3), max_size=3).map(tuple),
        price_list_id=st.text(max_size=3),
        allows_external_prices=st.booleans(),
        stock_location_ids=st.lists(st.text(max_size=3), max_size=2).map(tuple),
        geocoder_id=st.text(max_size=3),
    ),
    exp=st.integers(),
    rand=st.floats(),
    reads_skus=st.booleans(),
)
def test_what_is_minted_is_documented_and_what_is_not_documented_is_not_minted(
    customer: str, kind: str, market: Market | None, exp: int, rand: float, reads_skus: bool
) -> None:
    application = replace(LEGACY.application, kind=kind)
    legacy = replace(LEGACY, market=market, application=application, reads_skus=reads_skus)
    try:
        claims = legacy_claims(legacy, Customer(customer), exp=exp, rand=rand)
    except Refused:
        return
    token = sign(claims, Secret(SHARED))
    assert allowed(decoded(token.split(".")[1]), reads_skus)


def test_the_shared_secret_is_shown_nowhere(clock: FakeClock) -> None:
    legacy = replace(LEGACY, shared_secret=Secret("planted-secret"), market=None)
    assert "planted" not in repr(legacy)
    with pytest.raises(Refused) as caught:
        world_of(clock, legacy).platform.issue(visit(), clock.deadline())
    assert "planted" not in str(caught.value)
