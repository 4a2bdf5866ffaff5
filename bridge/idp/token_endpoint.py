"""The code is exchanged for tokens (RFC 6749 section 4.1.3, OpenID Connect Core 3.1.3)."""

from dataclasses import dataclass

from bridge.domain.attempt import Attempt
from bridge.domain.connection import Connection
from bridge.domain.http import HttpReply
from bridge.domain.jws import TokenFault, UnverifiedToken
from bridge.domain.quoting import error_name, type_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.idp.decryption import opened
from bridge.idp.oauth_error import oauth_error

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


def token_response(reply: HttpReply, connection: Connection) -> Tokens:
    """The tokens in a reply, of the kind that the connection wants. Raises `Refused`."""
    if reply.status in (400, 401, 403):  # 403 is none of RFC 6749's, and Auth0's and glewlwyd's
        raise _refusal(reply)
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
    wanted = "DPoP" if connection.dpop else "Bearer"
    if not isinstance(token_type, str) or token_type.lower() != wanted.lower():
        # RFC 9449 section 5: a token that is not bound to us serves whoever finds it. No exception is
        # made: where the provider cannot, the operator takes `dpop` out, and knows.
        raise Refused(Reason.IDP_RESPONSE_INVALID, f"the token type is not {wanted}")
    if not isinstance(id_token, str):
        raise Refused(Reason.IDP_RESPONSE_INVALID, "no ID token")
    try:
        signed = opened(id_token, connection.decryption_keys)
        return Tokens(UnverifiedToken.parse(signed), access_token)
    except TokenFault as fault:
        raise Refused(Reason.ID_TOKEN_INVALID, str(fault)) from None


def _refusal(reply: HttpReply) -> Refused:
    error = oauth_error(reply)
    # A 403 with words of its own may be a firewall's; glewlwyd says no more than that to a wrong secret.
    if (reply.status == 401 and error not in _OAUTH_ERRORS) or (reply.status == 403 and not reply.body):
        return Refused(Reason.CLIENT_REJECTED, f"the token endpoint answered {reply.status}")
    reason = _OAUTH_ERRORS.get(error, Reason.IDP_RESPONSE_INVALID)
    return Refused(reason, f"the token endpoint answered {reply.status} {error_name(error)}")
