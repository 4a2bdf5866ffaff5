"""Send the answer of the authorization endpoint through the browser (RFC 6749 4.1.2, RFC 9207, form_post)."""

import base64
import hashlib
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from flask import make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from bridge.demo.idp.faults import Fault
from bridge.demo.idp.memory import Memory
from bridge.demo.idp.options import IdpOptions

_SUBMIT = "document.forms[0].submit()"


class Answerable(Protocol):
    """What an answer needs to know of its request."""

    @property
    def redirect_uri(self) -> str:
        """Where to."""

    @property
    def response_mode(self) -> str:
        """How: query or form_post."""

    @property
    def state(self) -> str | None:
        """What the client wants back."""


def answer(
    options: IdpOptions, memory: Memory, asked: Answerable, parameters: dict[str, str]
) -> ResponseReturnValue:
    """The answer, with `state` and `iss` added, in the mode that was asked for."""
    told = dict(parameters)
    if asked.state is not None:
        told["state"] = asked.state if memory.fault is not Fault.WRONG_STATE else "another-" + asked.state
    if memory.fault is Fault.WRONG_RESPONSE_ISSUER:
        told["iss"] = "https://other-issuer.example"
    elif memory.fault is not Fault.NO_RESPONSE_ISSUER:
        told["iss"] = options.issuer
    if asked.response_mode == "form_post":
        return _form_post(asked.redirect_uri, told)
    # RFC 6749 3.1.2: a query that the redirect URI has of its own is kept.
    glue = "&" if urlsplit(asked.redirect_uri).query else "?"
    return redirect(asked.redirect_uri + glue + urlencode(told), 303)


def answer_error(
    options: IdpOptions, memory: Memory, asked: Answerable, error: str, description: str
) -> ResponseReturnValue:
    """An error answer; `iss` is in it as well."""
    return answer(options, memory, asked, {"error": error, "error_description": description})


def _form_post(target: str, told: dict[str, str]) -> ResponseReturnValue:
    page = make_response(render_template("form_post.html", target=target, told=told, script=_SUBMIT))
    digest = base64.b64encode(hashlib.sha256(_SUBMIT.encode()).digest()).decode()
    page.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'self'; frame-ancestors 'none'"
    )
    return page
