"""The store's customers, with the platform's rules about e-mails, channels and lengths."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

_LENGTHS = {"email": (3, 250), "first_name": (1, 100), "last_name": (1, 100), "company": (0, 255)}
_LENGTHS |= {"phone": (0, 50), "notes": (0, 10_000), "tax_exempt_category": (0, 255)}
_NUMBERS = ("customer_group_id", "origin_channel_id")
# Accepted as documented, and without effect in this demo.
_OTHER_FIELDS = ("addresses", "attributes", "authentication", "store_credit_amounts", "form_fields")
_SWITCHES = ("accepts_product_review_abandoned_cart_emails", "trigger_account_created_notification")
_KNOWN = {*_LENGTHS, *_NUMBERS, *_OTHER_FIELDS, *_SWITCHES, "channel_ids"}


@dataclass(frozen=True)
class Customer:
    """A customer record. `channel_ids` None: any channel with global logins; else exactly these."""

    id: int
    email: str
    first_name: str
    last_name: str
    company: str = ""
    phone: str = ""
    notes: str = ""
    tax_exempt_category: str = ""
    customer_group_id: int = 0
    origin_channel_id: int = 1
    channel_ids: tuple[int, ...] | None = None
    date_created: str = "2026-01-05T09:00:00Z"
    date_modified: str = "2026-01-05T09:00:00Z"

    @property
    def name(self) -> str:
        """As the storefront greets."""
        return f"{self.first_name} {self.last_name}".strip()

    def as_json(self) -> dict[str, Any]:
        """As the API shows it."""
        return {**asdict(self), "address_count": 0, "authentication": {"force_password_reset": False}}


class InvalidCustomersError(ValueError):
    """The API's 422: a field of a row, and what is wrong with it."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class CustomerBook:
    """All customers and each channel's setting; every change is whole or not at all."""

    def __init__(self, customers: Iterable[Customer] = (), groups: Iterable[int] = ()) -> None:
        """Begin with `customers`; channel 1 alone allows global logins. `groups`: ids of those there are."""
        self._groups = {0, *groups}
        self._lock = threading.Lock()
        self._by_id = {customer.id: customer for customer in customers}
        self._last_id = max(self._by_id, default=100)
        self._global_logins = {1: True}

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, customer_id: int) -> Customer | None:
        """The customer of that id."""
        return self._by_id.get(customer_id)

    def find(
        self,
        *,
        emails: list[str] | None = None,
        ids: list[int] | None = None,
        groups: list[int] | None = None,
    ) -> list[Customer]:
        """Those that match every given filter, oldest first; the case of an e-mail does not matter."""
        wanted = None if emails is None else {email.casefold() for email in emails}
        return [
            customer
            for customer in sorted(self._by_id.values(), key=lambda one: one.id)
            if (wanted is None or customer.email.casefold() in wanted)
            and (ids is None or customer.id in ids)
            and (groups is None or customer.customer_group_id in groups)
        ]

    def create(self, rows: list[Mapping[str, Any]]) -> list[Customer]:
        """Add all rows. Raises InvalidCustomersError."""
        with self._lock:
            made: list[Customer] = []
            for place, row in enumerate(rows):
                _check(row, place, required=("email", "first_name", "last_name"))
                now = _now()
                fields = {**_fields(row), "date_created": now, "date_modified": now}
                customer = Customer(id=self._last_id + 1 + place, **fields)
                self._refuse_unknown_group(customer, place)
                self._refuse_duplicate(customer, [*self._by_id.values(), *made], place)
                made.append(customer)
            self._by_id |= {customer.id: customer for customer in made}
            self._last_id += len(made)
            return made

    def update(self, rows: list[Mapping[str, Any]]) -> list[Customer]:
        """Change all rows, each of which names its `id`. Raises InvalidCustomersError."""
        with self._lock:
            changed: dict[int, Customer] = {}
            for place, row in enumerate(rows):
                known = self._by_id.get(row["id"]) if _is_integer(row.get("id")) else None
                if known is None:
                    raise InvalidCustomersError({f"{place}.id": "no customer has this id"})
                change = {name: value for name, value in row.items() if name != "id"}
                if "origin_channel_id" in change:
                    raise InvalidCustomersError({f"{place}.origin_channel_id": "cannot be changed"})
                _check(change, place, required=())
                customer = replace(known, **_fields(change), date_modified=_now())
                others = {**self._by_id, **changed}
                others.pop(customer.id)
                self._refuse_unknown_group(customer, place)
                self._refuse_duplicate(customer, others.values(), place)
                changed[customer.id] = customer
            self._by_id |= changed
            return list(changed.values())

    def delete(self, ids: list[int]) -> None:
        """Remove those that exist."""
        with self._lock:
            for customer_id in ids:
                self._by_id.pop(customer_id, None)

    def allows_global_logins(self, channel_id: int) -> bool:
        """The channel's setting, by default true for channel 1 alone."""
        return self._global_logins.get(channel_id, False)

    def set_global_logins(self, channel_id: int, *, allowed: bool) -> None:
        """Change the channel's setting."""
        self._global_logins[channel_id] = allowed

    def may_sign_in(self, customer: Customer, channel_id: int) -> bool:
        """Named channels override the setting; no named channel follows it."""
        if customer.channel_ids is None:
            return self.allows_global_logins(channel_id)
        return channel_id in customer.channel_ids

    def _refuse_unknown_group(self, customer: Customer, place: int) -> None:
        if customer.customer_group_id not in self._groups:
            raise InvalidCustomersError({f"{place}.customer_group_id": "no such customer group"})

    def _refuse_duplicate(self, customer: Customer, others: Iterable[Customer], place: int) -> None:
        for other in others:
            if other.email.casefold() == customer.email.casefold() and _share_a_channel(customer, other):
                words = f"email {customer.email} already in use"
                raise InvalidCustomersError({f"{place}.email": words, ".customer_create": "Error"})


def _share_a_channel(one: Customer, other: Customer) -> bool:
    """An e-mail is unique in each channel, and a customer without named channels is in all of them."""
    if one.channel_ids is None or other.channel_ids is None:
        return True
    return bool(set(one.channel_ids) & set(other.channel_ids))


def _check(row: Mapping[str, Any], place: int, *, required: tuple[str, ...]) -> None:
    errors = {f"{place}.{name}": "is required" for name in required if name not in row}
    errors |= {f"{place}.{name}": "is not a field of a customer" for name in row if name not in _KNOWN}
    for name, (least, most) in _LENGTHS.items():
        value = row.get(name, "x" * least)
        if not isinstance(value, str) or not least <= len(value.strip()) <= most:
            errors[f"{place}.{name}"] = f"must be a text of {least} to {most} characters"
    if "@" not in str(row.get("email", "@")).strip("@ ") and "email" in row:
        errors[f"{place}.email"] = "must be an e-mail address"
    for name in _NUMBERS:
        if not _is_integer(row.get(name, 0)):
            errors[f"{place}.{name}"] = "must be an integer"
    channels = row.get("channel_ids")
    named = isinstance(channels, list) and bool(channels) and all(map(_is_integer, channels))
    if channels is not None and not named:
        errors[f"{place}.channel_ids"] = "must be null or a list of at least one channel"
    if errors:
        raise InvalidCustomersError(errors)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in (*_LENGTHS, *_NUMBERS) if name in row}
    if "channel_ids" in row:
        kept["channel_ids"] = None if row["channel_ids"] is None else tuple(row["channel_ids"])
    return kept


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
