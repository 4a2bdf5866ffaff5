"""The ID token, as it should be or as a tester wants it broken (OpenID Connect Core 2, 3.1.3.6)."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization

from bridge.demo.idp.faults import Fault
from bridge.demo.idp.keys import SigningKey
from bridge.demo.idp.memory import Grant, Memory
from bridge.demo.idp.options import IdpOptions


def id_token(options: IdpOptions, memory: Memory, client_id: str, grant: Grant, access_token: str) -> str:
    """The signed token for this grant, with the fault that is switched on."""
    now = int(memory.clock())
    claims: dict[str, Any] = {
        "iss": options.issuer,
        "sub": grant.session.person.subject,
        "aud": client_id,
        "iat": now,
        "exp": now + options.id_token_lifetime,
        "auth_time": grant.session.auth_time,
        "sid": grant.session.sid,
        "at_hash": _at_hash(access_token),
    }
    if grant.request.nonce is not None:
        claims["nonce"] = grant.request.nonce
    if memory.fault is not Fault.THIN_ID_TOKEN:
        claims |= grant.session.person.claims(grant.request.scopes)
    _spoil_claims(claims, memory.fault, now)
    return _sign(claims, memory)


def _at_hash(access_token: str) -> str:
    """The left half of the hash of the access token, for RS256 that of SHA-256."""
    return _b64(hashlib.sha256(access_token.encode("ascii")).digest()[:16])


def _spoil_claims(claims: dict[str, Any], fault: Fault, now: int) -> None:
    match fault:
        case Fault.WRONG_NONCE:
            claims["nonce"] = "another-nonce"
        case Fault.NO_NONCE:
            claims.pop("nonce", None)
        case Fault.WRONG_AUDIENCE:
            claims["aud"] = "another-client"
        case Fault.WRONG_ISSUER:
            claims["iss"] = "https://other-issuer.example"
        case Fault.EXPIRED:
            claims |= {"iat": now - 7200, "exp": now - 3600}
        case Fault.ISSUED_IN_FUTURE:
            claims |= {"iat": now + 3600, "exp": now + 7200}
        case Fault.WRONG_AT_HASH:
            claims["at_hash"] = _at_hash("another-access-token")


def _sign(claims: dict[str, Any], memory: Memory) -> str:
    key = memory.keys.current
    if memory.fault is Fault.ALG_NONE:
        return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."
    if memory.fault is Fault.ALG_HS256:
        return _signed_with_public_key(claims, key)
    if memory.fault is Fault.UNKNOWN_KID:
        return SigningKey.make().sign(claims)
    signed = key.sign(claims)
    if memory.fault is Fault.BAD_SIGNATURE:
        head, body, signature = signed.split(".")
        raw = bytearray(jwt.utils.base64url_decode(signature))
        raw[len(raw) // 2] ^= 1
        return f"{head}.{body}.{_b64(bytes(raw))}"
    return signed


def _signed_with_public_key(claims: dict[str, Any], key: SigningKey) -> str:
    """The old attack on verifiers that let the token choose how it is verified."""
    pem = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': key.kid})}.{_part(claims)}"
    return f"{signed}.{_b64(hmac.digest(pem, signed.encode(), 'sha256'))}"


def _part(value: dict[str, Any]) -> str:
    return _b64(json.dumps(value, separators=(",", ":")).encode())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
