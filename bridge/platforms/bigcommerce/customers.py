"""Customers by the v3 API: found by e-mail on the right channel, created once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bridge.domain.customer import Customer, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.email import normal_email
from bridge.domain.profile import Details
from bridge.domain.refusal import Reason, Refused
from bridge.net.kept import Kept
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.api import Api, Unprocessable, document

#: E-mail is unique per channel, so several customers can share one; more than a page is a flood.
_PAGE = 50


class Customers:
    """Look-up and creation for one channel."""

    def __init__(self, account: Account, api: Api, global_logins: Kept[bool]) -> None:
        """`global_logins`: whether customers bound to no channel may sign in on this one."""
        self._account = account
        self._api = api
        self._global_logins = global_logins

    def find(self, email: str, deadline: Deadline) -> list[Customer]:
        """Those with this address who may sign in on this channel (compared without case).

        Stores may find look-alikes too (a Kelvin sign for a k): whoever registered one is somebody else.
        """
        reply = self._api.get("/v3/customers", {"email:in": email, "limit": _PAGE}, deadline)
        same = [row for row in _rows(reply) if normal_email(row.get("email")) == email]
        return [Customer(str(row["id"])) for row in same if self._may_sign_in(row, deadline)]

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        """Whether there is such a customer who may sign in on this channel."""
        reply = self._api.get("/v3/customers", {"id:in": customer.id}, deadline)
        return any(
            str(row.get("id")) == customer.id and self._may_sign_in(row, deadline) for row in _rows(reply)
        )

    def create(self, profile: Profile, deadline: Deadline) -> Customer:
        """A new customer; or the one that somebody else created a moment before."""
        row = self._row(profile, deadline)
        try:
            created = self._created(row, deadline)
        except Unprocessable as refusal:
            found = self.find(profile.email, deadline)
            if not found and "customer_group_id" in row:
                # Perhaps a group that is gone: nobody is kept out for that. The next update says so.
                return self.create(replace(profile, details=replace(profile.details, group="")), deadline)
            if len(found) != 1 or not profile.match_email:
                raise Refused(Reason.STORE_REJECTED, f"creating the customer: {refusal}") from None
            return found[0]
        if len(created) != 1:
            raise Refused(Reason.STORE_REJECTED, "creating the customer: the answer names none")
        return Customer(str(created[0]["id"]))

    def _created(self, row: Mapping[str, Any], deadline: Deadline) -> list[dict[str, Any]]:
        return _rows(self._api.post("/v3/customers", [row], deadline))

    def _row(self, profile: Profile, deadline: Deadline) -> dict[str, Any]:
        row: dict[str, Any] = {
            "email": profile.email,
            "first_name": profile.first_name[:100],
            "last_name": profile.last_name[:100],
            **details_row(profile.details),
            "origin_channel_id": self._account.channel_id,
            "trigger_account_created_notification": False,
        }
        if not self._global_logins.get(deadline):
            row["channel_ids"] = [self._account.channel_id]
        return row

    def _may_sign_in(self, row: Mapping[str, Any], deadline: Deadline) -> bool:
        channels = row.get("channel_ids")
        if channels:
            return self._account.channel_id in channels
        return self._global_logins.get(deadline)


def details_row(details: Details) -> dict[str, Any]:
    """The fields of a customer's row; an id of a group that is no number is none of BigCommerce's."""
    row: dict[str, Any] = {str(name): value for name, value in details.plain.items()}
    if details.group.isdecimal():
        row["customer_group_id"] = int(details.group)
    return row


def allows_global_logins(account: Account, api: Api, deadline: Deadline) -> bool:
    """The channel's setting; where it may not be read, BigCommerce's default: channel 1 only.

    Raises `Refused` when the store's API is unwell: a guess would be kept for as long as the truth.
    """
    reply = api.call("GET", f"/v3/customers/settings/channels/{account.channel_id}", None, deadline)
    if 400 <= reply.status < 500 and reply.status != 429:
        return account.channel_id == 1
    data = document(reply).get("data")
    allowed = data.get("allow_global_logins") if isinstance(data, dict) else None
    return allowed if isinstance(allowed, bool) else account.channel_id == 1


def _rows(reply: Mapping[str, Any]) -> list[dict[str, Any]]:
    data = reply.get("data")
    if not isinstance(data, list) or not all(
        isinstance(row, dict) and type(row.get("id")) is int for row in data
    ):
        raise Refused(Reason.STORE_UNAVAILABLE, "the store's API answered with something else than customers")
    return data
