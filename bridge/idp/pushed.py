"""The authorization request, sent to the provider behind the browser's back (RFC 9126)."""

import re

from bridge.domain.connection import Connection
from bridge.domain.http import HttpReply
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.quoting import error_name, type_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.idp.oauth_error import oauth_error

#: A URI of the provider's choice, short enough for an address.
_REQUEST_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}:[\x21-\x7e]{1,512}")
_CLIENT_ERRORS = ("invalid_client", "unauthorized_client")


def pushed_endpoint(connection: Connection, metadata: ProviderMetadata) -> str | None:
    """Where the request is to be pushed to; None where it goes through the browser.

    Raises `Refused(IDP_METADATA_INVALID)` where it must be pushed and the provider names no endpoint.
    """
    if not (metadata.requires_pushed_requests or connection.asking.pushed == "always"):
        return None
    if metadata.pushed_request_endpoint is None:
        raise Refused(
            Reason.IDP_METADATA_INVALID,
            "pushed_authorization_request_endpoint is missing, and requests must be pushed",
        )
    return metadata.pushed_request_endpoint


def pushed_response(reply: HttpReply) -> str:
    """The request_uri in a reply (section 2.2). Raises `Refused`."""
    if reply.status >= 500 or reply.status == 429:
        raise Refused(Reason.IDP_UNAVAILABLE, f"the pushed request was answered {reply.status}")
    if 400 <= reply.status < 500:
        raise _refusal(reply)
    if reply.status not in (200, 201):  # a redirect is not followed: it would take the request along
        raise Refused(Reason.IDP_RESPONSE_INVALID, f"the pushed request was answered {reply.status}")
    if reply.media_type != "application/json":
        raise Refused(
            Reason.IDP_RESPONSE_INVALID, f"the answer to the pushed request is {type_name(reply.media_type)}"
        )
    try:
        document = parse_object(reply.body)
    except JsonFault as fault:
        raise Refused(Reason.IDP_RESPONSE_INVALID, f"the answer to the pushed request: {fault}") from None
    request_uri, expires_in = document.get("request_uri"), document.get("expires_in")
    if not isinstance(request_uri, str) or not _REQUEST_URI.fullmatch(request_uri):
        raise Refused(Reason.IDP_RESPONSE_INVALID, "no usable request_uri")
    if type(expires_in) is not int or expires_in < 1:
        raise Refused(Reason.IDP_RESPONSE_INVALID, "the request_uri has no time to live")
    return request_uri


def _refusal(reply: HttpReply) -> Refused:
    """Section 2.3: what the authorization endpoint would say, or the token endpoint of the client."""
    error = oauth_error(reply)
    if error in _CLIENT_ERRORS or (reply.status == 401 and not error):
        reason = Reason.CLIENT_REJECTED
    else:
        reason = Reason.IDP_ERROR if error else Reason.IDP_RESPONSE_INVALID
    return Refused(reason, f"the pushed request was answered {reply.status} {error_name(error)}")
