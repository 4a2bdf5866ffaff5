"""The token, read by another hand: what it says, who can make one, and what it never says."""

import base64
import os
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.customer import Customer, Profile
from bridge.domain.hand_off import Redirect, Visit
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.store_platform import StoreContext
from bridge.platforms.shopify.multipass import multipass_claims, multipass_token
from bridge.platforms.shopify.platform import Shopify, is_customer_id
from tests.contracts.world import NOON, FakeClock
from tests.platforms.conftest import Says, soon
from tests.settings.samples import unhurried

from .shop import MultipassRefusedError, Shop, opened

SECRET = "1234567890abcdef1234567890abcdef"
URL = "https://www.example.shop"
ADA = "ada@acme.example"
IDENTITY = IdentityKey("https://idp.acme.example", "ada")


class Away:
    def send(self, request: HttpRequest, deadline: Any) -> HttpReply:
        raise HttpFailure("unreachable", "gone")


def shopify(clock: FakeClock, *, domain: str = "", tags: str = "", http: Any = None) -> Shopify:
    context = StoreContext(
        subject="stores.plus",
        url=URL,
        http=http or Away(),
        now=clock.now,
        monotonic=clock.monotonic,
        pause=clock.advance,
        token=lambda: "t" * 43,
    )
    return Shopify(Secret(SECRET), domain, tags, context)


def visit(email: str = ADA, return_to: str = "/cart", profile: Profile | None = None) -> Visit:
    return Visit(
        customer=Customer(email), identity=IDENTITY, session="s", return_to=return_to, profile=profile
    )


def said(platform: Shopify, one: Visit) -> dict[str, Any]:
    made = platform.hand_off(one, soon())
    assert isinstance(made, Redirect)
    return opened(made.url.rpartition("/multipass/")[2], SECRET)


def test_the_token_says_who_when_and_whither(clock: FakeClock) -> None:
    profile = Profile(email=ADA, first_name="Ada", last_name="Lovelace", identity=IDENTITY)
    assert said(shopify(clock), visit(profile=profile)) == {
        "email": ADA,
        "created_at": "2027-01-15T08:00:00+00:00",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "return_to": f"{URL}/cart",
    }


def test_what_is_not_known_is_left_out(clock: FakeClock) -> None:
    """An empty name would take the customer's own away, an empty tag_string all tags."""
    assert set(said(shopify(clock), visit(return_to=""))) == {"email", "created_at"}


def test_tags_go_along_where_the_operator_wants_them(clock: FakeClock) -> None:
    assert said(shopify(clock, tags="staff,acme"), visit())["tag_string"] == "staff,acme"


def test_the_token_is_opened_at_the_shops_domain_and_leads_to_the_storefront(clock: FakeClock) -> None:
    platform = shopify(clock, domain="my-shop.myshopify.com")
    made = platform.hand_off(visit(), soon())
    assert made.url.startswith("https://my-shop.myshopify.com/account/login/multipass/")
    assert said(platform, visit())["return_to"] == f"{URL}/cart"


def test_the_shop_takes_it_once_and_for_a_quarter_of_an_hour(clock: FakeClock) -> None:
    shop = Shop(SECRET, URL, clock.now)
    platform = shopify(clock)
    first, second, third = (platform.hand_off(visit(), soon()).url.rpartition("/")[2] for _ in range(3))
    assert shop.sign_in(first) == f"{URL}/cart"
    with pytest.raises(MultipassRefusedError, match="used"):
        shop.sign_in(first)
    clock.advance(890)
    shop.sign_in(second)
    clock.advance(20)
    with pytest.raises(MultipassRefusedError, match="too old"):
        shop.sign_in(third)


@pytest.mark.parametrize("place", [0, 15, 16, 40, -33, -32, -1])
def test_a_changed_token_is_nobodys(place: int, clock: FakeClock) -> None:
    raw = bytearray(base64.urlsafe_b64decode(multipass_token({"email": ADA}, Secret(SECRET))))
    raw[place] ^= 1
    with pytest.raises(MultipassRefusedError, match="signature"):
        opened(base64.urlsafe_b64encode(raw).decode(), SECRET)


