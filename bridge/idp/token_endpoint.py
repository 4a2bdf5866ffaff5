"""The code is exchanged for tokens (RFC 6749 section 4.1.3, OpenID Connect Core 3.1.3)."""

from dataclasses import dataclass

from bridge.domain.attempt import Attempt
from bridge.domain.connection import Connection
from bridge.domain.http import HttpReply
from bridge.domain.jws import TokenFault, UnverifiedToken
from bridge.domain.quoting import error_name, type_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object

#: RFC 6749 5.2. Others are the provider's own trouble.
_OAUTH_ERRORS = {"invalid_grant": Reason.CODE_REJECTED, "invalid_client": Reason.CLIENT_REJECTED,
                 "unauthorized_client": Reason.CLIENT_REJECTED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tokens:
    """A well-formed token response; the ID token is taken apart, and not believed yet."""

    unverified_id_token: UnverifiedToken
    access_token: str


def code_grant(connection: Connection, attempt: Attempt, code: str) -> dict[str, str]:
    """The form that redeems `code`."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": connection.redirect_uri,
        "code_verifier": attempt.code_verifier,
    }


def token_response(reply: HttpReply) -> Tokens:
    """The tokens in a reply. Raises `Refused`."""
    if reply.status in (400, 401):
        raise _oauth_error(reply)
    if reply.status >= 500 or reply.status == 429:
        raise Refused(Reason.IDP_UNAVAILABLE, f"the token endpoint answered {reply.status}")
    if reply.status != 200:  # a redirect is not followed: it would take the code along
        raise Refused(Reason.IDP_RESPONSE_INVALID, f"the token endpoint answered {reply.status}")
    if reply.media_type != "application/json":
        raise Refused(Reason.IDP_RESPONSE_INVALID, f"the token response is {type_name(reply.media_type)}")
    try:
        document = parse_object(reply.body)
    except JsonFault as fault:
        raise Refused(Reason.IDP_RESPONSE_INVALID, f"the token response: {fault}") from None
    access_token, id_token = document.get("access_token"), document.get("id_token")
    token_type = document.get("token_type")
    if (
        not isinstance(access_token, str)
        or not access_token.isascii()
        or not access_token.isprintable()
        or not access_token
    ):
        raise Refused(Reason.IDP_RESPONSE_INVALID, "no usable access token")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise Refused(Reason.IDP_RESPONSE_INVALID, "the token type is not Bearer")
    if not isinstance(id_token, str):
        raise Refused(Reason.IDP_RESPONSE_INVALID, "no ID token")
    try:
        return Tokens(UnverifiedToken.parse(id_token), access_token)
    except TokenFault as fault:
        raise Refused(Reason.ID_TOKEN_INVALID, str(fault)) from None


def _oauth_error(reply: HttpReply) -> Refused:
    try:
        error = str(parse_object(reply.body).get("error"))
    except JsonFault:
        error = ""
    if reply.status == 401 and error not in _OAUTH_ERRORS:
        return Refused(Reason.CLIENT_REJECTED, "the token endpoint answered 401")
    reason = _OAUTH_ERRORS.get(error, Reason.IDP_RESPONSE_INVALID)
    return Refused(reason, f"the token endpoint answered {reply.status} {error_name(error)}")
