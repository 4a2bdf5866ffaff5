"""`/_demo`: what testers see and switch, and nobody else ever learns."""

from collections.abc import Mapping

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from bridge.demo.commercelayer.organization import API_FAULTS, AUTH_FAULTS, Organization
from bridge.demo.loopback import refuse_other_origins

_MOST_REQUESTS = 100_000  # a minute


def create_testers_pages(organization: Organization) -> Blueprint:
    """Token requests, calls, customers and faults: as a page, and as JSON for programs."""
    demo = Blueprint("demo", __name__, url_prefix="/_demo")

    @demo.get("/log")
    def show_log() -> ResponseReturnValue:
        if _wants_json():
            return jsonify(requests=[one.as_json() for one in organization.requests])
        return render_template(
            "testers.html",
            organization=organization,
            requests=list(reversed(organization.requests)),
            calls=list(reversed(organization.calls)),
            customers=organization.customers.find(),
            api_faults=API_FAULTS,
            auth_faults=AUTH_FAULTS,
        )

    @demo.get("/calls")
    def show_calls() -> ResponseReturnValue:
        calls = [
            {"method": call.method, "path": call.path, "status": call.status} for call in organization.calls
        ]
        return jsonify(count=len(calls), calls=calls)

    @demo.delete("/calls")
    def forget_calls() -> ResponseReturnValue:
        organization.calls.clear()
        organization.requests.clear()
        return "", 204

    @demo.get("/customers")
    def show_customers() -> ResponseReturnValue:
        url = request.host_url.rstrip("/")
        customers = [one.as_resource(url) for one in organization.customers.find()]
        return jsonify(count=len(customers), customers=customers)

    @demo.route("/faults", methods=["GET", "POST"])
    def faults() -> ResponseReturnValue:
        if request.method == "POST":
            refuse_other_origins()
            given = request.get_json(silent=True) if request.is_json else request.form
            if not isinstance(given, Mapping) or not _switch(organization, given):
                known = {"api": [*filter(None, API_FAULTS)], "auth": [*filter(None, AUTH_FAULTS)]}
                return jsonify(error="no such fault", faults=known), 400
            if not request.is_json:
                return redirect("/_demo/log", 303)
        return jsonify(
            api=organization.api_fault,
            auth=organization.auth_fault,
            oauth_limit=organization.oauth_window.limit,
        )

    return demo


def _switch(organization: Organization, given: Mapping[str, object]) -> bool:
    """Set what was given, if all of it makes sense."""
    api, auth = given.get("api", organization.api_fault), given.get("auth", organization.auth_fault)
    limit = str(given.get("oauth_limit", organization.oauth_window.limit))
    if api not in list(API_FAULTS) or auth not in list(AUTH_FAULTS):
        return False
    if not limit.isascii() or not limit.isdecimal() or not 0 < int(limit) <= _MOST_REQUESTS:
        return False
    organization.api_fault, organization.auth_fault = str(api), str(auth)
    organization.oauth_window.limit = int(limit)
    return True


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
