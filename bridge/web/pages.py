"""What people see: the one renderer of refusals, and the chooser."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Request, jsonify, render_template
from werkzeug.wrappers import Response

from bridge.domain.connection import Connection
from bridge.domain.refusal import Reason
from bridge.domain.store import Store

RETRY_AFTER = 10  # seconds; for refusals that end by themselves


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where a refused shopper can go from here."""

    store: str = ""  # the store's address
    again: str = ""  # the path that begins the sign-in anew


def way_back(store: Store | None, connection: str = "", return_to: str = "") -> WayBack:
    """The way back to a store, if it is known which."""
    if store is None:
        return WayBack()
    return WayBack(store.url, sign_in_path(store, connection, return_to))


def sign_in_path(store: Store, connection: str, return_to: str) -> str:
    """The link that begins a sign-in."""
    query = {name: value for name, value in (("connection", connection), ("return_to", return_to)) if value}
    return f"/login/{store.name}" + (f"?{urlencode(query)}" if query else "")


def refusal(request: Request, reason: Reason, reference: str, back: WayBack) -> Response:
    """A refusal as page or JSON (contract section 4). Looks at the reason only, never at a detail."""
    words = reason.words
    if _wants_json(request):
        body = jsonify(error=reason.value, message=f"{words.title}. {words.message}", reference=reference)
        response: Response = body
    else:
        response = _page("refusal.html", words=words, reference=reference, back=back)
    response.status_code = words.status
    response.headers["Bridge-Refusal"] = reason.value
    if words.status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def chooser(store: Store, connections: Sequence[Connection], return_to: str) -> Response:
    """The store's connections as links, when nothing decides between them."""
    ways = [(connection.label, sign_in_path(store, connection.name, return_to)) for connection in connections]
    return _page("chooser.html", ways=ways, store=store)


def _page(template: str, **values: object) -> Response:
    return Response(render_template(template, **values), mimetype="text/html")


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept
