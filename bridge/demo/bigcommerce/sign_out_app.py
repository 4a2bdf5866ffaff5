"""A small app beside the store, which hears from the bridge who was signed out elsewhere.

On the platform itself nothing ends a shopper's session from outside. A merchant's own server takes the
webhook instead, and a script in the theme asks it and opens `/login.php?action=logout`. Here each page asks
it on the server, which saves the script.
"""

from datetime import datetime

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.webhooks import PATH, read_event


def create_sign_out_app(shop: Shop) -> Blueprint:
    """The one route of it."""
    app = Blueprint("sign_out_app", __name__)

    def take() -> ResponseReturnValue:
        event = read_event(shop.options.webhook_secret, request.headers, request.get_data(), shop.now())
        if event is None:
            abort(401)
        customer = str(event.get("customer_id", ""))
        if event.get("type") == "session.ended" and customer.isdigit():
            shop.signed_out.note(int(customer), datetime.fromisoformat(event["at"]).timestamp())
        return "", 204

    app.add_url_rule(PATH, view_func=take, methods=["POST"])
    return app
