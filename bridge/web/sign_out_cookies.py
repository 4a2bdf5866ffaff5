"""The cookies of a sign-out: a signed ticket for each that is under way, and that there was one."""

import json
from collections.abc import Mapping, Sequence
from typing import get_args

from itsdangerous import BadData
from itsdangerous.encoding import base64_decode, base64_encode
from werkzeug.wrappers import Response

from bridge.domain.compact_json import compact
from bridge.domain.secret import Secret
from bridge.domain.sign_out import LeaveTicket, ProviderPart
from bridge.web.cookies import Cookies
from bridge.web.signing import signer

MAX_TICKETS = 3  # in one browser: tabs that sign out at the same time
TICKET_LIFE = 600  # seconds; some providers ask whether somebody is sure
#: A longer goal is not kept: there it ends on the bridge's own page.
_GOAL_LENGTH = 300
_PARTS: tuple[str, ...] = get_args(ProviderPart)


class LeaveTickets:
    """Reads and writes tickets. Salted otherwise than those of sign-ins: none can stand for another."""

    def __init__(self, keys: Sequence[Secret], cookies: Cookies) -> None:
        """`keys`: newest first; the newest signs, all verify."""
        self._cookies = cookies
        self._prefix = cookies.prefix + "leaving-"
        self._signer = signer(keys, b"bridge.leaving")

    def ticket(
        self, cookies: Mapping[str, str], store: str, state: str | None, now: float
    ) -> LeaveTicket | None:
        """This browser's ticket for `state` at `store`, if it holds a genuine one.

        Without a state, that of a sign-out whose provider is known to hand none back, the newest one.
        """
        tickets = self._all(cookies, store, now)
        if state is None:
            return next((one for one in tickets if not one.has_state), None)
        return next((one for one in tickets if one.state == state), None)

    def newest(self, cookies: Mapping[str, str], store: str, now: float) -> LeaveTicket | None:
        """The sign-out from `store` that this browser began last and has not finished."""
        return next(iter(self._all(cookies, store, now)), None)

    def issue(self, response: Response, ticket: LeaveTicket, cookies: Mapping[str, str]) -> None:
        """Gives the browser its ticket, and takes its oldest ones when there are too many."""
        names = [name for name in cookies if name.startswith(self._prefix)]
        tickets = {name: self._read(cookies[name]) for name in names}
        by_age = sorted(names, key=lambda name: one.created_at if (one := tickets[name]) else 0)
        for name in by_age[: max(0, len(names) - MAX_TICKETS + 1)]:
            self._cookies.set(response, name, "", 0)
        self._cookies.set(response, self._name(ticket), self._write(ticket), TICKET_LIFE)

    def drop(self, response: Response, ticket: LeaveTicket) -> None:
        """Takes it back: good for one way to the store."""
        self._cookies.set(response, self._name(ticket), "", 0)

    def _name(self, ticket: LeaveTicket) -> str:
        return self._prefix + ticket.state[:10]

    def _all(self, cookies: Mapping[str, str], store: str, now: float) -> list[LeaveTicket]:
        """Of one store, and not too old, newest first: a browser may keep a cookie for longer than told."""
        read = [self._read(value) for name, value in cookies.items() if name.startswith(self._prefix)]
        alive = [one for one in read if one and one.store == store and now - one.created_at <= TICKET_LIFE]
        return sorted(alive, key=lambda one: -one.created_at)

    def _write(self, ticket: LeaveTicket) -> str:
        goal = ticket.return_to if len(ticket.return_to) <= _GOAL_LENGTH else ""
        fields = [
            ticket.state,
            ticket.store,
            ticket.connection,
            ticket.customer,
            goal,
            ticket.created_at,
            ticket.provider,
            ticket.has_state,
        ]
        return self._signer.sign(base64_encode(compact(fields))).decode()

    def _read(self, value: str) -> LeaveTicket | None:
        try:
            fields = json.loads(base64_decode(self._signer.unsign(value)))
            state, store, connection, customer, return_to, created_at, provider, has_state = fields
        except (BadData, ValueError):
            return None
        return LeaveTicket(
            state=state,
            store=store,
            connection=connection,
            customer=customer,
            return_to=return_to,
            created_at=created_at,
            provider=provider if provider in _PARTS else "unknown",
            has_state=has_state,
        )
