"""`GET /session/<store>?sid=`: the storefront's server asks whether somebody is still signed in."""

from collections.abc import Callable

from flask import Blueprint, Request, jsonify, request
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from bridge.domain.refusal import Reason, Refused
from bridge.flows.session_status import Alive
from bridge.flows.token import Asker
from bridge.web.headers import CHALLENGE
from bridge.web.lean import current_request
from bridge.web.request import basic, check_size
from bridge.wiring.bridge import Bridge


def routes(bridge: Bridge, address: Callable[[Request], str]) -> Blueprint:
    """The blueprint. `address` tells who sent a request. Reads no cookie."""
    pages = Blueprint("session", __name__)

    @pages.before_request
    def begin() -> None:
        current_request().notes.store = (request.view_args or {}).get("store", "")
        check_size(request)

    @pages.get("/session/<store>")
    def session(store: str) -> Response:
        """Whether it lives; and then whose it is, and for how long. Counts as use."""
        sids = request.args.getlist("sid")
        if len(sids) > 1:
            raise Refused(Reason.INVALID_REQUEST, "sid: sent twice")
        asker = Asker(address=address(request), basic=basic(request))
        answer: Response = jsonify(_members(bridge.session_status.ask(store, asker, "".join(sids))))
        return answer

    @pages.after_request
    def challenge(response: FlaskResponse) -> FlaskResponse:
        if response.status_code == 401:
            response.headers.set(*CHALLENGE)
        return response

    return pages


def _members(alive: Alive | None) -> dict[str, object]:
    if alive is None:
        return {"active": False}
    return {
        "active": True,
        "sid": str(alive.ref),
        "customer_id": alive.customer.id,
        "connection": alive.session.connection,
        "created_at": alive.session.created_at,
        "expires_in": alive.expires_in,
    }
