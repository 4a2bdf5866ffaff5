"""Requests that are pushed: what goes to the provider, what is left for the browser, and odd answers."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest

from bridge.domain.asking import Asking
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from tests.contracts.world import FakeClock

from .conftest import World
from .fake_idp import ATTEMPT, CONNECTION, ISSUER, SECRET, FakeIdp, json_reply, query_of

ALWAYS = Asking(pushed="always")
REQUEST_URI = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"
GOOD = {"request_uri": REQUEST_URI, "expires_in": 60}


class PushIdp(FakeIdp):
    """Takes pushed requests of a client that proves itself."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.metadata["pushed_authorization_request_endpoint"] = f"{ISSUER}/par"
        self.forms: list[dict[str, str]] = []

    def _answer(self, path: str, request: HttpRequest) -> HttpReply:
        if path != "/par":
            return super()._answer(path, request)
        form = {name: values[0] for name, values in parse_qs((request.body or b"").decode()).items()}
        self.forms.append(form)
        if not self._authenticated(request.headers, form):
            return json_reply({"error": "invalid_client"}, 401)
        return json_reply(GOOD, 201)


def world(clock: FakeClock, asking: Asking = ALWAYS, **changes: Any) -> tuple[World, PushIdp]:
    idp = PushIdp(clock)
    return World(clock, idp, asking=asking, **changes), idp


def url(world: World, hint: str = "") -> str:
    return world.provider.authorize_url(ATTEMPT, hint, world.clock.deadline())


def refused(world: World) -> Refused:
    with pytest.raises(Refused) as caught:
        url(world)
    for planted in (SECRET, ATTEMPT.code_verifier, ATTEMPT.nonce, ATTEMPT.state):
        assert planted not in str(caught.value)
    return caught.value


def test_the_browser_carries_a_reference_and_nothing_else(clock: FakeClock) -> None:
    made, idp = world(clock)
    assert query_of(url(made, "ada@acme.com")) == {
        "client_id": [CONNECTION.client_id],
        "request_uri": [REQUEST_URI],
    }
    (form,) = idp.forms
    assert (form["state"], form["nonce"], form["login_hint"]) == (
        ATTEMPT.state,
        ATTEMPT.nonce,
        "ada@acme.com",
    )
    assert form["redirect_uri"] == CONNECTION.redirect_uri
    assert "code_verifier" not in form


@pytest.mark.parametrize("auth", ["client_secret_basic", "client_secret_post"])
def test_the_client_proves_itself_its_own_way(clock: FakeClock, auth: str) -> None:
    made, idp = world(clock, client_auth=auth)
    url(made)
    assert ("client_secret" in idp.forms[0]) == (auth == "client_secret_post")
    assert idp.forms[0]["client_id"] == CONNECTION.client_id


def test_by_itself_only_where_the_metadata_demands_it(clock: FakeClock) -> None:
    made, idp = world(clock, Asking())
    assert "state" in query_of(url(made))
    assert idp.forms == []
    made, idp = world(clock, Asking())
    idp.metadata["require_pushed_authorization_requests"] = True
    assert "request_uri" in query_of(url(made))


@pytest.mark.parametrize("asking", [ALWAYS, Asking()])
def test_a_provider_without_the_endpoint_is_told_clearly(clock: FakeClock, asking: Asking) -> None:
    made, idp = world(clock, asking)
    del idp.metadata["pushed_authorization_request_endpoint"]
    idp.metadata["require_pushed_authorization_requests"] = True
    problem = refused(made)
    assert problem.reason is Reason.IDP_METADATA_INVALID
    assert "pushed_authorization_request_endpoint" in problem.detail


@pytest.mark.parametrize("endpoint", ["http://idp.acme.example/par", "/par", 7, "https://u:p@idp/par"])
def test_an_endpoint_that_is_none_makes_the_metadata_unusable(clock: FakeClock, endpoint: Any) -> None:
    made, idp = world(clock, Asking())
    idp.metadata["pushed_authorization_request_endpoint"] = endpoint
    assert refused(made).reason is Reason.IDP_METADATA_INVALID


