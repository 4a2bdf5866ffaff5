"""The management API: the part of BigCommerce's v2 and v3 that a bridge has a use for."""

import hmac
import time
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from bridge.demo.bigcommerce.customers import Customer, CustomerBook, InvalidCustomersError
from bridge.demo.bigcommerce.profiles import add_profile_routes
from bridge.demo.bigcommerce.shop import Call, Shop

_MOST_ROWS = 10
#: Which part of a path needs which scope.
_SCOPES = {
    "/v2/time": "store_v2_information_read_only",
    "/v3/customers": "store_v2_customers",
    "/v3/channels": "store_channel_settings_read_only",
}
_DEFAULT_LIMIT, _MOST_LIMIT = 50, 250


def create_api(shop: Shop) -> Blueprint:
    """The routes below `/stores/<store_hash>`."""
    api = Blueprint("api", __name__, url_prefix="/stores/<store_hash>")
    gate, desk = _Gate(shop), _Desk(shop)
    api.url_value_preprocessor(gate.take_store_hash)
    api.before_request(gate.enter)
    api.after_request(gate.leave)
    api.register_error_handler(HTTPException, _as_json)
    api.register_error_handler(InvalidCustomersError, _as_invalid)
    api.add_url_rule("/v2/time", view_func=desk.time)
    api.add_url_rule("/v2/store", view_func=desk.store)
    api.add_url_rule("/v3/customers", view_func=desk.find)
    api.add_url_rule("/v3/customers", view_func=desk.create, methods=["POST"])
    api.add_url_rule("/v3/customers", view_func=desk.update, methods=["PUT"])
    api.add_url_rule("/v3/customers", view_func=desk.delete, methods=["DELETE"])
    api.add_url_rule("/v3/channels/<int:channel_id>", view_func=desk.one_channel)
    add_profile_routes(api, shop.customers, shop.profiles)
    settings = "/v3/customers/settings/channels/<int:channel_id>"
    api.add_url_rule(settings, view_func=desk.channel, methods=["GET", "PUT"])
    return api


class _Gate:
    """What every call passes: the quota, the faults, the access token; and the count of calls."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def take_store_hash(self, _endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.store_hash = (values or {}).pop("store_hash", "")
        g.left, g.reset = 0, 0  # for answers that never come to `enter`

    def enter(self) -> ResponseReturnValue | None:
        g.left, g.reset = self._shop.spend()
        return _faulty(self._shop) or _refused(self._shop)

    def leave(self, response: Response) -> Response:
        shop = self._shop
        created = request.method == "POST" and response.status_code == HTTPStatus.OK
        if created and shop.fault == "lost_answer":
            response = jsonify(status=500, title="Internal server error")
            response.status_code = 500
        shop.calls.append(Call(request.method, request.full_path.rstrip("?"), response.status_code))
        if shop.fault != "overload":
            response.headers["X-Rate-Limit-Time-Window-Ms"] = "30000"
            response.headers["X-Rate-Limit-Time-Reset-Ms"] = str(g.reset)
            response.headers["X-Rate-Limit-Requests-Quota"] = str(shop.options.quota)
            response.headers["X-Rate-Limit-Requests-Left"] = str(max(g.left, 0))
        return response


class _Desk:
    """The answers."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self._customers = shop, shop.customers

    def time(self) -> ResponseReturnValue:
        return jsonify(time=int(self._shop.now()))

    def store(self) -> ResponseReturnValue:
        url, options = request.host_url.rstrip("/"), self._shop.options
        return jsonify(id=options.store_hash, name=options.name, domain=request.host, secure_url=url)

    def find(self) -> ResponseReturnValue:
        emails = request.args.get("email:in")
        found = self._customers.find(
            emails=None if emails is None else emails.split(","),
            ids=_numbers(request.args.get("id:in")),
            groups=_numbers(request.args.get("customer_group_id:in")),
        )
        return jsonify(_page(found))

    def create(self) -> ResponseReturnValue:
        return _rows_answer(self._customers.create(_rows()))

    def update(self) -> ResponseReturnValue:
        return _rows_answer(self._customers.update(_rows()))

    def delete(self) -> ResponseReturnValue:
        ids = _numbers(request.args.get("id:in"))
        if ids is None:
            abort(422, "id:in is required")
        self._customers.delete(ids)
        return "", 204

    def one_channel(self, channel_id: int) -> ResponseReturnValue:
        if channel_id != self._shop.options.channel_id:
            abort(404, "Channel not found")
        name = self._shop.options.name
        channel = {"id": channel_id, "name": name, "type": "storefront", "status": "active"}
        return jsonify(data=channel, meta={})

    def channel(self, channel_id: int) -> ResponseReturnValue:
        if request.method == "PUT":
            given = request.get_json(silent=True)
            allowed = given.get("allow_global_logins") if isinstance(given, dict) else None
            if not isinstance(allowed, bool):
                abort(422, "allow_global_logins must be true or false")
            self._customers.set_global_logins(channel_id, allowed=allowed)
        return jsonify(data=_channel(self._customers, channel_id), meta={})


