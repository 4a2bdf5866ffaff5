"""Whether the provider knows the redirect URI, asked by a request that nobody is there to answer.

With prompt=none a provider must not show anything (Core 3.1.2.1): who trusts client and redirect URI sends
the browser there with an error such as login_required; who does not shows a page of its own (Core 3.1.2.6,
RFC 6749 section 4.1.2.1). Providers differ in this more than elsewhere, so it is a hint and fails nothing.
"""

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from bridge.domain.connection import Connection
from bridge.domain.finding import Finding
from bridge.domain.http import HttpReply
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.quoting import error_name
from bridge.domain.refusal import Reason, Refused
from bridge.idp.consoles import Console

_NOBODY_BACK = "People would be stuck on a page of the provider's, and nobody would come back to the store."
#: They all say: the request is in order, but somebody must be asked (Core 3.1.2.6).
_ASKS_SOMEBODY = {
    "login_required", "interaction_required", "consent_required", "account_selection_required",
    "access_denied", "unmet_authentication_requirements",
}  # fmt: skip
#: What vendors' own pages say of a redirect URI, and of a client, that they do not know.
_OF_THE_URI = re.compile(
    r"AADSTS50011|redirect_uri_mismatch|redirect_mismatch|Callback URL mismatch|invalid_redirect_uri"
    r"|redirect[ _-]?ur[il]",
    re.IGNORECASE,
)
_OF_THE_CLIENT = re.compile(
    r"AADSTS700016|unknown client|invalid client_id|invalid_client|client not found|Unknown application"
    r"|client_id",
    re.IGNORECASE,
)
_READ = 100_000  # bytes of a page


def request_findings(
    connection: Connection, console: Console, metadata: ProviderMetadata, reply: HttpReply
) -> Iterator[Finding]:
    """What the provider's answer to the request tells."""
    subject = f"connections.{connection.name}"
    register = f"{connection.redirect_uri} at {console.redirect_uris}"
    location = reply.headers.get("location", "") if 300 <= reply.status < 400 else ""
    if location and _is_at(location, connection.redirect_uri):
        error = _error_in(location)
        if not error or error in _ASKS_SOMEBODY:
            yield Finding("ok", subject, f"the redirect URI is registered: {connection.redirect_uri}")
        else:
            yield from _refused_request(connection, metadata, subject, error)
        return
    if _is_posted(reply, connection):
        yield Finding("ok", subject, f"the redirect URI is registered: {connection.redirect_uri}")
        return
    blamed = _blamed(reply, location)
    if blamed == "client_id":
        yield Finding(
            "warning",
            subject,
            "the provider seems not to know the client_id: asked without anybody there, it showed a page"
            f" of its own (status {reply.status})",
            f"Compare connections.{connection.name}.client_id with {console.client}; and register"
            f" {register}, byte for byte.",
            _NOBODY_BACK,
        )
    elif blamed:
        yield Finding(
            "warning",
            subject,
            "the redirect URI seems not to be registered: asked without anybody there, the provider showed"
            f" a page of its own (status {reply.status})",
            f"Register {register}, byte for byte; and compare the client_id.",
            _NOBODY_BACK,
        )
    else:
        yield Finding(
            "note",
            subject,
            f"the redirect URI must be registered: {connection.redirect_uri}",
            f"Compare byte for byte: {console.redirect_uris}. The provider does not tell without a sign-in.",
        )


def pushed_refusal(connection: Connection, console: Console, refused: Refused) -> Finding:
    """Of a request that was pushed and not taken."""
    level: Literal["failed", "warning"] = "failed" if refused.reason is Reason.CLIENT_REJECTED else "warning"
    return Finding(
        level,
        f"connections.{connection.name}",
        f"a request could not be tried: {refused.detail}",
        f"Compare the redirect URI {connection.redirect_uri} with {console.redirect_uris}, and the client"
        f" with {console.client}.",
        _NOBODY_BACK,
    )


def _refused_request(
    connection: Connection, metadata: ProviderMetadata, subject: str, error: str
) -> Iterator[Finding]:
    name, shown = connection.name, error_name(error)
    if error == "invalid_scope":
        remedy = (
            f"Take out of connections.{name}.scopes what the provider does not have (now:"
            f" {', '.join(connection.scopes)}), or allow them to this client there."
        )
    elif error == "unauthorized_client":
        remedy = "Allow the client the grant type Authorization Code (Standard flow) at the provider."
    elif error == "invalid_request" and metadata.pushed_request_endpoint:
        remedy = (
            f'Set connections.{name}.pushed_authorization_requests = "always": this client may be one that'
            " must push its requests (PAR)."
        )
    elif error == "request_not_supported":
        remedy = f"Set connections.{name}.request_objects = false."
    else:
        remedy = (
            f"Try a whole sign-in: bridge connections test {name}. Compare response_mode, scopes and"
            " authorize_parameters with the provider's console."
        )
    yield Finding(
        "warning",
        subject,
        f"the redirect URI is registered, but the provider refuses the request: {shown}",
        remedy,
        "Each sign-in would end in idp_error.",
    )


def _is_at(location: str, redirect_uri: str) -> bool:
    return location == redirect_uri or location.startswith((f"{redirect_uri}?", f"{redirect_uri}#"))


def _is_posted(reply: HttpReply, connection: Connection) -> bool:
    """Whether it is the page whose form would bring the answer (OAuth 2.0 Form Post Response Mode)."""
    page = reply.body[:_READ]
    return (
        connection.response_mode == "form_post"
        and reply.status == 200
        and b"<form" in page.lower()
        and f'action="{connection.redirect_uri}"'.encode() in page
    )


def _error_in(location: str) -> str:
    try:
        parts = urlsplit(location)
    except ValueError:
        return ""
    asked = parse_qs(parts.query) or parse_qs(parts.fragment)
    return asked.get("error", [""])[0]


def _blamed(reply: HttpReply, location: str) -> Literal["", "client_id", "redirect_uri"]:
    """What a page, or a redirect to one, complains of; empty where it does not seem to complain."""
    if location:
        text = location
        if "error" not in location.lower():
            return ""
    else:
        text = reply.body[:_READ].decode("utf-8", "replace")
        told = 400 <= reply.status < 500 and reply.status != 429
        if not told and not re.search(r"AADSTS\d+", text):
            return ""
    if _OF_THE_URI.search(text):
        return "redirect_uri"
    return "client_id" if _OF_THE_CLIENT.search(text) else "redirect_uri"
