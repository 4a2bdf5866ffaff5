"""The store as one Flask application: storefront, management API and the testers' pages."""

import secrets
import time
from collections.abc import Callable

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bridge.demo.bigcommerce.api import create_api
from bridge.demo.bigcommerce.options import StoreOptions
from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.bigcommerce.sign_out_app import create_sign_out_app
from bridge.demo.bigcommerce.storefront import create_storefront
from bridge.demo.bigcommerce.testers import create_testers_pages
from bridge.demo.loopback import guard


def create_store(options: StoreOptions, *, clock: Callable[[], float] = time.time) -> Flask:
    """A store that is ready to serve. Its state is at `app.extensions["demo_store"]` (a Shop), for tests."""
    app = Flask(__name__)
    # Cookies ignore ports: on 127.0.0.1 the bridge, the identity provider and this store share one jar.
    app.config.update(SECRET_KEY=secrets.token_bytes(32), SESSION_COOKIE_NAME="demo_store")
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", MAX_CONTENT_LENGTH=1 << 20)
    shop = Shop(options, clock)
    app.extensions["demo_store"] = shop
    guard(app)
    app.after_request(_harden)
    app.register_error_handler(NotFound, _not_found)
    app.add_template_filter(_money, "money")
    app.register_blueprint(create_storefront(shop))
    app.register_blueprint(create_api(shop))
    app.register_blueprint(create_sign_out_app(shop))
    app.register_blueprint(create_testers_pages(shop))
    return app


def _money(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"


def _not_found(error: NotFound) -> ResponseReturnValue:
    if request.path.startswith("/stores/"):
        return {"status": 404, "title": error.description}, 404
    return render_template("missing.html"), 404


def _harden(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
