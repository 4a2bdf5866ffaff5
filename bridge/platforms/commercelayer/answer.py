"""The token endpoint's answer, judged before anybody is handed a token (RFC 6749 section 5.1)."""

import re
from typing import Any

from bridge.domain.customer import Customer
from bridge.domain.hand_off import PlatformToken
from bridge.domain.http import HttpReply
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.strict_json import JsonFault, parse_object

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,16000}")  # RFC 6750 section 2.1
_SCOPE = re.compile(r"[\x20-\x7e]{0,2000}")
_LONGEST = 10 * 366 * 86400  # seconds
_EVERYTHING = "market:all"


def token_of(reply: HttpReply, scope: str, owner: Customer | None) -> PlatformToken:
    """The token in a 200. Raises `Refused`.

    `owner`: the customer it must be for, if for any. A token of somebody else signs the shopper in as
    that person, so this is looked at on every answer; so is a scope of all markets that was not asked for,
    which is what the platform gives when it read no scope.
    """
    try:
        answer = parse_object(reply.body)
    except JsonFault as fault:
        raise _unusable(str(fault)) from None
    token, kind = answer.get("access_token"), answer.get("token_type")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise _unusable("no usable access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _unusable("token_type is not bearer")
    if owner is not None:
        _check_owner(answer, owner)
    return PlatformToken(
        access_token=Secret(token),
        expires_in=_lifetime(answer.get("expires_in")),
        scope=_granted(answer.get("scope", scope), scope),
        refresh_token=_refresh_token(answer.get("refresh_token")),
        more={"owner_id": owner.id, "owner_type": "customer"} if owner is not None else {},
    )


def _check_owner(answer: dict[str, Any], owner: Customer) -> None:
    if answer.get("owner_id") != owner.id:
        # Also where it names nobody, as the platform does where it read no owner in the assertion.
        raise Refused(Reason.CUSTOMER_REJECTED, "the token is another customer's, or nobody's")
    kind = answer.get("owner_type", "customer")
    if not isinstance(kind, str) or kind.lower() != "customer":
        raise Refused(Reason.CUSTOMER_REJECTED, "the token's owner is not a customer")


def _lifetime(seconds: object) -> int:
    if type(seconds) is not int or not 0 < seconds < _LONGEST:
        raise _unusable("expires_in is not a number of seconds")
    return seconds


def _granted(granted: object, asked: str) -> str:
    if not isinstance(granted, str) or not _SCOPE.fullmatch(granted):
        raise _unusable("scope is not a text")
    if _EVERYTHING in granted.split() and _EVERYTHING not in asked.split():
        raise Refused(Reason.STORE_MISCONFIGURED, "the token is for all markets, which was not asked for")
    return granted


def _refresh_token(token: object) -> Secret | None:
    if token is None:
        return None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise _unusable("refresh_token is not a token")
    return Secret(token)


def _unusable(what: str) -> Refused:
    return Refused(Reason.STORE_UNAVAILABLE, f"the token endpoint's answer: {what}")
