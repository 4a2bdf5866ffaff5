"""An attempt as its browser carries it, sealed: for when Redis lost the record."""

import json
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64Error
from collections.abc import Callable, Sequence

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.base64url import encoded
from bridge.domain.compact_json import compact
from bridge.domain.secret import Secret
from bridge.state.sealing import Seal

#: By which two bridges' clocks may differ.
_SKEW = 60  # seconds


class AttemptSeal:
    """What of an attempt only the bridge may know, in a form that a ticket can hold.

    It opens for the ticket's own state alone, under the current cookie keys, and for some minutes.
    """

    def __init__(self, keys: Sequence[Secret], seconds: int, now: Callable[[], float]) -> None:
        """`keys`: newest first. `seconds`: how old an attempt may be."""
        self._seal = Seal(keys, "attempt")
        self._seconds = seconds
        self._now = now
        #: Seconds for which it must be known that an attempt was taken: as long as its ticket would open.
        self.known = seconds + _SKEW

    def close(self, attempt: Attempt) -> str:
        """For the cookie: base64url."""
        fields: list[object] = [attempt.nonce, attempt.code_verifier]
        if attempt.portal_parameters:
            fields.append(dict(attempt.portal_parameters))
        return encoded(self._seal.close(compact(fields), attempt.state))

    def open(self, ticket: Ticket) -> Attempt | None:
        """The attempt; None where it is too old, or the ticket does not hold it."""
        age = self._now() - ticket.created_at
        if not -_SKEW <= age <= self._seconds:
            return None
        try:
            sealed = urlsafe_b64decode(ticket.sealed + "=" * (-len(ticket.sealed) % 4))
        except (NotBase64Error, ValueError):
            return None
        text = self._seal.open(sealed, ticket.state)
        if text is None:
            return None
        nonce, code_verifier, *portal = json.loads(text)
        return Attempt(
            state=ticket.state,
            store=ticket.store,
            connection=ticket.connection,
            return_to=ticket.return_to,
            created_at=ticket.created_at,
            restarts=ticket.restarts,
            binding=ticket.binding,
            nonce=nonce,
            code_verifier=code_verifier,
            portal_parameters=portal[0] if portal else {},
        )
