"""Tokens as a provider would write them, for checks that look at no signature."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bridge.domain.id_token import Expected
from bridge.domain.jws import UnverifiedToken
from tests.contracts.world import NOON

EXPECTED = Expected(
    issuer="https://idp.acme.example",
    client_id="bridge-at-acme",
    nonce="the-nonce-of-this-attempt",
    algorithms=("RS256", "ES384", "EdDSA", "Ed25519"),
    access_token="the-access-token",
    code="the-code",
    now=NOON,
    tolerance=30,
)
HEADER: dict[str, Any] = {"alg": "RS256", "kid": "k1", "typ": "JWT"}
CLAIMS: dict[str, Any] = {
    "iss": EXPECTED.issuer,
    "aud": EXPECTED.client_id,
    "sub": "ada",
    "nonce": EXPECTED.nonce,
    "iat": int(NOON),
    "exp": int(NOON) + 300,
}
ABSENT: Any = object()


def changed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with members replaced, or taken away by ABSENT."""
    return {name: value for name, value in {**base, **changes}.items() if value is not ABSENT}


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def compact(header: Mapping[str, Any], claims: Mapping[str, Any], signature: bytes = b"signature") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(map(encoded, parts))


def token(
    claims: Mapping[str, Any] | None = None, header: Mapping[str, Any] | None = None
) -> UnverifiedToken:
    """A fitting token with these members changed."""
    return UnverifiedToken.parse(compact(changed(HEADER, header or {}), changed(CLAIMS, claims or {})))


def expecting(**changes: Any) -> Expected:
    return replace(EXPECTED, **changes)
