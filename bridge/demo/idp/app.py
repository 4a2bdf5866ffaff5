"""The provider as a Flask application."""

import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, request

from bridge.demo.idp import authorize, backchannel, discovery, signout, testers, token, userinfo
from bridge.demo.idp.memory import Memory
from bridge.demo.idp.options import IdpOptions
from bridge.demo.loopback import guard, require_loopback


def create_idp(options: IdpOptions, *, clock: Callable[[], float] = time.time) -> Flask:
    """A provider that is ready to serve at `options.issuer`. Raises NotLoopbackError for any other machine.

    Its state is at `app.extensions["demo_idp"]` (a Memory), for tests in the same process.
    """
    require_loopback(options.issuer)
    if urlsplit(options.issuer).path:
        raise ValueError("the demo provider's issuer has no path and no slash at its end")
    app = Flask(__name__)
    # Cookies ignore ports: on 127.0.0.1 the bridge, the store and this provider share one jar.
    app.config.update(SECRET_KEY=secrets.token_bytes(32), SESSION_COOKIE_NAME="demo_idp")
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", MAX_CONTENT_LENGTH=65536)
    memory = Memory(clock)
    app.extensions["demo_idp"] = memory
    guard(app)
    app.after_request(_harden)
    app.context_processor(lambda: {"idp": options, "fault": memory.fault})
    notify = backchannel.Notifier(options, memory)
    discovery.add_routes(app, options, memory)
    authorize.add_routes(app, options, memory)
    token.add_routes(app, options, memory)
    userinfo.add_routes(app, options, memory)
    signout.add_routes(app, options, memory, notify)
    testers.add_routes(app, options, memory)
    return app


def _harden(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    # No form-action: browsers apply it to the redirect after a form too, and that leads to the client.
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
