"""Userinfo: what the ID token left out (OpenID Connect Core section 5.3)."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.connection import Connection
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.id_token import ClaimFault, VerifiedClaims
from bridge.domain.jws import TokenFault, UnverifiedToken
from bridge.domain.profile import value_at
from bridge.domain.quoting import type_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.idp.decryption import opened

#: The claims of a signed answer, once its signature and its other checks passed. Raises `ClaimFault`.
Judge = Callable[[UnverifiedToken], Mapping[str, Any]]
_NAMES = ("name", "given_name", "family_name")


def is_wanted(connection: Connection, claims: VerifiedClaims) -> bool:
    """Whether userinfo is to be called: when configured, or when a claim asked for is missing."""
    if connection.userinfo != "when_missing":
        return connection.userinfo == "always"
    if "email" in connection.scopes:
        if "email" not in claims:
            return True
        # Of a make with a claim of its own for it, userinfo has nothing to say.
        says = connection.verified_claim or "email_verified" in claims
        if connection.email_trust == "verified" and not says:
            return True
    if any(value_at(claims, claim) is None for claim in connection.mapped_claims):
        return True
    return "profile" in connection.scopes and not any(name in claims for name in _NAMES)


def userinfo_request(endpoint: str) -> HttpRequest:
    """The request, to which the client adds the access token: in the header only (RFC 6750 2.1)."""
    return HttpRequest("GET", endpoint, {"Accept": "application/json, application/jwt"}, kind="userinfo")


def userinfo_response(
    reply: HttpReply, claims: VerifiedClaims, connection: Connection, judge: Judge
) -> Mapping[str, Any]:
    """The claims, which must be of the very subject of the verified ID token (Core 5.3.2, 5.3.4).

    A plain answer is as good as the connection it came by, a signed one is judged by `judge` as well.
    Claims that stand elsewhere (`_claim_names`, Core 5.6.2) are left there: their addresses are the
    provider's word, and whoever followed them could be sent anywhere, with a token. Raises `Refused`.
    """
    if reply.status >= 500 or reply.status == 429:
        raise Refused(Reason.IDP_UNAVAILABLE, f"userinfo answered {reply.status}")
    if reply.status != 200:
        raise Refused(Reason.USERINFO_INVALID, f"userinfo answered {reply.status}")
    if reply.media_type not in ("application/json", "application/jwt"):
        raise Refused(Reason.USERINFO_INVALID, f"userinfo is {type_name(reply.media_type)}")
    try:
        if reply.media_type == "application/jwt":
            document = _unwrapped(reply.body, connection, judge)
        else:
            document = parse_object(reply.body)
    except (JsonFault, TokenFault, ClaimFault) as fault:
        raise Refused(Reason.USERINFO_INVALID, f"userinfo: {fault}") from None
    if document.get("sub") != claims["sub"]:
        # Token substitution: another person's access token would bring another person's claims.
        raise Refused(Reason.USERINFO_INVALID, "userinfo speaks of another subject")
    return document


def _unwrapped(body: bytes, connection: Connection, judge: Judge) -> Mapping[str, Any]:
    """Signed, or encrypted, or both (Core 5.3.2): what is inside is judged as if it had come bare."""
    if not body.isascii():
        raise TokenFault("not a compact token")
    compact = body.decode().strip()
    inside = opened(compact, connection.decryption_keys)
    if inside is not compact and inside.lstrip().startswith("{"):
        return parse_object(inside.encode())
    return judge(UnverifiedToken.parse(inside))
