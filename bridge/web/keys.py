"""`/.well-known/jwks.json`: what providers verify the bridge's signatures by."""

import json

from flask import Blueprint
from werkzeug.wrappers import Response

from bridge.wiring.bridge import Bridge


def routes(bridge: Bridge) -> Blueprint:
    """The blueprint."""
    pages = Blueprint("keys", __name__)
    key_set = json.dumps({"keys": bridge.public_keys})

    @pages.get("/.well-known/jwks.json")
    def jwks() -> Response:
        """RFC 7517 section 8.5; empty where no connection signs."""
        response = Response(key_set, mimetype="application/jwk-set+json")
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    return pages
