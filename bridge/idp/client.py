"""The bridge as a client of one provider: requests that prove who sends them."""

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from bridge.domain.connection import Connection
from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply
from bridge.domain.refusal import Reason, Refused
from bridge.idp.calls import Calls
from bridge.idp.client_auth import Proof, authenticated, credentials

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

    def post(
        self,
        endpoint: str,
        form: Mapping[str, str],
        audience: str,
        read: Callable[[HttpReply], T],
        deadline: Deadline,
    ) -> T:
        """What `read` makes of the reply; it raises `Refused(CLIENT_REJECTED)` where the proof was not taken.

        Only then a second secret or key is tried. The one that was accepted last comes first:
        in a rotation no shopper pays for two tries. `audience`: whom an assertion is made for.
        """
        usable = credentials(self._connection)
        order = sorted(range(len(usable)), key=lambda position: position != self._accepted)
        for position in order:
            proof = Proof(self._connection.client_id, usable[position], audience, self._now(), self._token())
            reply = self._calls.send(authenticated(self._connection, endpoint, form, proof), deadline)
            try:
                answer = read(reply)
            except Refused as refused:
                if refused.reason is not Reason.CLIENT_REJECTED or position == order[-1]:
                    raise
            else:
                self._note_accepted(position, len(usable))
                return answer
        raise AssertionError("unreachable: the last credential returns or raises")

    def _note_accepted(self, position: int, count: int) -> None:
        if position != self._accepted:
            self._accepted = position
            detail = f"secret or key {position + 1} of {count} is accepted now, another one no more"
            _LOG.warning(
                "client_credential_changed",
                extra={"connection": self._connection.name, "detail": detail},
            )
