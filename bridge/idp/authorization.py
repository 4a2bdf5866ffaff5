"""The authorization request: what the bridge asks a provider for (OpenID Connect Core 3.1.2.1)."""

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from bridge.domain.asking import PLAIN, Asking
from bridge.domain.attempt import Attempt
from bridge.domain.compact_json import compact
from bridge.domain.connection import Connection
from bridge.idp.form import encoded_form

#: What is another one in each request.
_OWN = frozenset({"state", "nonce", "code_challenge", "login_hint"})


class AuthorizationRequests:
    """One connection's requests, always with PKCE S256, state and nonce.

    What they have in common is put together once, and written as a query once.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._common = _common(connection)
        self._common_query = encoded_form(form_of(self._common))

    def parameters(self, attempt: Attempt, login_hint: str) -> dict[str, Any]:
        """Values are JSON's, as a request object holds them; `form_of` turns them into a form's."""
        # What is the protocol's own comes last: nothing of a portal's may stand in its place.
        from_portal = {} if self._connection.asking is PLAIN else attempt.portal_parameters
        parameters = {**from_portal, **self._common, **_own(attempt)}
        if login_hint:
            parameters["login_hint"] = login_hint
        if attempt.asks_again and (prompt := _prompt_again(self._connection)):
            parameters["prompt"] = prompt
        return parameters

    def url(self, endpoint: str, attempt: Attempt, login_hint: str) -> str:
        """The address that takes the browser to the authorization endpoint with all of them."""
        if attempt.portal_parameters or attempt.asks_again:
            return with_parameters(endpoint, form_of(self.parameters(attempt, login_hint)))
        # What an attempt draws needs no quoting: see `Attempt.new`.
        query = "&".join((self._common_query, *map("=".join, _own(attempt).items())))
        if login_hint:
            query += f"&{encoded_form({'login_hint': login_hint})}"
        return _with_query(endpoint, query)


def _common(connection: Connection) -> dict[str, Any]:
    protocol = {
        "response_type": "code",
        "client_id": connection.client_id,
        "redirect_uri": connection.redirect_uri,
        "scope": " ".join(connection.scopes),
        "code_challenge_method": "S256",
    }
    if connection.response_mode != "query":
        protocol["response_mode"] = connection.response_mode
    # What is the protocol's own comes last: nothing of a maker's may stand in its place.
    common = {**connection.asking.parameters, **_further(connection.asking), **protocol}
    return {name: value for name, value in common.items() if name not in _OWN}


def _own(attempt: Attempt) -> dict[str, str]:
    return {
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": create_s256_code_challenge(attempt.code_verifier),
    }


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
    return {name: value if isinstance(value, str) else compact(value) for name, value in parameters.items()}


def with_parameters(endpoint: str, parameters: Mapping[str, str]) -> str:
    """The address that takes the browser to `endpoint` with `parameters` added."""
    return _with_query(endpoint, encoded_form(parameters))


def _with_query(endpoint: str, query: str) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"
