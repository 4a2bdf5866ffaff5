"""The organization's customers, as the Core API documents them."""

import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.demo.commercelayer.errors import Fault, PlatformError

_TEXTS = ("email", "password", "reference", "reference_origin", "profile_id", "shopper_reference")
_KNOWN = {*_TEXTS, "metadata"}
_MOST_CHARACTERS = 255
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_PREDICATES = {"email_eq": "email", "reference_eq": "reference", "reference_origin_eq": "reference_origin"}


@dataclass(frozen=True)
class Customer:
    """A customer record. It has no name: an e-mail is all that the platform needs."""

    id: str
    email: str
    reference: str | None = None
    reference_origin: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    customer_group: str = ""
    has_password: bool = False
    created_at: str = "2026-01-05T09:00:00.000Z"
    updated_at: str = "2026-01-05T09:00:00.000Z"

    def as_resource(self, url: str) -> dict[str, Any]:
        """As the API shows it (JSON:API); a password is never shown."""
        link = f"{url}/api/customers/{self.id}"
        return {
            "id": self.id,
            "type": "customers",
            "links": {"self": link},
            "attributes": {
                "email": self.email,
                "status": "prospect",
                "has_password": self.has_password,
                "total_orders_count": 0,
                "created_at": self.created_at,
                "updated_at": self.updated_at,
                "reference": self.reference,
                "reference_origin": self.reference_origin,
                "metadata": dict(self.metadata),
            },
            "relationships": {"customer_group": {"links": {"related": f"{link}/customer_group"}}},
            "meta": {"mode": "test"},
        }


class CustomerBook:
    """All customers of the organization; each change is whole or not at all."""

    def __init__(self, customers: Iterable[Customer], groups: Iterable[str]) -> None:
        """Begin with `customers`; `groups` are the ids of the customer groups."""
        self._lock = threading.Lock()
        self._by_id = {customer.id: customer for customer in customers}
        self._groups = frozenset(groups)

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, customer_id: str) -> Customer | None:
        """The customer of that id."""
        return self._by_id.get(customer_id)

    def find(self, predicates: Mapping[str, str] | None = None) -> list[Customer]:
        """Those for whom all of `predicates` hold. Raises PlatformError for an unknown one."""
        for name in predicates or {}:
            if name not in _PREDICATES:
                words = f"{name} is not a filter that the demo knows"
                raise PlatformError(Fault(400, "FILTER_NOT_ALLOWED", "Filter not allowed", words))
        wanted = {_PREDICATES[name]: value for name, value in (predicates or {}).items()}
        return [one for one in self._by_id.values() if all(_matches(one, *pair) for pair in wanted.items())]

    def create(self, attributes: Mapping[str, Any], group: str) -> Customer:
        """Add a customer; `group` may be empty. Raises PlatformError."""
        with self._lock:
            self._check(attributes, group, others=self._by_id.values(), required=("email",))
            now = _now()
            customer = Customer(
                id=secrets.token_urlsafe(8).replace("-", "x").replace("_", "y")[:10],
                **_fields(attributes),
                customer_group=group,
                created_at=now,
                updated_at=now,
            )
            self._by_id[customer.id] = customer
            return customer

    def update(self, customer_id: str, attributes: Mapping[str, Any], group: str) -> Customer:
        """Change a customer that exists. Raises PlatformError, and KeyError for an unknown id."""
        with self._lock:
            known = self._by_id[customer_id]
            others = [one for one in self._by_id.values() if one.id != customer_id]
            self._check(attributes, group, others=others, required=())
            group = group or known.customer_group
            changed = replace(known, **_fields(attributes), customer_group=group, updated_at=_now())
            self._by_id[customer_id] = changed
            return changed

    def has_group(self, group_id: str) -> bool:
        """Whether there is a customer group of that id."""
        return group_id in self._groups

    def delete(self, customer_id: str) -> None:
        """Remove the customer, if there is one."""
        with self._lock:
            self._by_id.pop(customer_id, None)

    def _check(
        self,
        attributes: Mapping[str, Any],
        group: str,
        *,
        others: Iterable[Customer],
        required: tuple[str, ...],
    ) -> None:
        unknown = sorted(set(attributes) - _KNOWN)
        if unknown:
            words = f"{unknown[0]} is not allowed."
            raise PlatformError(Fault(400, "PARAM_NOT_ALLOWED", "Param not allowed", words))
        wrong = [("email", "can't be blank") for name in required if name not in attributes]
        wrong += _wrong_values(attributes)
        email = attributes.get("email")
        # Not documented: that an e-mail is unique is what the vendor's own example relies on.
        if isinstance(email, str) and any(one.email.casefold() == email.casefold() for one in others):
            wrong.append(("email", "has already been taken"))
        faults = [_invalid(f"/data/attributes/{name}", f"{name} - {words}") for name, words in wrong]
        if group and group not in self._groups:
            faults.append(_invalid("/data/relationships/customer_group", "customer_group - must exist"))
        if faults:
            raise PlatformError(*faults)


def _wrong_values(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each attribute that cannot be what it is, and why."""
    for name in _TEXTS:
        value = attributes.get(name, "x@x")
        if value is None and name != "email":
            continue
        if not isinstance(value, str) or not 0 < len(value) <= _MOST_CHARACTERS:
            yield name, f"must be a text of 1 to {_MOST_CHARACTERS} characters"
        elif name == "email" and not _EMAIL.fullmatch(value):
            yield name, "must be a valid email format"
    if not isinstance(attributes.get("metadata", {}), dict):
        yield "metadata", "must be an object"


def _matches(customer: Customer, name: str, value: str) -> bool:
    known = getattr(customer, name)
    if name == "email":
        return bool(customer.email.casefold() == value.casefold())
    return bool(known == value)


def _fields(attributes: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        name: attributes[name]
        for name in ("email", "reference", "reference_origin", "metadata")
        if name in attributes
    }
    if attributes.get("password"):
        kept["has_password"] = True  # the password itself is kept by nobody
    return kept


def _invalid(pointer: str, detail: str) -> Fault:
    return Fault(422, "VALIDATION_ERROR", detail.partition(" - ")[2], detail, pointer)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
