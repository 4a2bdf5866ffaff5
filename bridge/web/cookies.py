"""The bridge's cookies: a signed ticket per attempt; per store a session's handle, the last connection and
the language.

A ticket proves that this browser began the attempt. It is its own cookie, so that two tabs do
not overwrite each other; the number is capped, so that they never pile up to a 431.
"""

import json
from collections.abc import Mapping, Sequence

from itsdangerous import BadData
from itsdangerous.encoding import base64_decode, base64_encode
from werkzeug.wrappers import Response

from bridge.domain.attempt import Ticket
from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.compact_json import compact
from bridge.domain.limits import OUTCOME_LIFE
from bridge.domain.loop import Turns
from bridge.domain.secret import Secret
from bridge.web.signing import signer

MAX_TICKETS = 5
#: Of the older tickets together: a proxy may take no more than 8 kB in a header, and a state can be long.
MAX_SIZE = 5_000  # characters
TICKET_LIFE = 4 * 3600  # seconds; longer than an attempt, so that a slow shopper is recognised
TURNS_LIFE = 60  # seconds
LAST_LIFE = 180 * 86400  # seconds
SIGNED_OUT_LIFE = 600  # seconds
#: A longer goal is not repeated in the cookie: after a restart it is the store's default page.
_GOAL_LENGTH = 300