def test_another_secret_makes_nothing_of_it() -> None:
    with pytest.raises(MultipassRefusedError, match="signature"):
        opened(multipass_token({"email": ADA}, Secret("other")), SECRET)


def test_a_known_token_stays_as_it_is() -> None:
    """By openssl: AES-128-CBC of {"email": "a@b.example"} with iv 00…0f, and HMAC-SHA256 of both."""
    token = multipass_token({"email": "a@b.example"}, Secret("secret"), lambda size: bytes(range(size)))
    assert token == KNOWN


KNOWN = "AAECAwQFBgcICQoLDA0ODwMkvJVKc5J_iCvS_e37WwmK8mSFBIuZwEDG9jxye4hBuqeTHs8bjmQwXl4yqZEmRM6YsE1usF0eFkILcx5vNH4="
TEXTS = st.text(max_size=100)


@unhurried
@given(
    first=TEXTS,
    last=TEXTS,
    path=TEXTS,
    tags=TEXTS,
    at=st.floats(0, 4e9),
    iv=st.binary(min_size=16, max_size=16),
)
def test_whatever_is_said_is_read_so(
    first: str, last: str, path: str, tags: str, at: float, iv: bytes
) -> None:
    claims = multipass_claims(
        email=ADA, created_at=at, first_name=first, last_name=last, return_to=path, tag_string=tags
    )
    token = multipass_token(claims, Secret(SECRET), lambda _size: iv)
    assert opened(token, SECRET) == claims
    assert "" not in claims.values()
    assert datetime.fromisoformat(claims["created_at"]) == datetime.fromtimestamp(int(at), UTC)
    raw = base64.urlsafe_b64decode(token)
    assert raw[:16] == iv
    assert (len(raw) - 48) % 16 == 0


def test_no_two_tokens_are_alike(clock: FakeClock) -> None:
    platform = shopify(clock)
    assert len({platform.hand_off(visit(), soon()).url for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example/", "/\\evil", "/..//evil.example", "javascript:0"]
)
def test_the_way_back_is_within_the_shop_or_none(path: str, clock: FakeClock) -> None:
    assert "return_to" not in said(shopify(clock), visit(return_to=path))


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "Ada@acme.example",
        "ada@acme.example ",
        "a@b",
        "x" * 130 + "@acme.example",
        "101",
        "ada@acme.example\n",
        "\u0430da@acme.example",
    ],
)
def test_what_is_no_normal_address_becomes_no_token(email: str, clock: FakeClock) -> None:
    """Whatever an import or a person at Redis wrote as the customer's id."""
    assert not is_customer_id(email)
    with pytest.raises(Refused) as refused:
        shopify(clock).hand_off(visit(email), soon())
    assert refused.value.reason is Reason.STORE_REJECTED
    assert not email or email not in refused.value.detail


def test_a_link_to_another_address_than_the_one_vouched_for_becomes_no_token(clock: FakeClock) -> None:
    profile = Profile(email="eve@acme.example", first_name="", last_name="")
    with pytest.raises(Refused):
        shopify(clock).hand_off(visit(profile=profile), soon())


def test_a_check_up_tells_of_the_shops_clock(clock: FakeClock) -> None:
    assert clock.now() == NOON
    right = Says(b"", date="Fri, 15 Jan 2027 08:00:00 GMT")
    wrong = Says(b"", date="Fri, 15 Jan 2027 08:05:00 GMT")
    assert [one.level for one in shopify(clock, http=right).check(soon())] == ["ok", "ok"]
    found = next(iter(shopify(clock, http=wrong).check(soon())))
    assert (found.level, "+300 s" in found.message, bool(found.remedy)) == ("warning", True, True)
    with pytest.raises(Refused) as refused:
        list(shopify(clock).check(soon()))
    assert refused.value.reason is Reason.STORE_UNAVAILABLE


def test_initial_vectors_come_from_the_system() -> None:
    assert multipass_token.__defaults__ == (os.urandom,)
