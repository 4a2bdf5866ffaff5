"""`/_demo`: what testers see and switch, and shoppers never learn."""

import math
from collections.abc import Mapping

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from bridge.demo.bigcommerce.shop import API_FAULTS, Shop
from bridge.demo.loopback import refuse_other_origins


def create_testers_pages(shop: Shop) -> Blueprint:
    """The login log, the API calls, the customers and the faults: as a page, and as JSON for programs."""
    demo = Blueprint("demo", __name__, url_prefix="/_demo")

    @demo.get("/log")
    def show_log() -> ResponseReturnValue:
        if _wants_json():
            return jsonify(attempts=[attempt.as_json() for attempt in shop.attempts])
        return render_template(
            "testers.html",
            attempts=list(reversed(shop.attempts)),
            calls=list(reversed(shop.calls)),
            customers=shop.customers.find(),
            faults=API_FAULTS,
            fault=shop.fault,
            clock_offset=shop.clock_offset,
        )

    @demo.get("/calls")
    def show_calls() -> ResponseReturnValue:
        calls = [{"method": call.method, "path": call.path, "status": call.status} for call in shop.calls]
        return jsonify(count=len(calls), calls=calls)

    @demo.delete("/calls")
    def forget_calls() -> ResponseReturnValue:
        shop.calls.clear()
        return "", 204

    @demo.get("/customers")
    def show_customers() -> ResponseReturnValue:
        return jsonify(count=len(shop.customers), customers=[one.as_json() for one in shop.customers.find()])

    @demo.route("/faults", methods=["GET", "POST"])
    def faults() -> ResponseReturnValue:
        if request.method == "POST":
            refuse_other_origins()
            given = request.get_json(silent=True) if request.is_json else request.form
            if not isinstance(given, Mapping) or not _switch(shop, given):
                return jsonify(error="no such fault", faults=[name for name in API_FAULTS if name]), 400
            if not request.is_json:
                return redirect("/_demo/log", 303)
        names = [name for name in API_FAULTS if name]
        return jsonify(api=shop.fault, clock_offset=shop.clock_offset, faults=names)

    return demo


def _switch(shop: Shop, given: Mapping[str, object]) -> bool:
    """Set what was given, if all of it makes sense."""
    fault = given.get("api", shop.fault)
    try:
        offset = float(str(given.get("clock_offset", shop.clock_offset)))
    except ValueError:
        return False
    if not isinstance(fault, str) or fault not in API_FAULTS or not math.isfinite(offset):
        return False
    shop.fault, shop.clock_offset = fault, offset
    return True


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
