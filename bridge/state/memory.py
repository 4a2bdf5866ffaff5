"""The memory twin of the Redis adapters, for unit tests: the same promises, in one process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.customer import Customer, Link
from bridge.domain.deadline import Deadline
from bridge.domain.limits import OUTCOME_LIFE, UNDERWAY_LIFE
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import Session


class MemoryState:
    """`Attempts`, `SignIns` and `Audit` at once."""

    def __init__(self, now: Callable[[], float], pause: Callable[[float], None], lifetime: int = 900) -> None:
        self._now = now
        self._pause = pause
        self._lifetime = lifetime
        self._lock = threading.RLock()
        self._progress: dict[str, tuple[Attempt | Outcome | Underway, float]] = {}
        self._links: dict[tuple[str, str], Link] = {}
        self._held: dict[tuple[str, str, str], str] = {}
        self._creating: set[tuple[str, str]] = set()
        self.sessions: list[Session] = []
        self.events: list[tuple[str, str]] = []

    # -- Attempts ---------------------------------------------------------------------------

    def put(self, attempt: Attempt) -> None:
        self._set(attempt.state, attempt, self._lifetime)

    def take(self, state: str) -> Attempt | Outcome | Underway | None:
        with self._lock:
            held = self.peek(state)
            if isinstance(held, Attempt):
                self._set(state, Underway(), UNDERWAY_LIFE)
            return held

    def peek(self, state: str) -> Attempt | Outcome | Underway | None:
        held = self._progress.get(state)
        return held[0] if held and self._now() < held[1] else None

    def refuse(self, ticket: Ticket, outcome: Outcome, refused: Refused) -> None:
        self._set(ticket.state, outcome, OUTCOME_LIFE)
        self.refused(ticket.reference, refused, ticket.store, ticket.connection)

    def _set(self, state: str, value: Attempt | Outcome | Underway, life: float) -> None:
        self._progress[state] = (value, self._now() + life)

    # -- SignIns ----------------------------------------------------------------------------

    def record(self, ticket: Ticket, session: Session) -> Customer | None:
        link = self._links.get((session.identity.digest, session.store))
        if link is None:
            return None
        outcome = Outcome(store=ticket.store, return_to=ticket.return_to, session=session.handle)
        self._set(ticket.state, replace(outcome, customer=link.customer), OUTCOME_LIFE)
        self.sessions.append(session)
        self.events.append(("signed_in", ticket.reference))
        return link.customer

    def link(self, link: Link) -> bool:
        with self._lock:
            if (link.identity.digest, link.store) in self._links:
                return True
            claim = (link.store, link.customer.id, link.connection)
            if self._held.setdefault(claim, link.identity.digest) != link.identity.digest:
                return False
            self._links[link.identity.digest, link.store] = link
            return True

    @contextmanager
    def creating(self, store: str, email: str, deadline: Deadline) -> Iterator[None]:
        while not self._begin(store, email):
            if deadline.remaining() < 1:
                raise Refused(Reason.CUSTOMER_BUSY)
            self._pause(0.05)
        try:
            yield
        finally:
            self._creating.discard((store, email))

    def _begin(self, store: str, email: str) -> bool:
        with self._lock:
            free = (store, email) not in self._creating
            self._creating.add((store, email))
            return free

    # -- Audit ------------------------------------------------------------------------------

    def refused(self, reference: str, refused: Refused, store: str, connection: str) -> None:
        del store, connection
        self.events.append((refused.reason.value, reference))