def _as_json(error: HTTPException) -> ResponseReturnValue:
    return jsonify(status=error.code, title=error.description), error.code or 500


def _as_invalid(error: InvalidCustomersError) -> ResponseReturnValue:
    verb = "Create" if request.method == "POST" else "Update"
    return jsonify(status=422, title=f"{verb} customers failed.", type="", errors=error.errors), 422


def _faulty(shop: Shop) -> ResponseReturnValue | None:
    match shop.fault:
        case "down":
            return jsonify(status=503, title="Service unavailable"), 503
        case "500":
            return jsonify(status=500, title="Internal server error"), 500
        case "401":
            return jsonify(status=401, title="Unauthorized"), 401
        case "429":
            return _too_many()
        case "overload":
            return jsonify(status=429, title="Too many requests"), 429
        case "slow":
            time.sleep(shop.options.slow_seconds)
    return None


def _refused(shop: Shop) -> ResponseReturnValue | None:
    token = request.headers.get("X-Auth-Token", "")
    tokens = [known for _, known in shop.options.accounts.values()]
    if not any(hmac.compare_digest(token.encode(), known.encode()) for known in tokens):
        return jsonify(status=401, title="You are not authorized: X-Auth-Token is missing or wrong"), 401
    if g.store_hash != shop.options.store_hash:
        return jsonify(status=404, title="No such store"), 404
    scope = next((scope for part, scope in _SCOPES.items() if part in request.path), "")
    if scope and scope not in shop.options.scopes:
        return jsonify(status=403, title="You don't have a required scope to access the endpoint"), 403
    return _too_many() if g.left < 0 else None


def _too_many() -> ResponseReturnValue:
    body = jsonify(status=429, title="You have reached the maximum number of calls in this window")
    body.headers["X-Retry-After"] = str(-(-g.reset // 1000))
    return body, 429


def _rows() -> list[Any]:
    """The body: an array of 1 to 10 objects."""
    if not request.is_json:
        abort(415, "the body must be application/json")
    rows = request.get_json(silent=True)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        abort(422, "the body must be an array of customers")
    if len(rows) > _MOST_ROWS:
        abort(413, f"at most {_MOST_ROWS} customers at once")
    return rows


def _rows_answer(customers: list[Customer]) -> ResponseReturnValue:
    return jsonify(data=[customer.as_json() for customer in customers], meta={})


def _numbers(text: str | None) -> list[int] | None:
    if text is None:
        return None
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        abort(422, "a list of numbers is needed")


def _page(found: list[Customer]) -> dict[str, Any]:
    page = max(1, request.args.get("page", 1, type=int))
    limit = min(_MOST_LIMIT, max(1, request.args.get("limit", _DEFAULT_LIMIT, type=int)))
    shown = found[(page - 1) * limit : page * limit]
    pagination = {
        "total": len(found),
        "count": len(shown),
        "per_page": limit,
        "current_page": page,
        "total_pages": -(-len(found) // limit),
    }
    return {"data": [customer.as_json() for customer in shown], "meta": {"pagination": pagination}}


def _channel(customers: CustomerBook, channel_id: int) -> dict[str, Any]:
    groups = {"default_customer_group_id": 0, "guest_customer_group_id": 0}
    allowed = customers.allows_global_logins(channel_id)
    return {"channel_id": channel_id, "allow_global_logins": allowed, "customer_group_settings": groups}
