"""When userinfo is called, and what of it is believed."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.connection import EmailTrust, UserinfoUse
from bridge.domain.http import HttpReply
from bridge.domain.id_token import VerifiedClaims
from bridge.domain.refusal import Reason, Refused
from bridge.idp.userinfo import is_wanted, userinfo_request, userinfo_response

from .fake_idp import CONNECTION, json_reply

EMAIL = {"email": "ada@acme.com"}
FULL = {**EMAIL, "email_verified": True, "name": "Ada"}
ALL = ("openid", "profile", "email")


@pytest.mark.parametrize(
    ("use", "scopes", "trust", "claims", "wanted"),
    [
        ("when_missing", ALL, "verified", FULL, False),
        ("when_missing", ALL, "verified", {}, True),
        ("when_missing", ALL, "verified", {**FULL, "email_verified": False}, False),
        ("when_missing", ALL, "verified", {**EMAIL, "name": "Ada"}, True),
        ("when_missing", ALL, "asserted", {**EMAIL, "name": "Ada"}, False),
        ("when_missing", ALL, "verified", {**EMAIL, "email_verified": True}, True),
        ("when_missing", ALL, "verified", {**EMAIL, "email_verified": True, "family_name": "L"}, False),
        ("when_missing", ("openid", "email"), "verified", {**EMAIL, "email_verified": True}, False),
        ("when_missing", ("openid", "profile"), "verified", {"name": "Ada"}, False),
        ("when_missing", ("openid",), "verified", {}, False),
        ("always", ALL, "verified", FULL, True),
        ("always", ("openid",), "verified", FULL, True),
        ("never", ALL, "verified", {}, False),
    ],
)
def test_userinfo_is_called_when_something_asked_for_is_missing(
    use: UserinfoUse, scopes: tuple[str, ...], trust: EmailTrust, claims: dict[str, Any], wanted: bool
) -> None:
    connection = replace(CONNECTION, userinfo=use, scopes=scopes, email_trust=trust)
    assert is_wanted(connection, VerifiedClaims({"sub": "ada", **claims})) is wanted


def test_the_access_token_goes_in_the_header_only() -> None:
    made = userinfo_request("https://idp.example/userinfo", "planted")
    assert made.headers["Authorization"] == "Bearer planted"
    assert "planted" not in made.url
    assert made.body is None


def test_the_claims_of_the_same_subject_are_given() -> None:
    claims = userinfo_response(json_reply({"sub": "ada", **FULL}), VerifiedClaims({"sub": "ada"}))
    assert claims["email"] == "ada@acme.com"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(json_reply({"sub": "eve", **FULL}), id="another subject"),
        pytest.param(json_reply({"sub": "Ada", **FULL}), id="the subject in other letters"),
        pytest.param(json_reply(FULL), id="no subject"),
        pytest.param(json_reply({"sub": ["ada"]}), id="a list of subjects"),
        pytest.param(
            HttpReply(200, {"content-type": "application/json"}, b'{"sub":"eve","sub":"ada"}'),
            id="two subjects",
        ),
        pytest.param(HttpReply(200, {"content-type": "application/jwt"}, b"e.y.J"), id="a signed answer"),
        pytest.param(HttpReply(200, {"content-type": "text/html"}, b'{"sub":"ada"}'), id="a page"),
        pytest.param(HttpReply(200, {"content-type": "application/json"}, b"<html>"), id="no JSON"),
        pytest.param(json_reply({"sub": "ada"}, 302, location="https://evil.example"), id="a redirect"),
        pytest.param(json_reply({"sub": "ada"}, 401), id="401"),
    ],
)
def test_anything_else_is_refused(reply: HttpReply) -> None:
    with pytest.raises(Refused) as caught:
        userinfo_response(reply, VerifiedClaims({"sub": "ada"}))
    assert caught.value.reason is Reason.USERINFO_INVALID


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_userinfo_that_is_unwell_says_nothing_of_the_person(status: int) -> None:
    with pytest.raises(Refused) as caught:
        userinfo_response(json_reply({"sub": "ada"}, status), VerifiedClaims({"sub": "ada"}))
    assert caught.value.reason is Reason.IDP_UNAVAILABLE
