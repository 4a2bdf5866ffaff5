"""The shops hear of sessions that ended, and believe nobody but their bridge."""

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.serving import Served
from bridge.demo.shopper import Shopper
from bridge.demo.webhooks import new_secret, read_event

from .plainbridge import login_token
from .plaineurope import send_webhook
from .web import call

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
NOW = 1_800_000_000
BODY = b'{"type":"session.ended","sid":"a.b"}'
STORE = StoreOptions(
    "http://127.0.0.1:9/login/us", "abc123", "cid", "secret", "the-token", webhook_secret=SECRET
)


def signed(body: bytes = BODY, at: str = str(NOW), secret: str = SECRET) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.digest(key, f"end_1.{at}.".encode() + body, "sha256")).decode()
    return {"webhook-id": "end_1", "webhook-timestamp": at, "webhook-signature": f"v1,{mac}"}


def test_one_good_signature_among_several_is_enough() -> None:
    headers = signed()
    headers["webhook-signature"] = "v1,AAAA v2,x " + headers["webhook-signature"]
    assert read_event(SECRET, headers, BODY, NOW + 299) == json.loads(BODY)


@pytest.mark.parametrize(
    ("headers", "body", "now"),
    [
        ({}, BODY, NOW),
        (signed(), BODY + b" ", NOW),
        (signed(secret=new_secret()), BODY, NOW),
        ({**signed(), "webhook-id": "end_2"}, BODY, NOW),
        (signed(), BODY, NOW + 301),
        (signed(), BODY, NOW - 301),
        (signed(at="soon"), BODY, NOW),
        (signed(at="²"), BODY, NOW),
        ({**signed(), "webhook-signature": "v1,ü"}, BODY, NOW),
        (signed(b"[]"), b"[]", NOW),
    ],
    ids=["nothing", "body", "secret", "id", "old", "ahead", "no time", "odd digit", "odd", "no object"],
)
def test_what_the_bridge_did_not_say_just_now_counts_for_nothing(
    headers: dict[str, str], body: bytes, now: int
) -> None:
    assert read_event(SECRET, headers, body, now) is None


def test_without_a_secret_nobody_is_believed() -> None:
    assert read_event("", signed(secret="whsec_"), BODY, NOW) is None


@pytest.fixture
def url() -> Iterator[str]:
    with Served(create_store(STORE)) as served:
        yield served.url


def signed_in(url: str, customer: int = 101) -> Shopper:
    shopper = Shopper()
    token = login_token(STORE, customer_id=customer, redirect_to="/")
    assert shopper.open(f"{url}/login/token/{token}").says("Signed in as")
    return shopper


def test_the_store_ends_every_session_of_the_customer_and_nobody_else_s(url: str) -> None:
    here, there, charles = signed_in(url), signed_in(url), signed_in(url, 102)
    here.open(f"{url}/products/lamp").press("Add Halden")
    assert send_webhook(url, SECRET, {"customer_id": "101"}) == 204
    assert not here.open(url).says("Signed in as")
    assert not there.open(url).says("Signed in as")
    assert charles.open(url).says("Signed in as")
    assert here.open(f"{url}/cart").says("Halden"), "the cart is not the customer's alone"
    assert signed_in(url).open(url).says("Signed in as"), "a new sign-in is not over"
    assert here.open(url).says("Signed in as") is False


def test_a_forged_end_and_an_event_of_another_kind_end_nothing(url: str) -> None:
    ada = signed_in(url)
    assert send_webhook(url, SECRET, {"customer_id": "101", "type": "ping"}) == 204
    assert send_webhook(url, SECRET, {"customer_id": ""}) == 204
    forged = call("POST", f"{url}/hooks/bridge", body={"type": "session.ended", "customer_id": "101"})
    assert forged.status == 401
    assert ada.open(url).says("Signed in as")
    with Served(create_store(replace(STORE, webhook_secret=""))) as without:
        assert call("POST", f"{without.url}/hooks/bridge", body={}, headers=signed()).status == 401
