"""What a store keeps of its customers beside their records: groups, attributes and metafields."""

import itertools
import threading
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from bridge.demo.bigcommerce.customers import CustomerBook

_MOST_ROWS = 10
_LONGEST = 255


class ProfileBook:
    """All of it, in memory; safe to share between threads."""

    def __init__(self, groups: Mapping[int, str], attributes: Mapping[int, str]) -> None:
        self.groups, self.attributes = dict(groups), dict(attributes)
        self.values: dict[tuple[int, int], str] = {}  # by customer and attribute
        self.metafields: dict[int, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add_metafield(self, customer_id: int, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """None where the customer has one of that name already."""
        with self._lock:
            if any(_name(one) == (customer_id, *_name(row)[1:]) for one in self.metafields.values()):
                return None
            made = {**row, "id": next(self._numbers), "resource_id": customer_id}
            self.metafields[made["id"]] = made
            return made

    def of(self, customer_id: int) -> list[dict[str, Any]]:
        """The customer's metafields."""
        return [one for one in self.metafields.values() if one["resource_id"] == customer_id]


def add_profile_routes(api: Blueprint, customers: CustomerBook, book: ProfileBook) -> None:
    """The routes of groups (v2), attributes and metafields (v3)."""
    desk = _Desk(customers, book)
    api.add_url_rule("/v2/customer_groups", view_func=desk.groups)
    api.add_url_rule("/v3/customers/attributes", view_func=desk.attributes)
    api.add_url_rule("/v3/customers/attribute-values", view_func=desk.write_values, methods=["PUT"])
    fields = "/v3/customers/<int:customer_id>/metafields"
    api.add_url_rule(fields, view_func=desk.metafields)
    api.add_url_rule(fields, view_func=desk.add_metafield, methods=["POST"])
    api.add_url_rule(f"{fields}/<int:number>", view_func=desk.change_metafield, methods=["PUT"])


class _Desk:
    """The answers."""

    def __init__(self, customers: CustomerBook, book: ProfileBook) -> None:
        self._customers, self._book = customers, book

    def groups(self) -> ResponseReturnValue:
        if not self._book.groups:
            return "", 204
        return jsonify([{"id": number, "name": name} for number, name in self._book.groups.items()])

    def attributes(self) -> ResponseReturnValue:
        rows = [
            {"id": number, "name": name, "type": "string"} for number, name in self._book.attributes.items()
        ]
        return jsonify(data=rows, meta={})

    def write_values(self) -> ResponseReturnValue:
        rows = request.get_json(silent=True)
        if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_ROWS:
            abort(422, f"the body must be an array of 1 to {_MOST_ROWS} values")
        for row in rows:
            value = row.get("value") if isinstance(row, dict) else None
            if not isinstance(value, str) or len(value) > _LONGEST:
                abort(422, "value must be a text")
            if row.get("attribute_id") not in self._book.attributes:
                abort(422, "there is no such attribute")
            if self._customers.get(row.get("customer_id")) is None:
                abort(422, "there is no such customer")
        for row in rows:
            self._book.values[row["customer_id"], row["attribute_id"]] = row["value"]
        return jsonify(data=rows, meta={})

    def metafields(self, customer_id: int) -> ResponseReturnValue:
        self._known(customer_id)
        return jsonify(data=self._book.of(customer_id), meta={})

    def add_metafield(self, customer_id: int) -> ResponseReturnValue:
        self._known(customer_id)
        row = request.get_json(silent=True)
        wanted = ("permission_set", "namespace", "key", "value")
        if not isinstance(row, dict) or not all(
            isinstance(row.get(name), str) and row[name] for name in wanted
        ):
            abort(422, f"{', '.join(wanted)} are required")
        made = self._book.add_metafield(customer_id, {name: row[name] for name in wanted})
        if made is None:
            abort(409, "there is such a metafield already")
        return jsonify(data=made, meta={})

    def change_metafield(self, customer_id: int, number: int) -> ResponseReturnValue:
        self._known(customer_id)
        row = self._book.metafields.get(number)
        given = request.get_json(silent=True)
        if row is None or row["resource_id"] != customer_id:
            abort(404, "there is no such metafield")
        if not isinstance(given, dict) or not isinstance(given.get("value"), str):
            abort(422, "value must be a text")
        row["value"] = given["value"]
        return jsonify(data=row, meta={})

    def _known(self, customer_id: int) -> None:
        if self._customers.get(customer_id) is None:
            abort(404, "there is no such customer")


def _name(row: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return row.get("resource_id"), row["namespace"], row["key"]
