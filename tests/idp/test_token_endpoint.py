"""The code for the tokens: how we say who we are, and which answers are an answer."""

import json
from base64 import b64decode
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest

from bridge.domain.connection import ClientAuth
from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.idp.calls import Calls
from bridge.idp.client_auth import Credential, authenticated
from bridge.idp.token_endpoint import code_grant, token_response
from tests.contracts.world import NOON, FakeClock

from .fake_idp import ATTEMPT, CONNECTION, FakeIdp, json_reply

TOKEN = "https://idp.example/token"
ODD = [
    "plain",
    "with space",
    "a%b",
    "a+b",
    "a:b",
    "a/b=c&d",
    "\u00fc\u00e9 latin",
    "\u4e2d\u6587",
    "~._-",
    "%2B",
    "'\"\\",
]


def request(auth: ClientAuth, client_id: str = "client", secret: str = "secret") -> HttpRequest:
    connection = replace(CONNECTION, client_auth=auth, client_id=client_id)
    credential = Credential(connection, Secret(secret), lambda: NOON, lambda: "jti-1")
    grant = code_grant(connection, ATTEMPT, "the code+")
    return authenticated(TOKEN, grant, credential.shown(TOKEN), "token")


def form(made: HttpRequest) -> dict[str, str]:
    parsed = parse_qs((made.body or b"").decode("ascii"), strict_parsing=True)
    assert all(len(values) == 1 for values in parsed.values())
    return {name: values[0] for name, values in parsed.items()}


class TestRequest:
    @pytest.mark.parametrize("secret", ODD)
    @pytest.mark.parametrize("client_id", ["client", "https://a.example/?x=1:2"])
    def test_basic_is_form_encoded_so_that_no_character_is_lost(self, client_id: str, secret: str) -> None:
        made = request("client_secret_basic", client_id, secret)
        scheme, _, value = made.headers["Authorization"].partition(" ")
        pair = b64decode(value, validate=True).decode("ascii")
        assert scheme == "Basic"
        assert pair.count(":") == 1
        assert [unquote_plus(part) for part in pair.split(":")] == [client_id, secret]
        assert not {"client_id", "client_secret"} & set(form(made))

    def test_basic_is_written_as_the_rfc_has_it(self) -> None:
        value = request("client_secret_basic", "a b", "%+:/\u00fc").headers["Authorization"].partition(" ")[2]
        assert b64decode(value) == b"a+b:%25%2B%3A%2F%C3%BC"

    @pytest.mark.parametrize("secret", ODD)
    def test_post_brings_both_in_the_body(self, secret: str) -> None:
        made = request("client_secret_post", "client", secret)
        assert (form(made)["client_id"], form(made)["client_secret"]) == ("client", secret)
        assert "Authorization" not in made.headers

    def test_a_public_client_says_its_name_only(self) -> None:
        made = request("none")
        assert form(made)["client_id"] == "client"
        assert "client_secret" not in form(made)
        assert "Authorization" not in made.headers

    def test_the_code_comes_with_what_binds_it_to_the_attempt(self) -> None:
        sent = form(request("client_secret_basic"))
        assert sent == {
            "grant_type": "authorization_code",
            "code": "the code+",
            "redirect_uri": CONNECTION.redirect_uri,
            "code_verifier": ATTEMPT.code_verifier,
        }

    @pytest.mark.parametrize("auth", ["client_secret_basic", "client_secret_post"])
    def test_what_is_kept_ready_to_be_shown_cannot_be_printed(self, auth: ClientAuth) -> None:
        connection = replace(CONNECTION, client_auth=auth)
        shown = Credential(connection, Secret("planted"), lambda: NOON, lambda: "jti-1").shown(TOKEN)
        assert shown.headers or shown.form
        assert repr(shown) == "Shown()"

    def test_the_code_is_never_in_the_address(self) -> None:
        assert request("client_secret_post").url == "https://idp.example/token"


ID_TOKEN = FakeIdp(FakeClock()).id_token()
ANSWER = {"access_token": "at", "token_type": "Bearer", "id_token": ID_TOKEN}


