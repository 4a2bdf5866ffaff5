"""The Core API (JSON:API), called with the integration's token."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from urllib.parse import urlencode

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.net.kept import Ages, Kept
from bridge.platforms.commercelayer.account import Account, Client
from bridge.platforms.commercelayer.errors import error_words
from bridge.platforms.commercelayer.grants import Grants
from bridge.platforms.commercelayer.pacing import Pace, Waiting, in_line

MEDIA_TYPE = "application/vnd.api+json"
#: Seconds. A token is good for two hours; the platform gives the same one again until 15 minutes are left.
TOKEN_AGES = Ages(fresh=600, stale=840, last_good=7200)
_SPARE = 10.0  # seconds of a token's life that are not relied on
_SIZE = 500_000  # bytes of an answer; a customer with its links takes some thousand


class Unprocessable(Exception):
    """The API understood and refused (409, 422): a duplicate, perhaps."""


@dataclass(frozen=True, slots=True)
class _Token:
    access_token: Secret
    good_until: float  # of the monotonic clock


class Api:
    """Calls by the integration, with one token for all requests."""

    def __init__(
        self,
        account: Account,
        client: Client,
        grants: Grants,
        pace: Pace,
        monotonic: Callable[[], float],
        waiting: Waiting,
    ) -> None:
        self._url = account.api_url
        self._client = client
        self._grants = grants
        self._pace = pace
        self._monotonic = monotonic
        self.token = Kept(
            self._fetch,
            **TOKEN_AGES,
            monotonic=monotonic,
            late=Reason.STORE_UNAVAILABLE,
            waiting=partial(in_line, waiting),
        )

    def get(self, path: str, query: dict[str, str | int], deadline: Deadline) -> dict[str, Any] | None:
        """The document at `path`; None where there is no such record. Raises `Refused`."""
        reply = self._call("GET", f"{path}?{urlencode(query)}" if query else path, None, deadline)
        if reply.status == 404 and "record_not_found" in error_words(reply):
            return None
        try:
            return document(reply)
        except Unprocessable as refusal:
            raise Refused(Reason.STORE_UNAVAILABLE, f"the store's API: {refusal}") from None

    def post(self, path: str, body: object, deadline: Deadline) -> dict[str, Any]:
        """The document that answers `body`. Raises `Refused` or `Unprocessable`."""
        return document(self._call("POST", path, json.dumps(body).encode(), deadline))

    def patch(self, path: str, body: object, deadline: Deadline) -> dict[str, Any] | None:
        """The document that answers `body`; None where there is no such record.

        Raises `Refused` or `Unprocessable`.
        """
        reply = self._call("PATCH", path, json.dumps(body).encode(), deadline)
        if reply.status == 404 and "record_not_found" in error_words(reply):
            return None
        return document(reply)

    def _call(
        self, method: Literal["GET", "POST", "PATCH"], path: str, body: bytes | None, deadline: Deadline
    ) -> HttpReply:
        """The reply; a token that is no longer taken is fetched anew, once."""
        token = self._current(deadline)
        reply = self._send(method, path, body, token, deadline)
        if reply.status == 401 and "invalid_token" in error_words(reply):
            renewed = self.token.renew(token, deadline)
            if renewed is not token:  # there is a budget for this
                reply = self._send(method, path, body, renewed, deadline)
        return reply

    def _send(
        self,
        method: Literal["GET", "POST", "PATCH"],
        path: str,
        body: bytes | None,
        token: _Token,
        deadline: Deadline,
    ) -> HttpReply:
        headers = {"Accept": MEDIA_TYPE, "Authorization": f"Bearer {token.access_token.reveal()}"}
        if body is not None:
            headers["Content-Type"] = MEDIA_TYPE
        request = HttpRequest(method, f"{self._url}/api{path}", headers, body, size_limit=_SIZE, kind="api")
        return self._pace.send(request, deadline)

    def _current(self, deadline: Deadline) -> _Token:
        token = self.token.get(deadline)
        if token.good_until <= self._monotonic():
            token = self.token.renew(token, deadline)
        return token

    def _fetch(self, deadline: Deadline) -> _Token:
        began = self._monotonic()
        token = self._grants.client_credentials(self._client, "", deadline)
        return _Token(token.access_token, began + token.expires_in - _SPARE)


def document(reply: HttpReply) -> dict[str, Any]:
    """The JSON object of a reply. Raises `Refused` or `Unprocessable`."""
    if reply.status in (200, 201):
        try:
            return parse_object(reply.body)
        except JsonFault as fault:
            raise Refused(Reason.STORE_UNAVAILABLE, f"the store's API: {fault}") from None
    words = ", ".join(sorted(error_words(reply))) or "no error code"
    if reply.status in (409, 422):
        raise Unprocessable(f"status {reply.status} ({words})")
    reason = Reason.STORE_MISCONFIGURED if reply.status in (401, 403) else Reason.STORE_UNAVAILABLE
    raise Refused(reason, f"the store's API answered {reply.status} ({words})")