class Cookies:
    """Reads and writes them; `secure` is False only for plain http in development."""

    def __init__(self, keys: Sequence[Secret], *, secure: bool) -> None:
        """`keys`: newest first; the newest signs, all verify."""
        # __Host- keeps sibling domains from planting a ticket (login CSRF by cookie tossing).
        self.prefix = "__Host-bridge-" if secure else "bridge-"
        self._attempt_prefix = self.prefix + "attempt-"
        self._secure = secure
        self._signer = signer(keys, b"bridge.attempt")

    # -- tickets ----------------------------------------------------------------------------

    def ticket(self, cookies: Mapping[str, str], state: str) -> Ticket | None:
        """This browser's ticket for `state`, if it holds a genuine one."""
        value = cookies.get(self._name(state))
        ticket = self._read(value) if value else None
        return ticket if ticket is not None and ticket.state == state else None

    def has_tickets(self, cookies: Mapping[str, str]) -> bool:
        """Whether this browser holds any ticket at all."""
        return any(name.startswith(self._attempt_prefix) for name in cookies)

    def issue(
        self, response: Response, ticket: Ticket, cookies: Mapping[str, str], *, form_post: bool
    ) -> None:
        """Gives the browser its ticket, and takes its oldest ones when there are too many."""
        self._drop_oldest(response, cookies)
        self._set(response, self._name(ticket.state), self._write(ticket), TICKET_LIFE, form_post=form_post)

    def cut_short(self, response: Response, ticket: Ticket, *, form_post: bool) -> None:
        """Lets the browser know what Redis could not note: that the attempt's code was used."""
        value = self._write(ticket.as_used())
        self._set(response, self._name(ticket.state), value, TICKET_LIFE, form_post=form_post)

    def ended(
        self, response: Response, ticket: Ticket, cookies: Mapping[str, str], *, form_post: bool
    ) -> None:
        """Keeps the ticket of an attempt that ended, as it came, just long enough to repeat its outcome."""
        name = self._name(ticket.state)
        self._set(response, name, cookies[name], OUTCOME_LIFE, form_post=form_post)

    def _name(self, state: str) -> str:
        return self._attempt_prefix + state[:10]

    def _write(self, ticket: Ticket) -> str:
        goal = ticket.return_to if len(ticket.return_to) <= _GOAL_LENGTH else ""
        fields = [ticket.state, ticket.store, ticket.connection, goal, ticket.created_at, ticket.restarts]
        if ticket.binding or ticket.sealed:  # at the end: tickets of older versions are read as well
            fields += [ticket.binding.state, ticket.binding.code_challenge]
        if ticket.sealed:
            fields.append(ticket.sealed)
        return self._signer.sign(base64_encode(compact(fields))).decode()

    def _read(self, value: str) -> Ticket | None:
        try:
            fields = json.loads(base64_decode(self._signer.unsign(value)))
            state, store, connection, return_to, created_at, restarts, *more = fields
        except (BadData, ValueError):
            return None
        return Ticket(
            state=state,
            store=store,
            connection=connection,
            return_to=return_to,
            created_at=created_at,
            restarts=restarts,
            binding=Binding(state=more[0], code_challenge=more[1]) if more else UNBOUND,
            sealed=more[2] if more[2:] else "",
        )

    def _drop_oldest(self, response: Response, cookies: Mapping[str, str]) -> None:
        names = [name for name in cookies if name.startswith(self._attempt_prefix)]
        size = sum(len(cookies[name]) for name in names)
        if len(names) < MAX_TICKETS and size <= MAX_SIZE:
            return
        tickets = {name: self._read(cookies[name]) for name in names}
        by_age = sorted(names, key=lambda name: ticket.created_at if (ticket := tickets[name]) else 0)
        for left, name in zip(range(len(names), 0, -1), by_age, strict=True):
            if left < MAX_TICKETS and size <= MAX_SIZE:
                break
            size -= len(cookies[name])
            self._set(response, name, "", 0, form_post=False)

    # -- the loop breaker and the session ---------------------------------------------------

    def turns(self, cookies: Mapping[str, str]) -> Turns:
        """How often this browser was sent to sign in without a click."""
        return Turns.parse(cookies.get(self.prefix + "turns", ""))

    def set_turns(self, response: Response, turns: Turns) -> None:
        """Remembers them for a minute."""
        self._set(response, self.prefix + "turns", str(turns), TURNS_LIFE, form_post=False)

    def set_session(self, response: Response, store: str, handle: str, life: int) -> None:
        """Gives the browser the handle by which sign-out will know its session at `store`."""
        self._set(response, f"{self.prefix}session-{store}", handle, life, form_post=False)

    def session(self, cookies: Mapping[str, str], store: str) -> str:
        """That handle; empty for none."""
        return cookies.get(f"{self.prefix}session-{store}", "")

    # -- after a sign-out -------------------------------------------------------------------

    def signed_out(
        self, response: Response, cookies: Mapping[str, str], store: str, *, ended: bool = True
    ) -> None:
        """Takes what leads back in, and remembers for ten minutes that somebody left.

        Tickets of the store's sign-ins go as well: within a minute their callbacks could be repeated, by the
        back button, and sign the same person in again. Without `ended` the session's handle stays, so that
        trying again can end it; it signs nobody in.
        """
        for name in cookies:
            ticket = self._read(cookies[name]) if name.startswith(self._attempt_prefix) else None
            if ticket is not None and ticket.store == store:
                self.set(response, name, "", 0)
        if ended:
            self.set(response, f"{self.prefix}session-{store}", "", 0)
        self.forget_last(response, store)
        self.set(response, self.prefix + "signed-out", "1", SIGNED_OUT_LIFE)

    def was_signed_out(self, cookies: Mapping[str, str]) -> bool:
        """Whether somebody signed out in this browser just now, from whichever store, and nobody in since."""
        return self.prefix + "signed-out" in cookies

    def forget_signed_out(self, response: Response) -> None:
        """Somebody signed in."""
        self.set(response, self.prefix + "signed-out", "", 0)

    # -- the connection used last -----------------------------------------------------------

    def last(self, cookies: Mapping[str, str], store: str) -> str:
        """The connection by which this browser signed in to `store` last; anybody may have written it."""
        return cookies.get(f"{self.prefix}last-{store}", "")

    def set_last(self, response: Response, store: str, connection: str) -> None:
        """Remembers it, so that nobody chooses twice."""
        self._set(response, f"{self.prefix}last-{store}", connection, LAST_LIFE, form_post=False)

    def forget_last(self, response: Response, store: str) -> None:
        """Asks again next time: after a refusal of that account, or a sign-out."""
        self._set(response, f"{self.prefix}last-{store}", "", 0, form_post=False)

    # -- the language asked for by the storefront -------------------------------------------

    def language(self, cookies: Mapping[str, str], store: str) -> str:
        """The language that a link of `store` asked for lately; anybody may have written it."""
        return cookies.get(f"{self.prefix}language-{store}", "")

    def set_language(self, response: Response, store: str, tag: str) -> None:
        """Remembers it, so that the pages at the end of a sign-in speak as those at its beginning did."""
        self._set(response, f"{self.prefix}language-{store}", tag, TICKET_LIFE, form_post=False)

    def set(self, response: Response, name: str, value: str, life: int) -> None:
        """One cookie that other sites' pages do not bring along; a `life` of 0 seconds takes it."""
        self._set(response, name, value, life, form_post=False)

    def _set(self, response: Response, name: str, value: str, life: int, *, form_post: bool) -> None:
        """One Set-Cookie line. Only form_post, a cross-site POST, needs SameSite=None.

        Over plain http browsers refuse SameSite=None; there the attribute is left out.
        """
        if form_post:
            attributes = "; Secure; SameSite=None" if self._secure else ""
        else:
            attributes = "; Secure; SameSite=Lax" if self._secure else "; SameSite=Lax"
        response.headers.add("Set-Cookie", f"{name}={value}; Path=/; Max-Age={life}; HttpOnly{attributes}")