class TestAnswer:
    @pytest.mark.parametrize("token_type", ["Bearer", "bearer", "BEARER"])
    @pytest.mark.parametrize(
        "media", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
    )
    def test_tokens_are_read(self, token_type: str, media: str) -> None:
        body = json.dumps({**ANSWER, "token_type": token_type, "expires_in": "x", "scope": 7}).encode()
        tokens = token_response(HttpReply(200, {"content-type": media}, body), CONNECTION)
        assert tokens.access_token == "at"
        assert tokens.unverified_id_token.compact == ID_TOKEN

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"id_token": None}, Reason.IDP_RESPONSE_INVALID),
            ({"id_token": 7}, Reason.IDP_RESPONSE_INVALID),
            ({"id_token": ""}, Reason.ID_TOKEN_INVALID),
            ({"id_token": "not.a.token"}, Reason.ID_TOKEN_INVALID),
            ({"id_token": "a.b.c.d.e"}, Reason.ID_TOKEN_INVALID),
            ({"access_token": None}, Reason.IDP_RESPONSE_INVALID),
            ({"access_token": ""}, Reason.IDP_RESPONSE_INVALID),
            ({"access_token": "a\r\nX-Evil: 1"}, Reason.IDP_RESPONSE_INVALID),
            ({"access_token": "\u00e9"}, Reason.IDP_RESPONSE_INVALID),
            ({"access_token": ["at"]}, Reason.IDP_RESPONSE_INVALID),
            ({"token_type": None}, Reason.IDP_RESPONSE_INVALID),
            ({"token_type": "DPoP"}, Reason.IDP_RESPONSE_INVALID),
            ({"token_type": "mac"}, Reason.IDP_RESPONSE_INVALID),
        ],
    )
    def test_an_answer_that_lacks_something_is_refused(self, change: dict[str, Any], reason: Reason) -> None:
        self.refused(json_reply({**ANSWER, **change}), reason)

    @pytest.mark.parametrize(
        ("status", "body", "reason"),
        [
            (400, b'{"error":"invalid_grant"}', Reason.CODE_REJECTED),
            (401, b'{"error":"invalid_grant"}', Reason.CODE_REJECTED),
            (400, b'{"error":"invalid_client"}', Reason.CLIENT_REJECTED),
            (401, b'{"error":"invalid_client"}', Reason.CLIENT_REJECTED),
            (400, b'{"error":"unauthorized_client"}', Reason.CLIENT_REJECTED),
            (401, b"<html>", Reason.CLIENT_REJECTED),
            (401, b'{"error":["invalid_client"]}', Reason.CLIENT_REJECTED),
            (400, b"<html>", Reason.IDP_RESPONSE_INVALID),
            (400, b"{}", Reason.IDP_RESPONSE_INVALID),
            (400, b'{"error":"invalid_request"}', Reason.IDP_RESPONSE_INVALID),
            (400, b'{"error":"invalid_grant","error":"x"}', Reason.IDP_RESPONSE_INVALID),
            (403, b"{}", Reason.IDP_RESPONSE_INVALID),
            (403, b"<html>", Reason.IDP_RESPONSE_INVALID),
            (403, b'{"error":"access_denied"}', Reason.IDP_RESPONSE_INVALID),
            (403, b'{"error":"invalid_grant"}', Reason.CODE_REJECTED),
            (403, b'{"error":"unauthorized_client"}', Reason.CLIENT_REJECTED),
            (403, b"", Reason.CLIENT_REJECTED),
            (429, b"{}", Reason.IDP_UNAVAILABLE),
            (500, b'{"error":"invalid_grant"}', Reason.IDP_UNAVAILABLE),
            (503, b"", Reason.IDP_UNAVAILABLE),
            (302, b"", Reason.IDP_RESPONSE_INVALID),
            (204, b"", Reason.IDP_RESPONSE_INVALID),
            (200, b"", Reason.IDP_RESPONSE_INVALID),
            (200, b"[]", Reason.IDP_RESPONSE_INVALID),
            (200, b'{"access_token":"a","access_token":"b"}', Reason.IDP_RESPONSE_INVALID),
            (200, b'{"error":"invalid_grant"}', Reason.IDP_RESPONSE_INVALID),
        ],
    )
    def test_each_refusal_has_its_name(self, status: int, body: bytes, reason: Reason) -> None:
        self.refused(HttpReply(status, {"content-type": "application/json"}, body), reason)

    @pytest.mark.parametrize("media", ["text/html", "text/plain", "application/x-www-form-urlencoded", ""])
    def test_tokens_in_another_form_are_none(self, media: str) -> None:
        reply = HttpReply(200, {"content-type": media}, json.dumps(ANSWER).encode())
        self.refused(reply, Reason.IDP_RESPONSE_INVALID)

    def test_an_error_is_quoted_shortly(self) -> None:
        refused = self.refused(json_reply({"error": "x" * 10_000}, 400), Reason.IDP_RESPONSE_INVALID)
        assert len(refused.detail) < 200

    def refused(self, reply: HttpReply, reason: Reason) -> Refused:
        with pytest.raises(Refused) as caught:
            token_response(reply, CONNECTION)
        assert caught.value.reason is reason
        return caught.value


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Fri, 15 Jan 2027 08:00:00 GMT", 0.0),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0),
        ("Fri, 15 Jan 2027 09:00:00 +0100", 0.0),
        ("yesterday", None),
        ("", None),
        ("Fri, 99 Jan 2027 08:00:00 GMT", None),
        ("Fri, 15 Jan 99999 08:00:00 GMT", None),
        (None, None),
    ],
)
def test_the_providers_clock_is_read_from_its_date_if_it_has_one(
    date: str | None, ahead: float | None
) -> None:
    headers = {} if date is None else {"date": date}
    calls = Calls(Always(HttpReply(200, headers, b"")), lambda: NOON)
    calls.send(HttpRequest("GET", "https://idp.example/"), Deadline(1, lambda: 0))
    assert calls.clock_ahead == ahead


class Always:
    """A network with one answer."""

    def __init__(self, reply: HttpReply) -> None:
        self._reply = reply

    def send(self, _request: HttpRequest, _deadline: Deadline) -> HttpReply:
        return self._reply
