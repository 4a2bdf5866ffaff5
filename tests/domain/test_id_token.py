"""Every check of an ID token: what it accepts, what it refuses, and where exactly the line runs."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.id_token import CHECKS, MAX_AGE, MAX_LIFETIME, ClaimFault, verify
from bridge.domain.jws import UnverifiedToken
from tests.contracts.world import NOON

from .tokens import ABSENT, CLAIMS, EXPECTED, HEADER, changed, compact, encoded, expecting, token

_NOW, _TOLERANCE = int(NOON), EXPECTED.tolerance


def accept(_token: UnverifiedToken) -> None:
    """A signature that fits."""


def refused_by(claims: dict[str, Any], header: dict[str, Any] | None = None) -> str:
    """The check that refuses a token so changed; empty when it passes."""
    try:
        verify(token(claims, header), EXPECTED, accept)
    except ClaimFault as fault:
        return fault.check
    return ""


def half(text: str, name: str = "sha256") -> str:
    digest = hashlib.new(name, text.encode()).digest()
    return encoded(digest[: len(digest) // 2])


def test_a_fitting_token_gives_its_claims() -> None:
    assert verify(token(), EXPECTED, accept) == CLAIMS


ACCEPTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no typ": ({}, {"typ": ABSENT}),
    "typ in small letters": ({}, {"typ": "jwt"}),
    "typ as a media type": ({}, {"typ": "application/JWT"}),
    "typ of an ID token": ({}, {"typ": "id_token+jwt"}),
    "no kid": ({}, {"kid": ABSENT}),
    "another allowed algorithm": ({}, {"alg": "EdDSA"}),
    "audience as a list of one": ({"aud": ["bridge-at-acme"]}, {}),
    "several audiences and azp": ({"aud": ["bridge-at-acme", "api"], "azp": "bridge-at-acme"}, {}),
    "one audience and azp": ({"azp": "bridge-at-acme"}, {}),
    "expired within the tolerance": ({"iat": _NOW - 60, "exp": _NOW - _TOLERANCE + 1}, {}),
    "expiry a month ahead": ({"exp": _NOW + MAX_LIFETIME}, {}),
    "expiry with a fraction": ({"exp": _NOW + 0.5}, {}),
    "issued as far ahead as tolerated": ({"iat": _NOW + _TOLERANCE}, {}),
    "issued as long ago as allowed": ({"iat": _NOW - MAX_AGE - _TOLERANCE}, {}),
    "not before, as far ahead as tolerated": ({"nbf": _NOW + _TOLERANCE}, {}),
    "a subject of 255 characters": ({"sub": "s" * 255}, {}),
    "a subject with punctuation": ({"sub": "auth0|5f7c8ec7c33c6c004bbafe82 ~"}, {}),
    "at_hash": ({"at_hash": half("the-access-token")}, {}),
    "at_hash of ES384": ({"at_hash": half("the-access-token", "sha384")}, {"alg": "ES384"}),
    "at_hash of EdDSA": ({"at_hash": half("the-access-token", "sha512")}, {"alg": "EdDSA"}),
    "at_hash of Ed25519": ({"at_hash": half("the-access-token", "sha512")}, {"alg": "Ed25519"}),
    "c_hash": ({"c_hash": half("the-code")}, {}),
    "claims nobody asked for": ({"groups": ["a"] * 200, "acr": "1", "_": None}, {}),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    assert refused_by(*ACCEPTED[name]) == ""


def test_no_other_audience_is_borne_where_the_connection_wants_that() -> None:
    alone = replace(EXPECTED, sole_audience=True)
    for aud in ("bridge-at-acme", ["bridge-at-acme"]):
        assert verify(token({"aud": aud}), alone, accept)["sub"] == "ada"
    with pytest.raises(ClaimFault, match="several audiences"):
        verify(token({"aud": ["bridge-at-acme", "api"], "azp": "bridge-at-acme"}), alone, accept)


REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "unsigned": ("alg", {}, {"alg": "none"}),
    "unsigned, in other letters": ("alg", {}, {"alg": "nOnE"}),
    "signed with the client secret": ("alg", {}, {"alg": "HS256"}),
    "an algorithm not on the list": ("alg", {}, {"alg": "PS256"}),
    "no algorithm": ("alg", {}, {"alg": ABSENT}),
    "a list of algorithms": ("alg", {}, {"alg": ["RS256"]}),
    "an extension is needed": ("crit", {}, {"crit": ["b64"]}),
    "an empty list of extensions": ("crit", {}, {"crit": []}),
    "an access token": ("typ", {}, {"typ": "at+jwt"}),
    "a logout token": ("typ", {}, {"typ": "logout+jwt"}),
    "a type that is no text": ("typ", {}, {"typ": 1}),
    "another issuer": ("iss", {"iss": "https://evil.example"}, {}),
    "the issuer with a slash": ("iss", {"iss": EXPECTED.issuer + "/"}, {}),
    "the issuer in other letters": ("iss", {"iss": EXPECTED.issuer.upper()}, {}),
    "no issuer": ("iss", {"iss": ABSENT}, {}),
    "a list of issuers": ("iss", {"iss": [EXPECTED.issuer]}, {}),
    "another audience": ("aud", {"aud": "somebody-else"}, {}),
    "no audience": ("aud", {"aud": ABSENT}, {}),
    "no audience in the list": ("aud", {"aud": []}, {}),
    "a list without us": ("aud", {"aud": ["a", "b"]}, {}),
    "an audience that is an object": ("aud", {"aud": {"bridge-at-acme": 1}}, {}),
    "a number beside us": ("aud", {"aud": ["bridge-at-acme", 7]}, {}),
    "several audiences without azp": ("aud", {"aud": ["bridge-at-acme", "api"]}, {}),
    "azp names another client": ("azp", {"azp": "somebody-else"}, {}),
    "azp names us in a list": ("azp", {"azp": ["bridge-at-acme"]}, {}),
    "azp is null": ("azp", {"azp": None}, {}),
    "expired to the second": ("exp", {"iat": _NOW - 60, "exp": _NOW - _TOLERANCE}, {}),
    "no expiry": ("exp", {"exp": ABSENT}, {}),
    "expiry as a text": ("exp", {"exp": str(_NOW + 300)}, {}),
    "expiry is true": ("exp", {"exp": True}, {}),
    "expiry beyond a month": ("exp", {"exp": _NOW + MAX_LIFETIME + 1}, {}),
    "expiry before issue": ("exp", {"iat": _NOW, "exp": _NOW - 1}, {}),
    "expiry in milliseconds": ("exp", {"exp": (_NOW + 300) * 1000}, {}),
    "expiry beyond all numbers": ("exp", {"exp": 10**400}, {}),
    "issued too far ahead": ("iat", {"iat": _NOW + _TOLERANCE + 1}, {}),
    "issued too long ago": ("iat", {"iat": _NOW - MAX_AGE - _TOLERANCE - 1}, {}),
    "no time of issue": ("iat", {"iat": ABSENT}, {}),
    "issued before all numbers": ("iat", {"iat": -(10**400)}, {}),
    "not valid yet": ("nbf", {"nbf": _NOW + _TOLERANCE + 1}, {}),
    "not before is a text": ("nbf", {"nbf": "now"}, {}),
    "not before is true": ("nbf", {"nbf": True}, {}),
    "not before is null": ("nbf", {"nbf": None}, {}),
    "no nonce": ("nonce", {"nonce": ABSENT}, {}),
    "another attempt's nonce": ("nonce", {"nonce": "another"}, {}),
    "a nonce beyond ASCII": ("nonce", {"nonce": "\u00e9"}, {}),
    "a list of nonces": ("nonce", {"nonce": [EXPECTED.nonce]}, {}),
    "no subject": ("sub", {"sub": ABSENT}, {}),
    "an empty subject": ("sub", {"sub": ""}, {}),
    "a number as subject": ("sub", {"sub": 7}, {}),
    "a subject of 256 characters": ("sub", {"sub": "s" * 256}, {}),
    "a subject beyond ASCII": ("sub", {"sub": "ad\u0430"}, {}),
    "a subject with a line break": ("sub", {"sub": "ada\n"}, {}),
    "at_hash of another token": ("at_hash", {"at_hash": half("another-token")}, {}),
    "at_hash by another algorithm": ("at_hash", {"at_hash": half("the-access-token", "sha512")}, {}),
    "at_hash is null": ("at_hash", {"at_hash": None}, {}),
    "at_hash beyond ASCII": ("at_hash", {"at_hash": "\u00e9"}, {}),
    "c_hash of another code": ("c_hash", {"c_hash": half("another-code")}, {}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    check, claims, header = REFUSED[name]
    assert refused_by(claims, header) == check


def test_the_tolerance_is_the_connections() -> None:
    late = token({"iat": _NOW - 200, "exp": _NOW - 100})
    with pytest.raises(ClaimFault, match="exp"):
        verify(late, expecting(tolerance=100), accept)
    assert verify(late, expecting(tolerance=101), accept)["sub"] == "ada"


def test_a_time_that_overflows_a_float_is_no_point_in_time() -> None:
    claims = json.dumps({**CLAIMS, "exp": 0}).replace('"exp": 0', '"exp": 1e999')
    endless = UnverifiedToken.parse(
        ".".join(map(encoded, (json.dumps(HEADER).encode(), claims.encode(), b"")))
    )
    with pytest.raises(ClaimFault, match="exp"):
        verify(endless, EXPECTED, accept)


def test_the_signature_is_looked_at_last_and_its_word_counts() -> None:
    seen: list[str] = []

    def refuse(_token: UnverifiedToken) -> None:
        seen.append("signature")
        raise ClaimFault("signature", "does not verify")

    with pytest.raises(ClaimFault, match="nonce"):
        verify(token({"nonce": "another"}), EXPECTED, refuse)
    assert seen == []
    with pytest.raises(ClaimFault, match="signature"):
        verify(token(), EXPECTED, refuse)


def test_every_check_on_the_list_refuses_something() -> None:
    refusing = {check for check, _, _ in REFUSED.values()} | {"required", "tenant"}  # see test_issuers.py
    assert len(refusing) == len(CHECKS)


def test_a_fault_quotes_little_of_what_a_stranger_wrote() -> None:
    with pytest.raises(ClaimFault) as caught:
        verify(token({"iss": "x" * 10_000}), EXPECTED, accept)
    assert len(str(caught.value)) < 400


_JSON = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.lists(st.text(max_size=4))
)


@given(st.sampled_from(["iss", "aud", "azp", "nonce", "at_hash", "c_hash"]), _JSON)
def test_no_other_value_of_a_bound_claim_passes(name: str, value: Any) -> None:
    bound = {**CLAIMS, "azp": CLAIMS["aud"], "at_hash": half("the-access-token"), "c_hash": half("the-code")}
    assert verify(UnverifiedToken.parse(compact(HEADER, bound)), EXPECTED, accept) == bound
    if value != value or value == bound[name]:  # noqa: PLR0124 - NaN is no JSON
        return
    if isinstance(value, float) and value in (float("inf"), -float("inf")):
        value = str(value)
    with pytest.raises(ClaimFault):
        verify(UnverifiedToken.parse(compact(HEADER, changed(bound, {name: value}))), EXPECTED, accept)


@given(st.dictionaries(st.sampled_from([*CLAIMS, "nbf", "azp", "at_hash"]), _JSON), st.integers(min_value=0))
def test_whatever_the_claims_hold_a_check_says_so_and_nothing_else_breaks(
    claims: dict[str, Any], digits: int
) -> None:
    text = json.dumps({**CLAIMS, **claims, "iat": digits}).replace("NaN", "0").replace("Infinity", "1e400")
    odd = UnverifiedToken.parse(f"{encoded(json.dumps(HEADER).encode())}.{encoded(text.encode())}.AA")
    seen = ""
    try:
        verify(odd, EXPECTED, accept)
    except ClaimFault as fault:
        seen = fault.check
    assert seen in {"", "iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "sub", "at_hash"}
