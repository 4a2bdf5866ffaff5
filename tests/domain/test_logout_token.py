"""Every check of a logout token: forty hostile ones, and what providers really send."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.connection import Connection
from bridge.domain.id_token import ClaimFault
from bridge.domain.jws import UnverifiedToken
from bridge.domain.logout_token import (
    CHECKS,
    EVENT,
    MAX_AGE,
    MAX_LIFETIME,
    ExpectedLogout,
    LogoutNotice,
    verify_logout,
)
from tests.contracts.world import NOON
from tests.domain.tokens import ABSENT, changed, compact

_NOW = int(NOON)
CONNECTION = Connection(
    name="acme",
    label="Acme",
    issuer="https://idp.acme.example",
    client_id="bridge-at-acme",
    redirect_uri="https://sso.example.com/callback/acme",
)
EXPECTED = ExpectedLogout(connection=CONNECTION, algorithms=("RS256", "ES256"), now=NOON)
HEADER: dict[str, Any] = {"alg": "RS256", "kid": "k1", "typ": "logout+jwt"}
CLAIMS: dict[str, Any] = {
    "iss": CONNECTION.issuer,
    "aud": CONNECTION.client_id,
    "sub": "ada",
    "sid": "session-1",
    "iat": _NOW,
    "exp": _NOW + 120,
    "jti": "once",
    "events": {EVENT: {}},
}
_TOLERANCE = CONNECTION.clock_tolerance


def accept(_token: UnverifiedToken) -> None:
    """A signature that fits."""


def token(claims: Mapping[str, Any], header: Mapping[str, Any]) -> UnverifiedToken:
    return UnverifiedToken.parse(compact(changed(HEADER, header), changed(CLAIMS, claims)))


def refused_by(claims: Mapping[str, Any], header: Mapping[str, Any] | None = None, **connection: Any) -> str:
    """The check that refuses a token so changed; empty when it passes."""
    expected = replace(EXPECTED, connection=replace(CONNECTION, **connection))
    try:
        verify_logout(token(claims, header or {}), expected, accept)
    except ClaimFault as fault:
        return fault.check
    return ""


def test_a_fitting_token_tells_whose_sessions_ended() -> None:
    notice = verify_logout(token({}, {}), EXPECTED, accept)
    assert notice == LogoutNotice(issuer=CONNECTION.issuer, sub="ada", sid="session-1", jti="once")


ACCEPTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no typ, as before the final text": ({}, {"typ": ABSENT}),
    "typ of any JWT (Keycloak)": ({}, {"typ": "JWT"}),
    "typ as a media type": ({}, {"typ": "application/logout+jwt"}),
    "by its sub alone": ({"sid": ABSENT}, {}),
    "by its sid alone": ({"sub": ABSENT}, {}),
    "unknown claims": ({"more": {"than": "asked"}}, {}),
    "another event beside": ({"events": {EVENT: {}, "urn:other": {}}}, {}),
    "an event that says something": ({"events": {EVENT: {"more": 1}}}, {}),
    "several audiences": ({"aud": ["another", "bridge-at-acme"]}, {}),
    "expired within the tolerance": ({"iat": _NOW - 120, "exp": _NOW - _TOLERANCE + 1}, {}),
    "as old as allowed": ({"iat": _NOW - MAX_AGE - _TOLERANCE}, {}),
    "a clock ahead within the tolerance": ({"iat": _NOW + _TOLERANCE, "exp": _NOW + 120}, {}),
}


@pytest.mark.parametrize(("claims", "header"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_providers_send_is_accepted(claims: dict[str, Any], header: dict[str, Any]) -> None:
    assert refused_by(claims, header) == ""


HOSTILE: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "no algorithm": ("alg", {}, {"alg": "none"}),
    "an algorithm with a shared key": ("alg", {}, {"alg": "HS256"}),
    "an algorithm that is not pinned": ("alg", {}, {"alg": "PS256"}),
    "algorithm of no kind": ("alg", {}, {"alg": 256}),
    "an extension": ("crit", {}, {"crit": ["exp"]}),
    "an access token": ("typ", {}, {"typ": "at+jwt"}),
    "an ID token by its type": ("typ", {}, {"typ": "id_token+jwt"}),
    "a security event of another kind": ("typ", {}, {"typ": "secevent+jwt"}),
    "an ID token by its nonce": ("nonce", {"nonce": "n"}, {}),
    "an empty nonce": ("nonce", {"nonce": None}, {}),
    "no event": ("events", {"events": ABSENT}, {}),
    "an empty list of events": ("events", {"events": {}}, {}),
    "another event": ("events", {"events": {"http://schemas.openid.net/event/other": {}}}, {}),
    "the event with a slash more": ("events", {"events": {EVENT + "/": {}}}, {}),
    "events as a list": ("events", {"events": [EVENT]}, {}),
    "an event that is no object": ("events", {"events": {EVENT: True}}, {}),
    "another issuer": ("iss", {"iss": "https://evil.example"}, {}),
    "the issuer with a slash more": ("iss", {"iss": CONNECTION.issuer + "/"}, {}),
    "issuer as a list": ("iss", {"iss": [CONNECTION.issuer]}, {}),
    "no issuer": ("iss", {"iss": ABSENT}, {}),
    "another audience": ("aud", {"aud": "another"}, {}),
    "an audience that begins alike": ("aud", {"aud": "bridge-at-acme-too"}, {}),
    "audiences of no kind": ("aud", {"aud": ["bridge-at-acme", 1]}, {}),
    "no audience": ("aud", {"aud": ABSENT}, {}),
    "no time of issue": ("iat", {"iat": ABSENT}, {}),
    "time of issue as a text": ("iat", {"iat": str(_NOW)}, {}),
    "issued in the future": ("iat", {"iat": _NOW + _TOLERANCE + 1, "exp": _NOW + 900}, {}),
    "kept for long": ("iat", {"iat": _NOW - MAX_AGE - _TOLERANCE - 1}, {}),
    "no expiry": ("exp", {"exp": ABSENT}, {}),
    "expired": ("exp", {"iat": _NOW - 300, "exp": _NOW - _TOLERANCE}, {}),
    "good for more than a day": ("exp", {"exp": _NOW + MAX_LIFETIME + 1}, {}),
    "expired before it was issued": ("exp", {"iat": _NOW + 10, "exp": _NOW + 5}, {}),
    "expiry of no kind": ("exp", {"exp": True}, {}),
    "not valid yet": ("nbf", {"nbf": _NOW + _TOLERANCE + 1}, {}),
    "no id": ("jti", {"jti": ABSENT}, {}),
    "an empty id": ("jti", {"jti": ""}, {}),
    "an id that is a number": ("jti", {"jti": 1}, {}),
    "an id without end": ("jti", {"jti": "x" * 256}, {}),
    "nobody": ("sub", {"sub": ABSENT, "sid": ABSENT}, {}),
    "an empty sub": ("sub", {"sub": ""}, {}),
    "sub as a list": ("sub", {"sub": ["ada"]}, {}),
    "no sid but null": ("sid", {"sid": None}, {}),
    "a sid with a line end": ("sid", {"sid": "a\nb"}, {}),
}


@pytest.mark.parametrize(("check", "claims", "header"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_one_is_refused(check: str, claims: dict[str, Any], header: dict[str, Any]) -> None:
    assert refused_by(claims, header) == check


def test_the_signature_comes_last_and_counts() -> None:
    asked = []

    def refuse(one: UnverifiedToken) -> None:
        asked.append(one)
        raise ClaimFault("signature", "no key fits")

    with pytest.raises(ClaimFault, match="signature"):
        verify_logout(token({}, {}), EXPECTED, refuse)
    with pytest.raises(ClaimFault, match="aud"):
        verify_logout(token({"aud": "another"}, {}), EXPECTED, refuse)
    assert len(asked) == 1, "a token that is wrong anyway makes nobody fetch keys"


def test_expiry_may_be_left_out_where_the_connection_says_so_and_is_judged_where_it_is_there() -> None:
    assert refused_by({"exp": ABSENT}, logout_tokens_without_exp=True) == ""
    assert refused_by({"iat": _NOW - 60, "exp": _NOW - 59}, logout_tokens_without_exp=True) == "exp"


def test_another_word_of_the_issuer_for_itself_means_the_issuer() -> None:
    known: dict[str, Any] = {"issuer_aliases": ("idp.acme.example",)}
    assert refused_by({"iss": "idp.acme.example"}, **known) == ""
    expected = replace(EXPECTED, connection=replace(CONNECTION, **known))
    assert verify_logout(token({"iss": "idp.acme.example"}, {}), expected, accept).issuer == CONNECTION.issuer


_TENANT, _OTHER = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "9188040d-6c67-4c5b-b112-36a304b66dad"
_MANY: dict[str, Any] = {"issuer_template": "https://many.example/{tenantid}/v2.0", "tenants": (_TENANT,)}


@pytest.mark.parametrize(
    ("claims", "check"),
    [
        ({"iss": f"https://many.example/{_TENANT}/v2.0"}, ""),
        ({"iss": f"https://many.example/{_TENANT}/v2.0", "tid": _TENANT.upper()}, ""),
        ({"iss": f"https://many.example/{_OTHER}/v2.0"}, "iss"),
        ({"iss": CONNECTION.issuer}, "iss"),
        ({"iss": f"https://many.example/{_TENANT}/v2.0", "tid": _OTHER}, "tid"),
    ],
)
def test_of_many_tenants_only_those_that_are_listed(claims: dict[str, Any], check: str) -> None:
    assert refused_by(claims, **_MANY) == check


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from([*CLAIMS, "nonce", "nbf", "tid"]), value=_JSON)
def test_whatever_stands_in_a_claim_ends_in_a_verdict(name: str, value: Any) -> None:
    claims = {**CLAIMS, name: value}
    unverified = UnverifiedToken("", HEADER, claims, b"", b"")
    try:
        notice = verify_logout(unverified, EXPECTED, accept)
    except ClaimFault:
        return
    assert notice.sub or notice.sid


def test_no_check_is_left_out() -> None:
    assert len(CHECKS) == len(set(CHECKS)) == 13
