"""Who is the client at the token endpoint? (RFC 6749 2.3.1)"""

import base64
import hmac
from urllib.parse import unquote_plus

from flask import Request

from bridge.demo.idp.options import Client, IdpOptions


class ClientRefusedError(ValueError):
    """The client did not prove who it is."""


def authenticate(request: Request, options: IdpOptions) -> Client:
    """The client, by client_secret_basic or client_secret_post, one of them. Raises ClientRefusedError."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise ClientRefusedError("the request must be application/x-www-form-urlencoded")
    if request.args:
        raise ClientRefusedError("parameters belong in the body, not in the address")
    header = request.headers.get("Authorization", "")
    posted = request.form.getlist("client_secret")
    if header and posted:
        raise ClientRefusedError("two ways of client authentication at once")
    if len(posted) > 1 or len(request.form.getlist("client_id")) > 1:
        raise ClientRefusedError("client_id or client_secret was sent twice")
    if header:
        client_id, secret = _basic(header)
        if request.form.get("client_id", client_id) != client_id:
            raise ClientRefusedError("client_id in the body is not the one in the header")
    elif posted:
        client_id, secret = request.form.get("client_id", ""), posted[0]
    else:
        raise ClientRefusedError("no client authentication")
    client = options.client(client_id)
    if client is None or not hmac.compare_digest(client.client_secret.encode(), secret.encode()):
        raise ClientRefusedError("unknown client or wrong secret")
    return client


def _basic(header: str) -> tuple[str, str]:
    """Id and secret, each decoded from the form encoding that RFC 6749 asks for before the base64."""
    scheme, _, credentials = header.partition(" ")
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode("ascii")
    except ValueError:  # not base64, or not ASCII before or after
        raise ClientRefusedError("the Authorization header cannot be read") from None
    client_id, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise ClientRefusedError("the Authorization header is not Basic")
    return unquote_plus(client_id), unquote_plus(secret)
