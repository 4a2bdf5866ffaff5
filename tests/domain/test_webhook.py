"""Webhooks are signed as Standard Webhooks 1.0 has it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.ending_work import EndingWork
from bridge.domain.http import HttpReply
from bridge.domain.secret import Secret
from bridge.domain.webhook import Webhook, headers, retry_after, secret_bytes, session_ended
from tests.contracts.endings import ending
from tests.contracts.world import NOON

#: The example of the specification's own libraries.
SECRET = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
EVENT, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_specifications_example_has_its_signature() -> None:
    made = headers(Webhook("https://shop.example/hook", (SECRET,)), EVENT, BODY, AT + 0.9)
    assert made == {
        "Content-Type": "application/json",
        "webhook-id": EVENT,
        "webhook-timestamp": str(AT),
        "webhook-signature": SIGNATURE,
    }


def test_while_secrets_change_each_of_them_signs_the_newest_first() -> None:
    newest = Secret("whsec_" + "A" * 32)
    made = headers(Webhook("https://shop.example/hook", (newest, SECRET)), EVENT, BODY, AT)
    first, second = made["webhook-signature"].split(" ")
    assert first.startswith("v1,")
    assert first != second == SIGNATURE


@pytest.mark.parametrize("text", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64", "whsec_AAA"])
def test_what_is_no_secret_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        secret_bytes(Secret(text))


def test_an_event_names_the_session_and_nobody() -> None:
    work = EndingWork(ending=ending(), since=1, attempts=3, fault="status 500")
    assert json.loads(session_ended(work)) == {
        "id": work.id,
        "type": "session.ended",
        "at": "2027-01-15T08:00:00.000Z",
        "store": "us",
        "sid": str(work.ending.ref),
        "customer_id": "101",
        "reason": "operator",
        "connection": "acme",
    }
    assert "." not in work.id


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("9" * 400, 999_999_999),
    ],
)
def test_a_receiver_may_say_when(said: str, seconds: float) -> None:
    assert retry_after(HttpReply(503, {"retry-after": said}, b""), NOON) == seconds


@given(st.text(max_size=60))
def test_whatever_a_receiver_says_is_some_time(said: str) -> None:
    assert retry_after(HttpReply(429, {"retry-after": said}, b""), NOON) >= 0
