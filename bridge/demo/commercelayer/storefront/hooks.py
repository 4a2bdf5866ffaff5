"""The storefront hears from the bridge of sessions that ended elsewhere, and ends its own."""

import logging

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from bridge.demo.commercelayer.storefront.calls import CallError, Calls
from bridge.demo.commercelayer.storefront.options import StorefrontOptions
from bridge.demo.commercelayer.storefront.sessions import Sessions
from bridge.demo.webhooks import PATH, read_event


def create_hooks(options: StorefrontOptions, sessions: Sessions) -> Blueprint:
    """The one route, for the bridge alone."""
    hooks, calls = Blueprint("hooks", __name__), Calls(options)
    log = logging.getLogger("bridge.demo.commercelayer.storefront")

    def take() -> ResponseReturnValue:
        event = read_event(options.webhook_secret, request.headers, request.get_data(), sessions.clock())
        if event is None:
            abort(401)
        if event.get("type") == "session.ended":
            for signed_in in sessions.end(str(event.get("sid", ""))):
                log.info("customer %s was signed out: %s", signed_in.customer_id, event.get("reason"))
                try:
                    calls.revoke(signed_in.access_token)
                except CallError as failed:  # it ends by itself, later
                    log.info("revocation failed: %s", failed)
        return "", 204

    hooks.add_url_rule(PATH, view_func=take, methods=["POST"])
    return hooks
