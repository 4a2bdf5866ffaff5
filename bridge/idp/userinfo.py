"""Userinfo: what the ID token left out (OpenID Connect Core section 5.3)."""

from collections.abc import Mapping
from typing import Any

from bridge.domain.connection import Connection
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.id_token import VerifiedClaims
from bridge.domain.quoting import type_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object

_NAMES = ("name", "given_name", "family_name")


def is_wanted(connection: Connection, claims: VerifiedClaims) -> bool:
    """Whether userinfo is to be called: when configured, or when a claim asked for is missing."""
    if connection.userinfo != "when_missing":
        return connection.userinfo == "always"
    if "email" in connection.scopes:
        if "email" not in claims:
            return True
        if connection.email_trust == "verified" and "email_verified" not in claims:
            return True
    return "profile" in connection.scopes and not any(name in claims for name in _NAMES)


def userinfo_request(endpoint: str, access_token: str) -> HttpRequest:
    """RFC 6750 2.1: the token in the header only."""
    return HttpRequest(
        "GET", endpoint, {"Accept": "application/json", "Authorization": f"Bearer {access_token}"}
    )


def userinfo_response(reply: HttpReply, claims: VerifiedClaims) -> Mapping[str, Any]:
    """The claims, which must be of the very subject of the verified ID token (Core 5.3.2, 5.3.4)."""
    if reply.status >= 500 or reply.status == 429:
        raise Refused(Reason.IDP_UNAVAILABLE, f"userinfo answered {reply.status}")
    if reply.status != 200:
        raise Refused(Reason.USERINFO_INVALID, f"userinfo answered {reply.status}")
    if reply.media_type != "application/json":
        raise Refused(Reason.USERINFO_INVALID, f"userinfo is {type_name(reply.media_type)}")
    try:
        document = parse_object(reply.body)
    except JsonFault as fault:
        raise Refused(Reason.USERINFO_INVALID, f"userinfo: {fault}") from None
    if document.get("sub") != claims["sub"]:
        # Token substitution: another person's access token would bring another person's claims.
        raise Refused(Reason.USERINFO_INVALID, "userinfo speaks of another subject")
    return document
