"""How the bridge proves to a token endpoint that it is the client it says."""

from base64 import b64encode
from collections.abc import Callable
from urllib.parse import quote_plus

from bridge.domain.connection import Connection
from bridge.domain.secret import Secret

Authenticate = Callable[[Connection, Secret, dict[str, str], dict[str, str]], None]


def client_secret_basic(
    connection: Connection, secret: Secret, headers: dict[str, str], _form: dict[str, str]
) -> None:
    """RFC 6749 2.3.1: id and secret are form-encoded before they are joined and encoded."""
    pair = f"{quote_plus(connection.client_id)}:{quote_plus(secret.reveal())}"
    headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()


def client_secret_post(
    connection: Connection, secret: Secret, _headers: dict[str, str], form: dict[str, str]
) -> None:
    """RFC 6749 2.3.1: id and secret in the body."""
    form["client_id"] = connection.client_id
    form["client_secret"] = secret.reveal()


def none(connection: Connection, _secret: Secret, _headers: dict[str, str], form: dict[str, str]) -> None:
    """A public client (RFC 6749 2.1): PKCE alone binds the code to us."""
    form["client_id"] = connection.client_id


METHODS: dict[str, Authenticate] = {
    "client_secret_basic": client_secret_basic,
    "client_secret_post": client_secret_post,
    "none": none,
}
