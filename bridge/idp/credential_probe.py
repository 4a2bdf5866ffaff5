"""Whether the provider takes our secrets and keys, found out without anybody signing in.

A token request with a code that nobody was ever given: who gets as far as `invalid_grant` has proven who
they are (RFC 6749 section 4.1.3: the client is authenticated before its code is looked at). The provider
sees one failed exchange for each secret or key, and may write that into its own log; nothing else comes
of it. Never part of a sign-in: an operator asks.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus

from bridge.domain.connection import Connection
from bridge.domain.credential import Tried
from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.quoting import error_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.idp.client import Client
from bridge.idp.client_auth import Method, assertion_audience, credentials, plain_basic
from bridge.idp.token_endpoint import token_response

#: `invalid_request` may be said of anything; only words about the code say that the client was believed.
_OF_THE_CODE = re.compile(r"\b(?:authori[sz]ation[ _])?code\b(?![ _](?:verifier|challenge))", re.IGNORECASE)


def try_credentials(
    connection: Connection,
    client: Client,
    metadata: ProviderMetadata,
    token: Callable[[], str],
    deadline: Deadline,
) -> list[Tried]:
    """One answer for each of our secrets or keys, newest first; for the certificate or the bare id one."""
    audience = assertion_audience(connection, metadata)

    def ask(credential: Secret, method: Method | None = None) -> Tried:
        form = _form(connection, token)
        try:
            reply = client.try_one(metadata.token_endpoint, form, credential, audience, deadline, method)
        except Refused as refused:  # no answer at all; the next credential may get one
            return Tried("unknown", f"{refused.reason.value}: {refused.detail}")
        return _judged(reply, connection)

    found = []
    for credential in credentials(connection):
        tried = ask(credential)
        if tried.verdict == "refused" and _differs(connection, credential):
            plain = ask(credential, plain_basic)
            if plain.verdict == "accepted":
                tried = Tried("refused", tried.detail, plain_only=True)
        found.append(tried)
    return found


def _form(connection: Connection, token: Callable[[], str]) -> Mapping[str, str]:
    """As for a real code, made up anew each time: a provider that remembers codes meets none twice."""
    return {
        "grant_type": "authorization_code",
        "code": token(),
        "redirect_uri": connection.redirect_uri,
        "code_verifier": token(),
    }


def _judged(reply: HttpReply, connection: Connection) -> Tried:
    try:
        token_response(reply, connection)
    except Refused as refused:
        if refused.reason is Reason.CODE_REJECTED:
            return Tried("accepted", refused.detail)
        if refused.reason is Reason.CLIENT_REJECTED:
            return Tried("refused", refused.detail)
        if reply.status == 400 and _blames_the_code(reply):
            return Tried("accepted", refused.detail)
        return Tried("unknown", refused.detail)
    # What takes any code proves nothing about who brings it.
    return Tried("unknown", "the token endpoint gave tokens for a code that was made up")


def _blames_the_code(reply: HttpReply) -> bool:
    try:
        document = parse_object(reply.body)
    except JsonFault:
        return False
    words = document.get("error_description")
    return (
        error_name(str(document.get("error"))) == "invalid_request"
        and isinstance(words, str)
        and bool(_OF_THE_CODE.search(words[:500]))
    )


def _differs(connection: Connection, credential: Secret) -> bool:
    """Whether Basic looks different to who does not decode. A colon in the id would seem the joint."""
    if connection.client_auth != "client_secret_basic" or ":" in connection.client_id:
        return False
    return any(quote_plus(text) != text for text in (connection.client_id, credential.reveal()))
