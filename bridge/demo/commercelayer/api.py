"""The Core API's customers (JSON:API), for who holds the right kind of token."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from bridge.demo.commercelayer.compact import MalformedTokenError, read_compact
from bridge.demo.commercelayer.customers import Customer
from bridge.demo.commercelayer.errors import PlatformError, api_body, api_error
from bridge.demo.commercelayer.legacy import judge_legacy
from bridge.demo.commercelayer.limits import Usage
from bridge.demo.commercelayer.organization import Call, Organization
from bridge.demo.commercelayer.tokens import UnknownTokenError

MEDIA_TYPE = "application/vnd.api+json"
_FILTER = re.compile(r"filter\[q\]\[(\w+)\]")
_DEFAULT_SIZE, _MOST_SIZE = 10, 25


@dataclass(frozen=True)
class Bearer:
    """Who holds the token of a request."""

    kind: str  # of the application
    owner_id: str  # the customer's, "" for none

    def __str__(self) -> str:
        return f"{self.kind}, customer {self.owner_id}" if self.owner_id else self.kind


def create_api(organization: Organization) -> Blueprint:
    """The routes below `/api`."""
    api = Blueprint("api", __name__, url_prefix="/api")
    gate, desk = _Gate(organization), _Desk(organization)
    api.before_request(gate.enter)
    api.after_request(gate.leave)
    api.register_error_handler(PlatformError, _refuse)
    api.add_url_rule("/customers", view_func=desk.find)
    api.add_url_rule("/customers", view_func=desk.create, methods=["POST"])
    api.add_url_rule("/customers/<customer_id>", view_func=desk.show)
    api.add_url_rule("/customers/<customer_id>", view_func=desk.update, methods=["PATCH"])
    api.add_url_rule("/customer_groups/<group_id>", view_func=desk.group)
    return api


class _Gate:
    """What every call passes: the limit, the faults, the media types and the token."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization

    def enter(self) -> None:
        organization = self._organization
        g.usage = organization.api_window.spend(request.remote_addr or "")
        match organization.api_fault:
            case "down":
                raise api_error(503, "SERVICE_UNAVAILABLE", "Service unavailable", "Try again later.")
            case "500":
                raise api_error(
                    500, "INTERNAL_SERVER_ERROR", "Internal server error", "Something went wrong."
                )
            case "slow":
                time.sleep(organization.options.slow_seconds)
        if g.usage.exceeded or organization.api_fault == "429":
            raise api_error(429, "TOO_MANY_REQUESTS", "Too many requests", "The limit is reached.")
        if MEDIA_TYPE not in request.headers.get("Accept", ""):
            words = f"All requests must use the '{MEDIA_TYPE}' Accept without media type parameters."
            raise api_error(406, "NOT_ACCEPTABLE", "Not acceptable", words)
        if request.method in {"POST", "PATCH"} and request.headers.get("Content-Type") != MEDIA_TYPE:
            words = f"All requests that create or update must use the '{MEDIA_TYPE}' Content-Type."
            raise api_error(415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type", words)
        g.bearer = self._bearer()
        g.by = str(g.bearer)

    def leave(self, response: Response) -> Response:
        organization = self._organization
        if response.status_code == 201 and organization.api_fault == "lost_answer":
            lost = api_error(500, "INTERNAL_SERVER_ERROR", "Internal server error", "Something went wrong.")
            response = jsonify(api_body(lost))
            response.status_code = 500
        path = request.full_path.rstrip("?")
        organization.calls.append(Call(request.method, path, response.status_code, g.get("by", "")))
        usage: Usage = g.usage
        response.headers.update(usage.headers)
        response.headers["Content-Type"] = MEDIA_TYPE
        return response

    def _bearer(self) -> Bearer:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            claims = self._claims(token.strip() if scheme.lower() == "bearer" else "")
        except (UnknownTokenError, MalformedTokenError) as wrong:
            g.by = str(wrong)
            detail = "The access token you provided is invalid or has expired."
            raise api_error(401, "INVALID_TOKEN", "Invalid token", detail, why=str(wrong)) from None
        owner = claims.get("owner") or {}
        customer_id = owner["id"] if owner.get("type") == "Customer" else ""
        return Bearer(claims["application"]["kind"], customer_id)

    def _claims(self, token: str) -> Mapping[str, Any]:
        """Tokens that the platform signed are RS512; HS512 is what a bridge signs in legacy mode."""
        organization, parts = self._organization, read_compact(token)
        if organization.api_fault == "401":
            raise UnknownTokenError("fault")
        if parts.header.get("alg") == "HS512":
            customer = organization.customers.get
            return judge_legacy(parts, organization.options, customer, organization.now())
        return organization.ledger.read(token)


class _Desk:
    """The answers."""

    def __init__(self, organization: Organization) -> None:
        self._organization, self._customers = organization, organization.customers

    def find(self) -> ResponseReturnValue:
        _require(g.bearer.kind == "integration")  # a sales channel must not learn who shops here
        predicates: dict[str, str] = {}
        for name, value in request.args.items():
            filtered = _FILTER.fullmatch(name)
            if filtered is not None:
                predicates[filtered[1]] = value
            elif not name.startswith("page["):
                raise api_error(400, "PARAM_NOT_ALLOWED", "Param not allowed", f"{name[:80]} is not allowed.")
        found = self._customers.find(predicates)
        size = min(_MOST_SIZE, max(1, request.args.get("page[size]", _DEFAULT_SIZE, type=int)))
        page = max(1, request.args.get("page[number]", 1, type=int))
        shown = found[(page - 1) * size : page * size]
        meta = {"record_count": len(found), "page_count": -(-len(found) // size)}
        return jsonify(data=[self._resource(one) for one in shown], meta=meta)

    def show(self, customer_id: str) -> ResponseReturnValue:
        _require(g.bearer.kind == "integration" or bool(g.bearer.owner_id))
        if g.bearer.kind != "integration" and customer_id != g.bearer.owner_id:
            raise _not_found()  # to a customer there is nobody else
        customer = self._customers.get(customer_id)
        if customer is None:
            raise _not_found()
        return jsonify(data=self._resource(customer))

    def create(self) -> ResponseReturnValue:
        attributes, group = _given(None)
        if self._organization.api_fault == "duplicate":
            self._customers.create({"email": attributes.get("email")}, "")
        made = self._customers.create(attributes, group)
        return jsonify(data=self._resource(made)), 201

    def update(self, customer_id: str) -> ResponseReturnValue:
        _require(g.bearer.kind == "integration")
        if self._customers.get(customer_id) is None:
            raise _not_found()
        attributes, group = _given(customer_id)
        return jsonify(data=self._resource(self._customers.update(customer_id, attributes, group)))

    def group(self, group_id: str) -> ResponseReturnValue:
        _require(g.bearer.kind == "integration")
        if not self._customers.has_group(group_id):
            raise _not_found()
        return jsonify(data={"id": group_id, "type": "customer_groups", "attributes": {"name": group_id}})

    def _resource(self, customer: Customer) -> dict[str, Any]:
        return customer.as_resource(request.host_url.rstrip("/"))


def _given(customer_id: str | None) -> tuple[Mapping[str, Any], str]:
    """Attributes and customer group of the body. Raises PlatformError."""
    body = request.get_json(silent=True, force=True)
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict) or data.get("type") != "customers":
        raise api_error(
            400, "INVALID_REQUEST", "Invalid request", "data must be an object of type customers."
        )
    if customer_id is not None and data.get("id") != customer_id:
        raise api_error(400, "KEY_NOT_INCLUDED_IN_URL", "Invalid request", "data.id must be that of the URL.")
    attributes, relationships = data.get("attributes", {}), data.get("relationships", {})
    if not isinstance(attributes, dict) or not isinstance(relationships, dict):
        raise api_error(400, "INVALID_REQUEST", "Invalid request", "attributes must be an object.")
    group = relationships.get("customer_group", {})
    linked = group.get("data") if isinstance(group, dict) else None
    if linked is None:
        return attributes, ""
    if not isinstance(linked, dict) or linked.get("type") != "customer_groups":
        raise api_error(400, "INVALID_REQUEST", "Invalid request", "customer_group must be of its type.")
    return attributes, str(linked.get("id"))


def _require(allowed: bool) -> None:
    if not allowed:
        words = "You are not authorized to perform this action on the requested resource."
        raise api_error(403, "UNAUTHORIZED", "Access denied", words)


def _not_found() -> PlatformError:
    return api_error(404, "RECORD_NOT_FOUND", "Record not found", "The requested resource was not found.")


def _refuse(error: PlatformError) -> ResponseReturnValue:
    return jsonify(api_body(error)), error.status