def test_a_second_secret_is_tried_and_remembered(clock: FakeClock) -> None:
    made, idp = world(clock, client_secrets=(Secret("newer"), Secret(SECRET)))
    url(made)
    assert idp.count("/par") == 2
    url(made)
    assert idp.count("/par") == 3
    made.redeem()
    assert idp.count("/token") == 1, "what one endpoint took, the other takes"


def odd(answer: Mapping[str, Any], status: int = 201) -> HttpReply:
    return json_reply(
        {name: value for name, value in {**GOOD, **answer}.items() if value is not None}, status
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (odd({}, 202), Reason.IDP_RESPONSE_INVALID),
        (HttpReply(303, {"location": "https://evil.example"}, b""), Reason.IDP_RESPONSE_INVALID),
        (HttpReply(201, {"content-type": "text/html"}, json.dumps(GOOD).encode()), Reason.IDP_RESPONSE_INVALID),
        (HttpReply(201, {"content-type": "application/json"}, b"["), Reason.IDP_RESPONSE_INVALID),
        (odd({"request_uri": None}), Reason.IDP_RESPONSE_INVALID),
        (odd({"request_uri": "no-uri"}), Reason.IDP_RESPONSE_INVALID),
        (odd({"request_uri": "urn:a b"}), Reason.IDP_RESPONSE_INVALID),
        (odd({"request_uri": "urn:" + "a" * 600}), Reason.IDP_RESPONSE_INVALID),
        (odd({"request_uri": ["urn:a"]}), Reason.IDP_RESPONSE_INVALID),
        (odd({"expires_in": None}), Reason.IDP_RESPONSE_INVALID),
        (odd({"expires_in": 0}), Reason.IDP_RESPONSE_INVALID),
        (odd({"expires_in": "60"}), Reason.IDP_RESPONSE_INVALID),
        (odd({"expires_in": True}), Reason.IDP_RESPONSE_INVALID),
        (json_reply({"error": "invalid_request"}, 400), Reason.IDP_ERROR),
        (json_reply({"error": "invalid_scope"}, 400), Reason.IDP_ERROR),
        (json_reply({"error": "invalid_client"}, 400), Reason.CLIENT_REJECTED),
        (json_reply({"error": "unauthorized_client"}, 400), Reason.CLIENT_REJECTED),
        (HttpReply(401, {}, b""), Reason.CLIENT_REJECTED),
        (HttpReply(404, {}, b"<html>"), Reason.IDP_RESPONSE_INVALID),
        (json_reply({"error": ["odd"]}, 400), Reason.IDP_RESPONSE_INVALID),
        (json_reply({}, 429), Reason.IDP_UNAVAILABLE),
        (json_reply({}, 503), Reason.IDP_UNAVAILABLE),
        (HttpFailure("timeout", "slow"), Reason.IDP_TIMEOUT),
        (HttpFailure("unreachable", "no route"), Reason.IDP_UNAVAILABLE),
    ],
)  # fmt: skip
def test_odd_answers_end_in_words(clock: FakeClock, answer: HttpReply | HttpFailure, reason: Reason) -> None:
    made, idp = world(clock)
    idp.instead["/par"] = answer
    assert refused(made).reason is reason


@pytest.mark.parametrize("status", [200, 201])
def test_both_words_for_done_are_taken(clock: FakeClock, status: int) -> None:
    made, idp = world(clock)
    idp.instead["/par"] = json_reply({**GOOD, "further": {"x": 1}}, status)
    assert query_of(url(made))["request_uri"] == [REQUEST_URI]


def test_a_reference_cannot_smuggle_parameters_into_the_address(clock: FakeClock) -> None:
    made, idp = world(clock)
    idp.instead["/par"] = odd({"request_uri": "urn:x&client_id=evil#?"})
    assert query_of(url(made)) == {
        "client_id": [CONNECTION.client_id],
        "request_uri": ["urn:x&client_id=evil#?"],
    }
