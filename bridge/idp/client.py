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
from bridge.idp.client_auth import Authenticate, Proof, authenticated, credentials
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
        usable = credentials(self._connection)
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
        credential: Secret,
        audience: str,
        deadline: Deadline,
        prove: Authenticate | None = None,
    ) -> HttpReply:
        """The reply of a token endpoint to `form`, proven by this secret or key; nothing is learned from it.

        `prove`: in place of the connection's way.
        """
        return self._ask(endpoint, form, credential, audience, self._dpop, deadline, prove)

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
        credential: Secret,
        audience: str,
        dpop: Dpop | None,
        deadline: Deadline,
        prove: Authenticate | None = None,
        *,
        kind: str = "token",
    ) -> HttpReply:
        nonce = dpop.nonce(endpoint) if dpop else ""
        reply = self._send(endpoint, form, credential, audience, dpop, deadline, prove, kind)
        if dpop and dpop.hear(endpoint, reply) != nonce and token_wants_nonce(reply):
            # Once: a server that always asks for another nonce must not keep us here.
            reply = self._send(endpoint, form, credential, audience, dpop, deadline, prove, kind)
            dpop.hear(endpoint, reply)
        return reply

    def _send(
        self,
        endpoint: str,
        form: Mapping[str, str],
        credential: Secret,
        audience: str,
        dpop: Dpop | None,
        deadline: Deadline,
        prove: Authenticate | None,
        kind: str,
    ) -> HttpReply:
        connection = self._connection
        now, jti = self._now(), self._token()
        proof = Proof(
            connection.client_id,
            credential,
            audience,
            now,
            jti,
            connection.client_rsa_alg,
            connection.apple_team_id,
            connection.apple_key_id,
        )
        request = replace(authenticated(connection, endpoint, form, proof, prove), kind=kind)
        if dpop:
            headers = {**request.headers, "DPoP": dpop.proof("POST", endpoint)}
            request = replace(request, headers=headers)
        return self._calls.send(request, deadline)

    def _note_accepted(self, position: int, count: int) -> None:
        if position != self._accepted:
            self._accepted = position
            detail = f"secret or key {position + 1} of {count} is accepted now, another one no more"
            _LOG.warning(
                "client_credential_changed",
                extra={"connection": self._connection.name, "detail": detail},
            )
