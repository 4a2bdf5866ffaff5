"""The bridge as a client of one provider: requests that prove who sends them."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from bridge.domain.connection import Connection
from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.idp.calls import Calls
from bridge.idp.client_auth import Credential, Method, Shown, authenticated, credentials
from bridge.idp.dpop import Dpop, token_headers, token_wants_nonce

T = TypeVar("T")

_LOG = logging.getLogger("bridge")


class Client:
    """Sends forms to the provider's endpoints, authenticated the connection's way."""

    def __init__(
        self, connection: Connection, calls: Calls, now: Callable[[], float], token: Callable[[], str]
    ) -> None:
        self._connection = connection
        self._calls = calls
        self._now = now
        self._token = token
        self._credentials = [Credential(connection, secret, now, token) for secret in credentials(connection)]
        self._accepted = 0  # which of our secrets or keys the provider took last
        self._dpop = Dpop(now, token) if connection.dpop else None

    def post(
        self,
        endpoint: str,
        form: Mapping[str, str],
        audience: str,
        read: Callable[[HttpReply], T],
        deadline: Deadline,
        *,
        for_tokens: bool = False,
    ) -> T:
        """What `read` makes of the reply; it raises `Refused(CLIENT_REJECTED)` where the proof was not taken.

        Only then a second secret or key is tried. The one that was accepted last comes first:
        in a rotation no shopper pays for two tries. `audience`: whom an assertion is made for.
        `for_tokens`: whether the answer brings tokens, which are then bound to a key of ours where the
        connection wants that.
        """
        usable = self._credentials
        order = sorted(range(len(usable)), key=lambda position: position != self._accepted)
        dpop, kind = (self._dpop, "token") if for_tokens else (None, "pushed_request")
        for position in order:
            reply = self._ask(endpoint, form, usable[position], audience, dpop, deadline, kind=kind)
            try:
                answer = read(reply)
            except Refused as refused:
                if refused.reason is not Reason.CLIENT_REJECTED or position == order[-1]:
                    raise
            else:
                self._note_accepted(position, len(usable))
                return answer
        raise AssertionError("unreachable: the last credential returns or raises")

    def try_one(
        self,
        endpoint: str,
        form: Mapping[str, str],
        secret: Secret,
        audience: str,
        deadline: Deadline,
        method: Method | None = None,
    ) -> HttpReply:
        """The reply of a token endpoint to `form`, proven by this secret or key; nothing is learned from it.

        `method`: in place of the connection's.
        """
        credential = Credential(self._connection, secret, self._now, self._token, method)
        return self._ask(endpoint, form, credential, audience, self._dpop, deadline, kind="token")

    @property
    def accepted(self) -> int:
        """Which of our secrets or keys the provider took last, from 0."""
        return self._accepted

    def get(self, request: HttpRequest, access_token: str, deadline: Deadline) -> HttpReply:
        """The reply to a request that brings an access token, with a proof where it is bound to us."""
        dpop, method, url = self._dpop, request.method, request.url
        nonce = dpop.nonce(url) if dpop else ""
        headers = {**request.headers, **token_headers(dpop, method, url, access_token)}
        reply = self._calls.send(replace(request, headers=headers), deadline)
        if dpop and dpop.hear(url, reply) != nonce and reply.status == 401:
            # RFC 9449 section 9, once. Not by the challenge's words: of several we see only the last.
            headers |= token_headers(dpop, method, url, access_token)
            reply = self._calls.send(replace(request, headers=headers), deadline)
            dpop.hear(url, reply)
        return reply

    def _ask(
        self,
        endpoint: str,
        form: Mapping[str, str],
        credential: Credential,
        audience: str,
        dpop: Dpop | None,
        deadline: Deadline,
        *,
        kind: str,
    ) -> HttpReply:
        if dpop is None:
            shown = credential.shown(audience)
            return self._calls.send(authenticated(endpoint, form, shown, kind), deadline)
        nonce = dpop.nonce(endpoint)
        reply = self._send_bound(endpoint, form, credential.shown(audience), dpop, deadline, kind)
        if dpop.hear(endpoint, reply) != nonce and token_wants_nonce(reply):
            # Once: a server that always asks for another nonce must not keep us here.
            reply = self._send_bound(endpoint, form, credential.shown(audience), dpop, deadline, kind)
            dpop.hear(endpoint, reply)
        return reply

    def _send_bound(
        self, endpoint: str, form: Mapping[str, str], shown: Shown, dpop: Dpop, deadline: Deadline, kind: str
    ) -> HttpReply:
        """For tokens that only we can use."""
        request = authenticated(endpoint, form, shown, kind)
        headers = {**request.headers, "DPoP": dpop.proof("POST", endpoint)}
        return self._calls.send(replace(request, headers=headers), deadline)

    def _note_accepted(self, position: int, count: int) -> None:
        if position != self._accepted:
            self._accepted = position
            detail = f"secret or key {position + 1} of {count} is accepted now, another one no more"
            _LOG.warning(
                "client_credential_changed",
                extra={"connection": self._connection.name, "detail": detail},
            )
