"""The management API: one call, its answer judged once (PLATFORMS: REST plumbing)."""

import json
from typing import Any
from urllib.parse import urlencode

from bridge.domain.deadline import Deadline
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.platforms.bigcommerce.account import Account


class Unprocessable(Exception):
    """The API understood and refused (409, 422): a duplicate, perhaps."""


class Api:
    """Calls with the account's access token."""

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._http = http

    @property
    def available(self) -> bool:
        """Whether there is an access token to call with."""
        return self._account.access_token is not None

    def get(self, path: str, query: dict[str, str | int], deadline: Deadline) -> dict[str, Any]:
        """The JSON object at `path`. Raises `Refused`."""
        url = f"{path}?{urlencode(query)}" if query else path
        try:
            return document(self.call("GET", url, None, deadline))
        except Unprocessable as refusal:
            raise Refused(Reason.STORE_UNAVAILABLE, f"the store's API: {refusal}") from None

    def post(self, path: str, body: object, deadline: Deadline) -> dict[str, Any]:
        """The JSON object that answers `body`. Raises `Refused` or `Unprocessable`."""
        return document(self.call("POST", path, json.dumps(body).encode(), deadline))

    def call(self, method: Any, path: str, body: bytes | None, deadline: Deadline) -> HttpReply:
        """The reply, whatever its status, for who wants to see it. Raises `Refused`."""
        account = self._account
        headers = {"Accept": "application/json"}
        if account.access_token is not None:
            headers["X-Auth-Token"] = account.access_token.reveal()
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"{account.api_url}/stores/{account.store_hash}{path}"
        try:
            return self._http.send(HttpRequest(method, url, headers, body, kind="api"), deadline)
        except HttpFailure as failure:
            reason = Reason.STORE_BUSY if failure.kind == "busy" else Reason.STORE_UNAVAILABLE
            raise Refused(reason, str(failure)) from None


def document(reply: HttpReply) -> dict[str, Any]:
    """The JSON object of a reply. Raises `Refused` or `Unprocessable`."""
    if reply.status in (409, 422):
        raise Unprocessable(f"status {reply.status}")
    if reply.status in (401, 403):
        raise Refused(Reason.STORE_MISCONFIGURED, f"the store's API answered {reply.status}")
    if reply.status == 429:  # without its headers this means overload
        wait = reply.headers.get("x-rate-limit-time-reset-ms", "unknown")[:10]
        after = -(-int(wait) // 1000) if wait.isdecimal() else 0
        raise Refused(
            Reason.STORE_BUSY, f"the store's API is rate limited; free again in {wait} ms", retry_after=after
        )
    if reply.status >= 500 or not 200 <= reply.status < 300:
        raise Refused(Reason.STORE_UNAVAILABLE, f"the store's API answered {reply.status}")
    try:
        return parse_object(reply.body)
    except JsonFault as fault:
        raise Refused(Reason.STORE_UNAVAILABLE, f"the store's API: {fault}") from None
