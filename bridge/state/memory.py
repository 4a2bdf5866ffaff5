"""The memory twin of the Redis adapters, for unit tests: the same promises, in one process."""

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.customer import Customer, Due, Link, Note, Stale
from bridge.domain.deadline import Deadline
from bridge.domain.identity import IdentityKey
from bridge.domain.limits import OUTCOME_LIFE, UNDERWAY_LIFE
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.ports import Occasion
from bridge.domain.rates import Rate, TooOftenError
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import Session
from bridge.domain.story import Story, written
from bridge.state.memory_links import MemoryLinks

FALLBACK = 300  # seconds in which an attempt that was lost may go on


class MemoryState:
    """`Attempts`, `SignIns` and `Audit` at once; with `links`, which they share."""

    def __init__(self, now: Callable[[], float], pause: Callable[[float], None], lifetime: int = 900) -> None:
        self._now = now
        self._pause = pause
        self._lifetime = lifetime
        self._lock = threading.RLock()
        self._progress: dict[str, tuple[Attempt | Outcome | Underway, float]] = {}
        self._taken: set[str] = set()
        self._sealed: dict[str, Attempt] = {}  # what browsers carry
        self.links = MemoryLinks(self._lock, self._fence_holds)
        self._creating: dict[tuple[str, str], str] = {}
        self.sessions: list[Session] = []
        self.events: list[tuple[str, str]] = []
        self.blocked: set[tuple[str, str]] = set()  # identities, by their digest
        self.barred: set[tuple[str, str]] = set()  # customers
        self.remarks: list[tuple[str, str, str]] = []
        self._notes: dict[tuple[str, str, str], Note] = {}
        self.told: list[tuple[str, str]] = []  # stories, by their reference
        self._counts: dict[str, tuple[int, float]] = {}  # until when

    # -- Attempts ---------------------------------------------------------------------------

    def put(self, attempt: Attempt, story: Story | None = None, rates: Sequence[Rate] = ()) -> Ticket:
        self._count(rates)
        self._tell(attempt.reference, story)
        self._set(attempt.state, attempt, self._lifetime)
        sealed = f"sealed {attempt.state}"
        self._sealed[sealed] = attempt
        return attempt.ticket_holding(sealed)

    def _count(self, rates: Sequence[Rate]) -> None:
        for rate in rates:
            with self._lock:
                count, ends = self._counts.get(rate.what, (0, 0.0))
                if ends <= self._now():
                    count, ends = 0, self._now() + 60
                self._counts[rate.what] = count + 1, ends
            if count >= rate.limit:
                raise TooOftenError(rate, max(1, int(ends - self._now())))

    def take(self, state: str) -> Attempt | Outcome | Underway | None:
        with self._lock:
            held = self.peek(state)
            if isinstance(held, Attempt):
                self._set(state, Underway(), UNDERWAY_LIFE)
                self._taken.add(state)
            return held

    def recover(self, ticket: Ticket) -> Attempt | Outcome | Underway | None:
        with self._lock:
            attempt = self._sealed.get(ticket.sealed)
            if attempt is None or attempt.state != ticket.state or self._now() - ticket.created_at > FALLBACK:
                return None
            if self.peek(ticket.state) is None and ticket.state not in self._taken:
                self._set(ticket.state, attempt, self._lifetime)
            taken = self.take(ticket.state)
            return replace(taken, recovered=True) if isinstance(taken, Attempt) else taken

    def lose_memory(self) -> None:
        """As a server does that restarts without its data; links stay, which a real one keeps elsewhere."""
        self._progress.clear()
        self._taken.clear()

    def peek(self, state: str) -> Attempt | Outcome | Underway | None:
        held = self._progress.get(state)
        return held[0] if held and self._now() < held[1] else None

    def refuse(self, ticket: Ticket, outcome: Outcome, refused: Refused, story: Story | None = None) -> None:
        self._tell(ticket.reference, story)
        self._set(ticket.state, outcome, OUTCOME_LIFE)
        self.refused(ticket.reference, refused, ticket.store, ticket.connection)

    def _tell(self, reference: str, story: Story | None) -> None:
        if story is not None:
            self.told.append((reference, written(story)))

    def _set(self, state: str, value: Attempt | Outcome | Underway, life: float) -> None:
        self._progress[state] = (value, self._now() + life)

    # -- SignIns ----------------------------------------------------------------------------

    def record(
        self,
        ticket: Ticket,
        session: Session,
        due: Due | None = None,
        note: Note | None = None,
        story: Story | None = None,
    ) -> Customer | Stale | None:
        if self.is_blocked(session.identity, session.store):
            raise Refused(Reason.CUSTOMER_BLOCKED, "an operator blocked this identity, or its customer")
        link = self.links.find(session.identity, session.store)
        if link is None:
            return None
        where = session.identity.digest, session.store, link.customer.id
        held = self._notes.get(where, Note())
        if note is not None:
            self._notes[where] = note
        elif due and (held.profile != (due.profile or held.profile) or held.seen < due.seen_since):
            return Stale(customer=link.customer, note=held)
        outcome = Outcome(
            store=ticket.store,
            return_to=ticket.return_to,
            session=session.handle,
            identity=session.identity,
        )
        self._set(ticket.state, replace(outcome, customer=link.customer), OUTCOME_LIFE)
        self.sessions.append(session)
        self.events.append(("signed_in", ticket.reference))
        self._tell(ticket.reference, story)
        return link.customer

    def is_blocked(self, identity: IdentityKey, store: str) -> bool:
        if (identity.digest, store) in self.blocked:
            return True
        link = self.links.find(identity, store)
        return link is not None and (link.customer.id, store) in self.barred

    def remark(
        self, occasion: Occasion, identity: IdentityKey, event: str, customer: str, detail: str
    ) -> None:
        del identity
        self.events.append((event, occasion.reference))
        self.remarks.append((event, customer, detail))

    def link(self, link: Link, fence: str = "") -> bool:
        return self.links.link(link, fence)

    def linked(self, identity: IdentityKey, store: str) -> Customer | None:
        """The customer as the link says now; what `Renewals` asks for."""
        link = self.links.find(identity, store)
        return link.customer if link else None

    @contextmanager
    def creating(self, store: str, identity: IdentityKey, email: str, deadline: Deadline) -> Iterator[str]:
        fence = secrets.token_hex(16)
        with (
            self._held((store, identity.digest), fence, deadline),
            self._held((store, email), fence, deadline),
        ):
            yield fence

    @contextmanager
    def _held(self, what: tuple[str, str], holder: str, deadline: Deadline) -> Iterator[None]:
        while self._creating.setdefault(what, holder) != holder:
            if deadline.remaining() < 1:
                raise Refused(Reason.CUSTOMER_BUSY)
            self._pause(0.05)
        try:
            yield
        finally:
            with self._lock:
                if self._creating.get(what) == holder:
                    del self._creating[what]

    def _fence_holds(self, identity: str, store: str, fence: str) -> bool:
        return self._creating.get((store, identity)) == fence

    def let_locks_run_out(self) -> None:
        """As when a process stands still for long."""
        self._creating.clear()

    # -- Audit ------------------------------------------------------------------------------

    def stray(
        self, reference: str, refused: Refused, store: str, connection: str, story: Story | None = None
    ) -> None:
        """Nobody asks here."""

    def refused(
        self, reference: str, refused: Refused, store: str, connection: str, story: Story | None = None
    ) -> None:
        del store, connection, story
        self.events.append((refused.reason.value, reference))
