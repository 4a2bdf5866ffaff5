"""The platform as one Flask application: authentication server, Core API and the testers' pages."""

import time
from collections.abc import Callable

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bridge.demo.commercelayer.api import create_api
from bridge.demo.commercelayer.auth import create_auth
from bridge.demo.commercelayer.errors import api_body, api_error
from bridge.demo.commercelayer.options import OrganizationOptions
from bridge.demo.commercelayer.organization import Organization
from bridge.demo.commercelayer.testers import create_testers_pages
from bridge.demo.commercelayer.tokens import SigningKey
from bridge.demo.loopback import guard, require_loopback


def create_platform(
    options: OrganizationOptions,
    issuer: str,
    *,
    clock: Callable[[], float] = time.time,
    key: SigningKey | None = None,
) -> Flask:
    """A platform that is ready to serve at `issuer`, its own address. Raises NotLoopbackError.

    It signs with a new key unless one is given: making one takes a tenth of a second.
    Its state is at `app.extensions["demo_platform"]` (an Organization), for tests.
    """
    require_loopback(issuer)
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=1 << 20)
    organization = Organization(options, issuer, clock, key)
    app.extensions["demo_platform"] = organization
    guard(app)
    app.after_request(_harden)
    app.register_error_handler(NotFound, _not_found)
    app.add_url_rule("/", view_func=lambda: redirect("/_demo/log", 303), endpoint="home")
    app.register_blueprint(create_auth(organization))
    app.register_blueprint(create_api(organization))
    app.register_blueprint(create_testers_pages(organization))
    return app


def _not_found(error: NotFound) -> ResponseReturnValue:
    missing = api_error(404, "NOT_FOUND", "Not found", error.description or "There is nothing here.")
    return api_body(missing), 404


def _harden(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
