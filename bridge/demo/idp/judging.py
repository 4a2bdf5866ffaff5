"""Is this authorization request one that may be answered? (RFC 6749, RFC 7636, OpenID Connect Core 3.1.2)"""

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from bridge.demo.idp.memory import AuthorizationRequest
from bridge.demo.idp.options import IdpOptions
from bridge.demo.idp.parameters import SentTwiceError, once, repeated

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url without padding
_PROMPTS = {"none", "login", "select_account", "consent"}


class Unanswerable(ValueError):
    """Client or redirect URI are not to be trusted, so nothing may be sent to it."""


@dataclass(frozen=True)
class Reply:
    """Where and how an answer goes."""

    client_id: str
    redirect_uri: str
    response_mode: str
    state: str | None


class RequestRefusedError(ValueError):
    """The client is told this error at its redirect URI."""

    def __init__(self, reply: Reply, error: str, description: str) -> None:
        super().__init__(description)
        self.reply, self.error, self.description = reply, error, description


def judge(
    values: "MultiDict[str, str]", options: IdpOptions, *, browser: str, now: float
) -> AuthorizationRequest:
    """The request, every rule checked. Raises Unanswerable or RequestRefusedError."""
    reply = _where_to_answer(values, options)
    if repeated(values):
        twice = f"sent more than once: {', '.join(sorted(repeated(values)))}"
        raise RequestRefusedError(reply, "invalid_request", twice)
    given = {name: value for name, value in values.items() if value}  # an empty one counts as left out
    wrong = _first_wrong(given)
    if wrong is not None:
        raise RequestRefusedError(reply, *wrong)
    return AuthorizationRequest(
        client_id=reply.client_id,
        redirect_uri=reply.redirect_uri,
        response_mode=reply.response_mode,
        state=reply.state,
        nonce=given.get("nonce"),
        scopes=frozenset(given["scope"].split()) & {"openid", "profile", "email"},
        code_challenge=given["code_challenge"],
        prompts=frozenset(given.get("prompt", "").split()),
        max_age=int(given["max_age"]) if "max_age" in given else None,
        login_hint=given.get("login_hint", ""),
        browser=browser,
        made_at=now,
    )


def _where_to_answer(values: "MultiDict[str, str]", options: IdpOptions) -> Reply:
    try:
        client = options.client(once(values, "client_id") or "")
        redirect_uri = once(values, "redirect_uri") or ""
    except SentTwiceError as twice:
        raise Unanswerable(f"The parameter {twice} was sent twice.") from None
    if client is None:
        raise Unanswerable("No application of this client_id is registered here.")
    if redirect_uri not in client.redirect_uris:
        raise Unanswerable("The redirect_uri is not one that is registered for this application.")
    states, modes = values.getlist("state"), values.getlist("response_mode")
    mode = "form_post" if modes == ["form_post"] else "query"
    return Reply(client.client_id, redirect_uri, mode, states[0] if len(states) == 1 else None)


def _first_wrong(given: dict[str, str]) -> tuple[str, str] | None:
    """The first rule that the request breaks, as error code and description."""
    for name in ("request", "request_uri", "registration"):
        if name in given:
            return f"{name}_not_supported", f"{name} is not supported here"
    if given.get("response_type") != "code":
        return "unsupported_response_type", "response_type must be code"
    if "openid" not in given.get("scope", "").split():
        return "invalid_scope", "scope must contain openid"
    prompts = set(given.get("prompt", "").split())
    rules = {
        "response_mode is query or form_post": given.get("response_mode", "query") in {"query", "form_post"},
        "code_challenge_method must be S256": given.get("code_challenge_method") == "S256",
        "code_challenge must be a SHA-256 in base64url": _CHALLENGE.fullmatch(
            given.get("code_challenge", "")
        ),
        "prompt has a value that is not known here": prompts <= _PROMPTS,
        "prompt none stands alone": prompts == {"none"} or "none" not in prompts,
        "max_age is a number of seconds": re.fullmatch(r"[0-9]{1,9}", given.get("max_age", "0")),
    }
    return next((("invalid_request", words) for words, holds in rules.items() if not holds), None)
