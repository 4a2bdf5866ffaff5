"""`POST /token/<store>`: the storefront's server or page fetches its customer's token. Reads no cookie."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Request, jsonify, request
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.flows.token import Asker, Given
from bridge.web.headers import CHALLENGE
from bridge.web.lean import current_request
from bridge.web.request import basic, check_size, time_left
from bridge.wiring.bridge import Bridge

_PREFLIGHT_LIFE = 600  # seconds
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_PARAMETERS = frozenset({
    "grant_type", "code", "code_verifier", "redirect_uri", "refresh_token", "client_id", "client_secret",
    "cart_id",
})  # fmt: skip


def routes(bridge: Bridge, address: Callable[[Request], str]) -> Blueprint:
    """The blueprint. `address` tells who sent a request."""
    views = _Views(bridge, address)
    pages = Blueprint("token", __name__)
    pages.before_request(views.begin)
    pages.after_request(views.let_pages_read)
    for method, view in (("POST", views.token), ("OPTIONS", views.preflight)):
        pages.add_url_rule(
            "/token/<store>", view_func=view, methods=[method], provide_automatic_options=False
        )
    return pages


class _Views:
    def __init__(self, bridge: Bridge, address: Callable[[Request], str]) -> None:
        self._bridge = bridge
        self._flow = bridge.token_endpoint
        self._address = address

    def begin(self) -> None:
        """No cookie, no navigation: a request is what it says in its body."""
        current_request().notes.store = (request.view_args or {}).get("store", "")
        check_size(request)

    def token(self, store: str) -> Response:
        """A token for a code, or for what came with an earlier token."""
        if request.query_string:  # it would stand in access logs
            raise Refused(Reason.INVALID_REQUEST, "parameters in the address; they belong in the body")
        form = _parameters(request)
        asker = Asker(
            address=self._address(request),
            origin=request.headers.get("Origin"),
            basic=basic(request),
            tried_otherwise="Authorization" in request.headers,
        )
        deadline = time_left(request, self._bridge.monotonic)
        notes = current_request().notes
        notes.story = deadline.story
        given = self._flow.give(store, asker, form, deadline)
        notes.reference = given.renewable.reference
        notes.event = "token_renewed" if form["grant_type"] == "refresh_token" else "token_given"
        response: Response = jsonify(_members(given))
        response.headers["Pragma"] = "no-cache"  # RFC 6749 section 5.1
        return response

    def preflight(self, store: str) -> Response:
        """What a browser asks before a page's POST of JSON. Also the answer to a store's wrong pages: no."""
        self._flow.store(store)
        response = Response(status=204)
        if self._is_allowed(request.headers.get("Origin")):
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Allow-Headers"] = "content-type"
            response.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_LIFE)
        return response

    def let_pages_read(self, response: FlaskResponse) -> FlaskResponse:
        """CORS, for the store's own pages only, and never with cookies. Refusals can be read as well."""
        response.headers.add("Vary", "Origin")
        origin = request.headers.get("Origin")
        if origin is not None and self._is_allowed(origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "Bridge-Refusal, Retry-After"
        if response.status_code == 401:
            response.headers.set(*CHALLENGE)
        return response

    def _is_allowed(self, origin: str | None) -> bool:
        store = self._flow.stores.get(current_request().notes.store)
        return (
            store is not None
            and store.storefront.delivery == "code"
            and origin in store.storefront.browser_origins
        )


def _members(given: Given) -> dict[str, object]:
    """RFC 6749 section 5.1, and what a storefront needs besides."""
    token, renewable = given.token, given.renewable
    members: dict[str, object] = {
        **token.more,
        "access_token": token.access_token.reveal(),
        "token_type": token.token_type,
        "expires_in": token.expires_in,
        "customer_id": renewable.customer.id,
        "sid": renewable.session,
    }
    if token.scope:
        members["scope"] = token.scope
    if renewable.handle:
        members["session"] = members["refresh_token"] = renewable.handle
    if given.return_to:
        members["return_to"] = given.return_to
    return members


def _parameters(request: Request) -> Mapping[str, str]:
    """Those that mean something here. Raises `Refused(INVALID_REQUEST)`."""
    if request.mimetype == _JSON:
        try:
            pairs = list(parse_object(request.get_data()).items())
        except JsonFault as fault:
            raise Refused(Reason.INVALID_REQUEST, f"the body: {fault}") from None
    elif request.mimetype == _FORM:
        pairs = list(request.form.items(multi=True))
    else:
        raise Refused(Reason.INVALID_REQUEST, f"the body is neither {_FORM} nor {_JSON}")
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in _PARAMETERS:
            continue  # RFC 6749 section 3.2: unknown ones are ignored
        if name in found:
            raise Refused(Reason.INVALID_REQUEST, f"{name}: sent twice")
        if not isinstance(value, str):
            raise Refused(Reason.INVALID_REQUEST, f"{name}: not a text")
        if value:  # one without a value counts as left out, there as well
            found[name] = value
    return found
