"""The authorization request: what the bridge asks a provider for (OpenID Connect Core 3.1.2.1)."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from bridge.domain.asking import PLAIN, Asking
from bridge.domain.attempt import Attempt
from bridge.domain.connection import Connection


def authorization_parameters(connection: Connection, attempt: Attempt, login_hint: str) -> dict[str, Any]:
    """The parameters of the request, always with PKCE S256, state and nonce.

    Values are JSON's, as a request object holds them; `form_of` turns them into a form's.
    """
    parameters: dict[str, Any] = {
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
    if attempt.asks_again and (prompt := _prompt_again(connection)):
        parameters["prompt"] = prompt
    if connection.asking is not PLAIN:
        # What is the protocol's own comes last: nothing of a maker's may stand in its place.
        return {
            **connection.asking.parameters_with(attempt.portal_parameters),
            **_further(connection.asking),
            **parameters,
        }
    return parameters


def _prompt_again(connection: Connection) -> str:
    """The prompt after a sign-out: what is configured, and what makes this provider ask who somebody is.

    Empty where it is asked anyway, or cannot be.
    """
    prompt, configured = connection.prompt_after_sign_out, connection.asking.prompt
    if not prompt or not {"none", "login", "select_account"}.isdisjoint(configured):
        return ""
    return " ".join((*configured, prompt))


def _further(asking: Asking) -> dict[str, Any]:
    """What Core lets a client ask on top."""
    asked: dict[str, Any] = {
        "prompt": " ".join(asking.prompt),
        "acr_values": " ".join(asking.acr_values),
        "ui_locales": " ".join(asking.ui_locales),
        "claims": {part: {name: wish or None for name, wish in wishes.items()}
                   for part, wishes in asking.claims.items()},
    }  # fmt: skip
    given = {name: value for name, value in asked.items() if value}
    return given if asking.max_age is None else {**given, "max_age": asking.max_age}


def form_of(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The same for a query or a form: numbers and objects as JSON texts (Core 5.5)."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for name, value in parameters.items()
    }


def with_parameters(endpoint: str, parameters: Mapping[str, str]) -> str:
    """The address that takes the browser to `endpoint` with `parameters` added."""
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"
