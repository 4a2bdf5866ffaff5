"""The authorization request: what the bridge asks a provider for (OpenID Connect Core 3.1.2.1)."""

from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from bridge.domain.attempt import Attempt
from bridge.domain.connection import Connection


def authorization_parameters(connection: Connection, attempt: Attempt, login_hint: str) -> dict[str, str]:
    """The parameters of the request, always with PKCE S256, state and nonce."""
    parameters = {
        "response_type": "code",
        "client_id": connection.client_id,
        "redirect_uri": connection.redirect_uri,
        "scope": " ".join(connection.scopes),
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": create_s256_code_challenge(attempt.code_verifier),
        "code_challenge_method": "S256",
    }
    if connection.response_mode != "query":
        parameters["response_mode"] = connection.response_mode
    if login_hint:
        parameters["login_hint"] = login_hint
    return parameters


def with_parameters(endpoint: str, parameters: dict[str, str]) -> str:
    """The address that takes the browser to `endpoint` with `parameters` added."""
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"
