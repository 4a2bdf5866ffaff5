"""The store's login by token: what a forger may try, by name, and what it is told."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bridge.demo.bigcommerce import SAMPLE_CUSTOMERS, Customer, StoreOptions, create_store
from bridge.demo.serving import Served
from bridge.demo.shopper import Shopper

from .plainbridge import b64, login_token
from .web import call

STORE = StoreOptions(
    bridge_login_url="http://127.0.0.1:9/login/us",
    store_hash="abc123",
    client_id="the-client",
    client_secret="the-secret",
    access_token="the-token",
    customers=(
        *SAMPLE_CUSTOMERS,
        Customer(id=201, email="far@acme.example", first_name="Far", last_name="Away", channel_ids=(2,)),
        Customer(id=202, email="near@acme.example", first_name="Near", last_name="By", channel_ids=(1, 2)),
    ),
)


@pytest.fixture(scope="module")
def store_url() -> Iterator[str]:
    with Served(create_store(STORE)) as served:
        yield served.url


def now() -> int:
    return int(time.time())


def reason(url: str) -> str:
    """Why the last token was refused."""
    attempts = call("GET", f"{url}/_demo/log", headers={"Accept": "application/json"}).json["attempts"]
    return str(attempts[-1]["reason"])


def other_secret(**claims: Any) -> str:
    options = StoreOptions("", STORE.store_hash, STORE.client_id, "another-secret", "")
    return login_token(options, **claims)


def unsigned(alg: str) -> str:
    head, body, _ = login_token(STORE, {"alg": alg, "typ": "JWT"}).split(".")
    return f"{head}.{body}."


#: Made when they are used: a login token lives for thirty seconds.
FORGERIES: dict[str, tuple[Callable[[], str], str]] = {
    "not a token": (lambda: "nonsense", "malformed"),
    "two parts": (lambda: "a.b", "malformed"),
    "not base64url": (lambda: "a+a.b.c", "malformed"),
    "JSON that is no object": (lambda: f"{b64(b'[]')}.{b64(b'[]')}.{b64(b'x')}", "malformed"),
    "alg none": (lambda: unsigned("none"), "wrong_algorithm"),
    "signature cut off": (lambda: unsigned("HS256"), "malformed"),
    "HS512 in the header": (lambda: login_token(STORE, {"alg": "HS512", "typ": "JWT"}), "wrong_algorithm"),
    "no typ": (lambda: login_token(STORE, {"alg": "HS256"}), "wrong_type"),
    "another secret": (other_secret, "bad_signature"),
    "padding after the signature": (lambda: login_token(STORE) + "=", "malformed"),
    "another client": (lambda: login_token(STORE, iss="someone"), "wrong_issuer"),
    "another operation": (lambda: login_token(STORE, operation="current_customer"), "wrong_operation"),
    "another store": (lambda: login_token(STORE, store_hash="zzz"), "wrong_store"),
    "another channel": (lambda: login_token(STORE, channel_id=2), "wrong_channel"),
    "channel as text": (lambda: login_token(STORE, channel_id="1"), "wrong_channel"),
    "iat as text": (lambda: login_token(STORE, iat=str(now())), "iat_not_integer"),
    "iat as float": (lambda: login_token(STORE, iat=float(now())), "iat_not_integer"),
    "iat missing": (lambda: login_token(STORE, iat=None), "iat_not_integer"),
    "made long ago": (lambda: login_token(STORE, iat=now() - 3600), "expired"),
    "made in the future": (lambda: login_token(STORE, iat=now() + 600), "from_the_future"),
    "jti missing": (lambda: login_token(STORE, jti=None), "jti_missing"),
    "jti as number": (lambda: login_token(STORE, jti=7), "jti_missing"),
    "customer as text": (lambda: login_token(STORE, customer_id="101"), "customer_id_not_integer"),
    "customer as true": (lambda: login_token(STORE, customer_id=True), "customer_id_not_integer"),
    "nobody": (lambda: login_token(STORE, customer_id=999), "unknown_customer"),
    "customer of another channel": (lambda: login_token(STORE, customer_id=201), "customer_not_on_channel"),
    "redirect to another site": (
        lambda: login_token(STORE, redirect_to="https://evil.example/"),
        "bad_redirect",
    ),
    "redirect without scheme": (lambda: login_token(STORE, redirect_to="//evil.example/"), "bad_redirect"),
    "redirect with backslash": (lambda: login_token(STORE, redirect_to="/\\evil.example/"), "bad_redirect"),
    "redirect with line feed": (lambda: login_token(STORE, redirect_to="/cart\nX-Evil: 1"), "bad_redirect"),
    "redirect without slash": (lambda: login_token(STORE, redirect_to="cart"), "bad_redirect"),
    "another address": (lambda: login_token(STORE, request_ip="203.0.113.9"), "wrong_ip"),
}


@pytest.mark.parametrize(("make", "why"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_signs_nobody_in(store_url: str, make: Callable[[], str], why: str) -> None:
    shopper = Shopper()
    page = shopper.open(f"{store_url}/login/token/{make()}")
    assert page.url == f"{store_url}/login.php"
    assert [hop.status for hop in page.hops] == [302, 200]
    assert page.says("Invalid login")
    assert why not in page.text, "the shopper is told no reason"
    assert reason(store_url) == why
    assert not shopper.open(store_url).says("Signed in as")


@pytest.mark.parametrize(
    "claims",
    [{}, {"channel_id": None}, {"request_ip": "127.0.0.1"}, {"ahead": 3}, {"customer_id": 202}],
    ids=["as documented", "default channel", "own address", "clock a little ahead", "named channel"],
)
def test_a_right_token_signs_in_and_goes_on(store_url: str, claims: dict[str, Any]) -> None:
    fresh = {"iat": now() + claims.get("ahead", 0), **claims}
    fresh.pop("ahead", None)
    page = Shopper().open(f"{store_url}/login/token/{login_token(STORE, redirect_to='/cart', **fresh)}")
    assert page.url == f"{store_url}/cart"
    assert page.says("Signed in as")


def test_without_redirect_to_the_account_is_shown(store_url: str) -> None:
    page = Shopper().open(f"{store_url}/login/token/{login_token(STORE)}")
    assert page.url == f"{store_url}/account.php"
    assert page.says("ada.lovelace@acme.example")


def test_a_token_works_once(store_url: str) -> None:
    token = login_token(STORE)
    assert Shopper().open(f"{store_url}/login/token/{token}").says("Signed in as")
    assert Shopper().open(f"{store_url}/login/token/{token}").says("Invalid login")
    assert reason(store_url) == "replayed"


def test_the_last_good_second_is_the_thirtieth_of_the_stores_clock() -> None:
    with Served(create_store(STORE, clock=lambda: 1000.9)) as served:
        for iat, good in ((970, True), (969, False), (1005, True), (1006, False)):
            page = Shopper().open(f"{served.url}/login/token/{login_token(STORE, iat=iat)}")
            assert page.says("Signed in as") is good, iat


def test_a_store_whose_clock_is_wrong_goes_by_its_own_clock() -> None:
    with Served(create_store(STORE)) as served:
        call("POST", f"{served.url}/_demo/faults", body={"clock_offset": 120})
        told = call("GET", f"{served.url}/stores/abc123/v2/time", headers={"X-Auth-Token": "the-token"})
        assert abs(told.json["time"] - time.time() - 120) < 3
        assert Shopper().open(f"{served.url}/login/token/{login_token(STORE)}").says("Invalid login")
        token = login_token(STORE, iat=told.json["time"])
        assert Shopper().open(f"{served.url}/login/token/{token}").says("Signed in as")


def test_sign_out_keeps_the_cart(store_url: str) -> None:
    shopper = Shopper()
    shopper.open(store_url).press("Add Halden desk lamp")
    shopper.open(f"{store_url}/login/token/{login_token(STORE)}")
    token = login_token(STORE, redirect_to="/login.php?action=logout")
    assert shopper.open(f"{store_url}/login/token/{token}").says("You are signed out")
    assert not shopper.open(store_url).says("Signed in as")
    assert shopper.open(f"{store_url}/cart").says("Halden desk lamp")


def test_a_deleted_customer_is_signed_out(store_url: str) -> None:
    headers = {"X-Auth-Token": "the-token"}
    row = {"email": "gone@acme.example", "first_name": "Gone", "last_name": "Soon"}
    api = f"{store_url}/stores/abc123/v3/customers"
    customer = call("POST", api, body=[row], headers=headers).json["data"][0]
    shopper = Shopper()
    token = login_token(STORE, customer_id=customer["id"])
    assert shopper.open(f"{store_url}/login/token/{token}").says("Gone Soon")
    assert call("DELETE", f"{api}?id:in={customer['id']}", headers=headers).status == 204
    assert not shopper.open(store_url).says("Signed in as")
