"""Customers by the Core API: found by e-mail or by identity, created once."""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bridge.domain.customer import Customer, CustomerGone, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.email import normal_email
from bridge.domain.identity import IdentityKey
from bridge.domain.profile import EMAIL_STAYS, Details
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.platforms.commercelayer.api import Api, Unprocessable

#: The largest page there is; more customers with one address than this are ambiguous all the same.
_PAGE = 25
_PASSWORD_BYTES = 32
_PROOF = "bridge"  # the member of `metadata` that shows who created a customer
#: What the platform may not take, while all the rest is in order: left out one after the other.
_ATTEMPTS: tuple[tuple[str, ...], ...] = ((), ("group",), ("email",), ("group", "email"))
_STAYS = {
    "group": "the group stays: the store does not take the new one",
    "email": f"{EMAIL_STAYS}: the store does not take the new one",
}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Customers:
    """Look-up and creation in one organization."""

    def __init__(self, api: Api, customer_group: str, proof_key: Secret) -> None:
        """`customer_group`: the id of the group that new customers belong to; empty for none.

        `proof_key`: marks the customers that this bridge created.
        """
        self._api = api
        self._customer_group = customer_group
        self._proof_key = proof_key

    def find(self, email: str, deadline: Deadline) -> list[Customer]:
        """Those with this address (compared without case). No look-alikes, which a store may find too."""
        rows = self._list({"email_eq": email}, deadline)
        same = [row for row in rows if normal_email(row["attributes"].get("email")) == email]
        return [Customer(row["id"]) for row in same]

    def find_by_identity(self, identity: IdentityKey, deadline: Deadline) -> Customer | None:
        """The customer whom a bridge with this proof key created for the identity.

        `reference` and `reference_origin` alone prove nothing: whoever has the storefront's public client id
        can create a customer with any of them, and wait for its owner to sign in to it for the first time.
        """
        query = {"reference_eq": identity.subject, "reference_origin_eq": identity.issuer}
        ours = [row for row in self._list(query, deadline) if self._is_ours(row["attributes"], identity)]
        if len(ours) > 1:
            raise Refused(Reason.CUSTOMER_AMBIGUOUS, f"{len(ours)} customers were created for this identity")
        return Customer(ours[0]["id"]) if ours else None

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        """Whether there is such a customer."""
        reply = self._api.get(f"/customers/{customer.id}", {}, deadline)
        return reply is not None and _row(reply.get("data"))["id"] == customer.id

    def create(self, profile: Profile, deadline: Deadline) -> Customer:
        """A new customer; or the one that somebody else created a moment before."""
        try:
            reply = self._api.post("/customers", {"data": self._new(profile)}, deadline)
        except Unprocessable as refusal:
            return self._reconcile(profile, str(refusal), deadline)
        return Customer(_row(reply.get("data"))["id"])

    def _reconcile(self, profile: Profile, refusal: str, deadline: Deadline) -> Customer:
        ours = self.find_by_identity(profile.identity, deadline) if profile.identity else None
        found = [ours] if ours else self.find(profile.email, deadline)
        if not found and profile.details.group:
            # Perhaps a group that is gone: nobody is kept out for that. The next update says so.
            return self.create(replace(profile, details=replace(profile.details, group="")), deadline)
        if len(found) != 1 or not (ours or profile.match_email):
            raise Refused(Reason.STORE_REJECTED, f"creating the customer: {refusal}")
        return found[0]

    def _new(self, profile: Profile) -> dict[str, Any]:
        # Without a password wallets and saved payment sources are limited. Nobody ever learns this one.
        attributes: dict[str, Any] = {
            "email": profile.email,
            "password": secrets.token_urlsafe(_PASSWORD_BYTES),
        }
        if profile.identity is not None:
            attributes["reference"] = profile.identity.subject
            attributes["reference_origin"] = profile.identity.issuer
            attributes["metadata"] = {**profile.details.metadata, _PROOF: self._proof(profile.identity)}
        elif profile.details.metadata:
            attributes["metadata"] = dict(profile.details.metadata)
        group = profile.details.group or self._customer_group
        return {"type": "customers", "attributes": attributes, **_group(group)}

    def update(self, customer: Customer, details: Details, deadline: Deadline) -> list[str]:
        """See the port `Platform`."""
        left: list[str] = []
        attributes: dict[str, Any] = {}
        if details.metadata:
            # It is replaced as a whole; somebody else's entries, and the proof, must not be lost.
            told = {name: value for name, value in details.metadata.items() if name != _PROOF}
            attributes["metadata"] = {**self._metadata(customer, deadline), **told}
        if details.email and any(other != customer for other in self.find(details.email, deadline)):
            left.append(f"{EMAIL_STAYS}: another customer has the new one")
        elif details.email:
            attributes["email"] = details.email
        group, refusal = details.group, ""
        for left_out in _ATTEMPTS:
            if not ({"email"} & set(left_out) <= set(attributes) and ("group" not in left_out or group)):
                continue
            kept = {name: value for name, value in attributes.items() if name not in left_out}
            related = {} if "group" in left_out else _group(group)
            row = {"type": "customers", "id": customer.id, "attributes": kept, **related}
            try:
                if (kept or related) and self._api.patch(
                    f"/customers/{customer.id}", {"data": row}, deadline
                ) is None:
                    raise CustomerGone
            except Unprocessable as refused:
                refusal = str(refused)
                continue
            return [*left, *(_STAYS[what] for what in left_out)]
        raise Refused(Reason.STORE_REJECTED, f"changing the customer: {refusal}")

    def unknown_groups(self, ids: Sequence[str], deadline: Deadline) -> list[str]:
        """Those of `ids` that the organization has not. Raises `Refused`."""
        return [group for group in ids if self._api.get(f"/customer_groups/{group}", {}, deadline) is None]

    def _metadata(self, customer: Customer, deadline: Deadline) -> dict[str, Any]:
        reply = self._api.get(f"/customers/{customer.id}", {}, deadline)
        if reply is None:
            raise CustomerGone
        metadata = _row(reply.get("data"))["attributes"].get("metadata")
        return metadata if isinstance(metadata, dict) else {}

    def _proof(self, identity: IdentityKey) -> str:
        """What only we can write: 128 bits of an HMAC over the identity."""
        key = self._proof_key.reveal().encode()
        tag = hmac.digest(key, f"created for\0{identity.digest}".encode(), "sha256")
        return urlsafe_b64encode(tag[:16]).decode().rstrip("=")

    def _is_ours(self, attributes: Mapping[str, Any], identity: IdentityKey) -> bool:
        metadata = attributes.get("metadata")
        proof = metadata.get(_PROOF) if isinstance(metadata, dict) else None
        return (
            attributes.get("reference") == identity.subject
            and attributes.get("reference_origin") == identity.issuer
            and isinstance(proof, str)
            and hmac.compare_digest(proof.encode(), self._proof(identity).encode())
        )

    def _list(self, predicates: Mapping[str, str], deadline: Deadline) -> list[dict[str, Any]]:
        query: dict[str, str | int] = {f"filter[q][{name}]": value for name, value in predicates.items()}
        reply = self._api.get("/customers", {**query, "page[size]": _PAGE}, deadline)
        data = reply.get("data") if reply is not None else None
        if not isinstance(data, list):
            raise _not_customers()
        return [_row(row) for row in data]


def _group(group: str) -> dict[str, Any]:
    """The member of a row that puts a customer into a group; none for an empty id."""
    if not group:
        return {}
    return {"relationships": {"customer_group": {"data": {"type": "customer_groups", "id": group}}}}


def is_customer_id(text: str) -> bool:
    """Whether this can be the id of a customer there: it becomes part of a path."""
    return bool(_ID.fullmatch(text))


def _row(row: object) -> dict[str, Any]:
    """One customer, with an id and attributes. Raises `Refused` for anything else."""
    if not isinstance(row, dict) or row.get("type") != "customers":
        raise _not_customers()
    if not isinstance(row.get("id"), str) or not is_customer_id(row["id"]):
        raise _not_customers()
    if not isinstance(row.get("attributes"), dict):
        raise _not_customers()
    return row


def _not_customers() -> Refused:
    return Refused(Reason.STORE_UNAVAILABLE, "the store's API answered with something else than customers")
