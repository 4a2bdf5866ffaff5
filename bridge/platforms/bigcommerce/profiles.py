"""What a customer is told after it was made: fields and group, attributes, metafields."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bridge.domain.customer import Customer, CustomerGone
from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply
from bridge.domain.profile import EMAIL_STAYS, Details
from bridge.domain.refusal import Reason, Refused
from bridge.net.kept import Ages, Kept
from bridge.platforms.bigcommerce.api import Api, Unprocessable, document
from bridge.platforms.bigcommerce.customers import Customers, details_row

_ATTRIBUTE_AGES = Ages(fresh=600, stale=3600, last_good=86400)
_AT_ONCE = 10  # attribute values in one call
_MOST = 250  # rows of a list; a store has 50 attributes at most
#: What the store may not take, while all the rest is in order: left out one after the other.
_DOUBTFUL = {
    "customer_group_id": "the group stays: the store does not take the new one",
    "email": f"{EMAIL_STAYS}: the store does not take the new one",
}
_ATTEMPTS: tuple[tuple[str, ...], ...] = (
    (),
    ("customer_group_id",),
    ("email",),
    ("customer_group_id", "email"),
)


class Profiles:
    """Changes customers of one channel."""

    def __init__(self, api: Api, customers: Customers, monotonic: Callable[[], float]) -> None:
        self._api = api
        self._customers = customers
        self._attributes = Kept(
            self._attribute_ids, **_ATTRIBUTE_AGES, monotonic=monotonic, late=Reason.STORE_UNAVAILABLE
        )

    def update(self, customer: Customer, details: Details, deadline: Deadline) -> list[str]:
        """See the port `Platform`."""
        left: list[str] = []
        try:
            row = details_row(details)
            if details.email:
                if self._is_taken(details.email, customer, deadline):
                    left.append(f"{EMAIL_STAYS}: another customer of this channel has the new one")
                else:
                    row["email"] = details.email
            left += self._fields(customer, row, deadline)
            left += self._attribute_values(customer, details.attributes, deadline)
            left += self._metafields(customer, details.metafields, deadline)
        except Unprocessable as refusal:
            if not self._customers.exists(customer, deadline):
                raise CustomerGone from None
            raise Refused(Reason.STORE_REJECTED, f"changing the customer: {refusal}") from None
        if details.group and not details.group.isdecimal():
            left.append("the group stays: the new one's id is no number")
        return left

    def unknown_groups(self, ids: Sequence[str], deadline: Deadline) -> list[str]:
        """Those of `ids` that the store has not. Raises `Refused`."""
        reply = self._api.call("GET", f"/v2/customer_groups?limit={_MOST}", None, deadline)
        known = {str(row.get("id")) for row in _bare_list(reply)}
        return [group for group in ids if group not in known and group != "0"]

    def unknown_attributes(self, names: Sequence[str], deadline: Deadline) -> list[str]:
        """Those of `names` that the store has not. Raises `Refused`."""
        known = self._attribute_ids(deadline)
        return [name for name in names if name not in known]

    def _is_taken(self, email: str, customer: Customer, deadline: Deadline) -> bool:
        return any(other != customer for other in self._customers.find(email, deadline))

    def _fields(self, customer: Customer, row: Mapping[str, Any], deadline: Deadline) -> list[str]:
        """What had to be left out, so that the rest could be written. Raises `Unprocessable`."""
        refusal = Unprocessable("nothing was tried")
        for left_out in _ATTEMPTS:
            if not set(left_out) <= set(row):
                continue
            kept = {name: value for name, value in row.items() if name not in left_out}
            try:
                if kept:
                    self._put("/v3/customers", [{"id": int(customer.id), **kept}], deadline)
            except Unprocessable as refused:
                refusal = refused
                if not left_out and not self._customers.exists(customer, deadline):
                    raise CustomerGone from None  # it is neither the group's fault nor the address's
            else:
                return [_DOUBTFUL[name] for name in left_out]
        raise refusal

    def _attribute_values(
        self, customer: Customer, values: Mapping[str, str], deadline: Deadline
    ) -> Iterator[str]:
        if not values:
            return
        ids = self._attributes.get(deadline)
        rows = [
            {"attribute_id": ids[name], "value": value, "customer_id": int(customer.id)}
            for name, value in values.items()
            if name in ids
        ]
        for start in range(0, len(rows), _AT_ONCE):
            self._put("/v3/customers/attribute-values", rows[start : start + _AT_ONCE], deadline)
        yield from (f"the store has no attribute {name}" for name in values if name not in ids)

    def _metafields(
        self, customer: Customer, values: Mapping[tuple[str, str], str], deadline: Deadline
    ) -> Iterator[str]:
        """Readable for apps alone: what a provider says of a person is nobody else's."""
        if not values:
            return
        path = f"/v3/customers/{int(customer.id)}/metafields"
        rows = _rows(self._checked(self._api.call("GET", f"{path}?limit={_MOST}", None, deadline)))
        known = {(row.get("namespace"), row.get("key")): row for row in rows}
        for (namespace, key), value in values.items():
            row = known.get((namespace, key))
            try:
                if row is None:
                    made = {"permission_set": "app_only", "namespace": namespace, "key": key, "value": value}
                    self._api.post(path, made, deadline)
                elif row.get("value") != value:
                    self._put(f"{path}/{int(row['id'])}", {"value": value}, deadline)
            except Unprocessable:
                yield f"the store does not take the metafield {namespace}.{key}"

    def _put(self, path: str, body: object, deadline: Deadline) -> dict[str, Any]:
        return self._checked(self._api.call("PUT", path, json.dumps(body).encode(), deadline))

    def _checked(self, reply: HttpReply) -> dict[str, Any]:
        """Raises `Unprocessable` for what is not there, too: it may be the customer."""
        if reply.status == 404:
            raise Unprocessable("status 404")
        return document(reply)

    def _attribute_ids(self, deadline: Deadline) -> Mapping[str, int]:
        answer = self._api.get("/v3/customers/attributes", {"limit": _MOST}, deadline)
        return {row["name"]: row["id"] for row in _rows(answer) if isinstance(row.get("name"), str)}


def _rows(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    data = answer.get("data")
    if not isinstance(data, list) or not all(
        isinstance(row, dict) and type(row.get("id")) is int for row in data
    ):
        raise Refused(Reason.STORE_UNAVAILABLE, "the store's API answered with something else than a list")
    return data


def _bare_list(reply: HttpReply) -> list[dict[str, Any]]:
    """The lists of v2; an empty one may come as 204."""
    if reply.status == 204:
        return []
    if reply.status != 200:
        document(reply)
    try:
        rows = json.loads(reply.body)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refused(Reason.STORE_UNAVAILABLE, "the store's API answered with something else than a list")
    return rows
