"""The storefront as one Flask application."""

import time
from collections.abc import Callable

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bridge.demo.commercelayer.storefront.hooks import create_hooks
from bridge.demo.commercelayer.storefront.options import StorefrontOptions
from bridge.demo.commercelayer.storefront.sessions import Sessions
from bridge.demo.commercelayer.storefront.views import create_pages
from bridge.demo.loopback import guard


def create_storefront(options: StorefrontOptions, *, clock: Callable[[], float] = time.time) -> Flask:
    """A shop that is ready to serve. Its sessions are at `app.extensions["demo_storefront"]`, for tests."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=65536)
    sessions = Sessions(clock)
    app.extensions["demo_storefront"] = sessions
    guard(app)
    app.after_request(_harden)
    app.register_error_handler(NotFound, _not_found)
    app.add_template_filter(_money, "money")
    app.add_template_filter(_span, "span")
    app.register_blueprint(create_pages(options, sessions))
    app.register_blueprint(create_hooks(options, sessions))
    return app


def _money(cents: int) -> str:
    return f"€{cents // 100:,}.{cents % 100:02}"


def _span(seconds: int) -> str:
    """How long a token is still good for, as a person would say it."""
    hours, rest = divmod(seconds, 3600)
    parts = ((hours, "h"), (rest // 60, "min"), (rest % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def _not_found(_error: NotFound) -> ResponseReturnValue:
    return render_template("problem.html", words="There is no such page.", failed=None), 404


def _harden(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
