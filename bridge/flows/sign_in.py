"""One sign-in, top to bottom: `start` sends a browser to its provider, `finish` takes it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.domain.attempt import Attempt, Ticket, store_of
from bridge.domain.callback import Callback
from bridge.domain.connection import Connection
from bridge.domain.deadline import Deadline
from bridge.domain.email import domain_of, normal_email
from bridge.domain.hand_off import HandOff
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.ports import Attempts, IdentityProvider, Platform, SignIns, Verified
from bridge.domain.quoting import url_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.return_to import path_within, safe_return_to
from bridge.domain.session import Session
from bridge.domain.store import Store
from bridge.flows.customers import Customers

#: A shopper who was too slow is sent round again by itself this many times.
RESTARTS = 1


@dataclass(frozen=True, slots=True)
class ToProvider:
    """Send the browser to the provider, with this ticket in a cookie of its own."""

    url: str
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Choose:
    """Nothing decides between the store's connections: ask the shopper."""

    store: Store
    connections: tuple[Connection, ...]
    return_to: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Send the browser on to the storefront."""

    hand_off: HandOff
    ticket: Ticket
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The flow with everything it needs; knows no HTTP and no Redis."""

    stores: Mapping[str, Store]
    connections: Mapping[str, Connection]
    providers: Mapping[str, IdentityProvider]
    platforms: Mapping[str, Platform]
    attempts: Attempts
    sign_ins: SignIns
    customers: Customers
    now: Callable[[], float]
    token: Callable[[], str]
    pause: Callable[[float], None]

    # -- going ------------------------------------------------------------------------------

    def start(
        self, store: str, connection: str | None, return_to: str | None, login_hint: str, deadline: Deadline
    ) -> ToProvider | Choose:
        """The way to the provider, or a choice between several. Raises `Refused`."""
        known = self._store(store)
        if connection is not None and connection not in known.connections:
            raise Refused(Reason.CONNECTION_UNKNOWN, connection[:64])
        candidates = known.connections if connection is None else (connection,)
        return self._go(known, candidates, safe_return_to(return_to), login_hint, deadline)

    def initiate(
        self, store: str, iss: str | None, target: str | None, login_hint: str, deadline: Deadline
    ) -> ToProvider | Choose:
        """The same, begun by a tile in a provider's portal (OpenID Connect Core section 4).

        `iss` must be the issuer of one of the store's connections; some providers leave it out.
        `target` counts only within the store. Raises `Refused`.
        """
        known = self._store(store)
        candidates = known.connections
        if iss is not None:
            candidates = tuple(name for name in candidates if self.connections[name].issuer == iss)
        if not candidates:
            raise Refused(Reason.CONNECTION_UNKNOWN, f"the store has no connection to {url_name(iss)}")
        return self._go(known, candidates, path_within(target, known.url), login_hint, deadline)

    def _store(self, name: str) -> Store:
        if name not in self.stores:
            raise Refused(Reason.STORE_UNKNOWN, name[:64])
        return self.stores[name]

    def _go(
        self, store: Store, candidates: tuple[str, ...], return_to: str, login_hint: str, deadline: Deadline
    ) -> ToProvider | Choose:
        """To the one candidate; among several the domain of the hint decides, or else the shopper."""
        domain = domain_of(normal_email(login_hint))
        fitting = [name for name in candidates if domain and domain in self.connections[name].domains]
        if not fitting:
            fitting = list(candidates)
        if len(fitting) > 1:
            return Choose(store, tuple(self.connections[name] for name in fitting), return_to)
        return self._depart(store.name, fitting[0], return_to, login_hint, deadline, restarts=0)

    def _depart(
        self,
        store: str,
        connection: str,
        return_to: str,
        login_hint: str,
        deadline: Deadline,
        *,
        restarts: int,
    ) -> ToProvider:
        attempt = Attempt.new(
            store=store,
            connection=connection,
            return_to=return_to,
            now=self.now(),
            token=self.token,
            restarts=restarts,
        )
        url = self.providers[connection].authorize_url(attempt, login_hint, deadline)
        self.attempts.put(attempt)
        return ToProvider(url, attempt.ticket)

    # -- coming back ------------------------------------------------------------------------

    def finish(
        self, callback: Callback, ticket: Ticket | None, deadline: Deadline, *, other_tickets: bool
    ) -> SignedIn | ToProvider:
        """The shopper, signed in; or sent round again when the attempt ran out. Raises `Refused`.

        `ticket` is what this browser holds for the callback's state, if anything.
        """
        if ticket is None:
            return self._without_ticket(callback, deadline, other_tickets=other_tickets)
        if callback.connection != ticket.connection:
            raise Refused(Reason.WRONG_CONNECTION, f"began at {ticket.connection}")
        if ticket.connection not in self._store(ticket.store).connections:
            raise Refused(Reason.CONNECTION_UNKNOWN, "taken from the store while the shopper was away")
        taken = self._take(ticket, deadline)
        if taken is None:
            return self._restart(ticket, deadline)
        if isinstance(taken, Outcome):
            return self._repeat(taken, ticket)
        try:
            return self._complete(taken, callback, deadline)
        except Refused as refused:
            outcome = Outcome(store=ticket.store, return_to=ticket.return_to, reason=refused.reason)
            self.attempts.refuse(ticket, outcome, refused)
            refused.recorded = True
            raise

    def _complete(self, attempt: Attempt, callback: Callback, deadline: Deadline) -> SignedIn:
        verified = self.providers[attempt.connection].redeem(attempt, callback, deadline)
        session = self._session(attempt, verified)
        customer = self.customers.resolve(attempt, verified.identity, session, deadline)
        # Minted last: the token is good for thirty seconds and for one visit.
        hand_off = self.platforms[attempt.store].sign_in(customer, attempt.return_to, verified.provider_clock)
        return SignedIn(hand_off, attempt.ticket, session.handle)

    def _session(self, attempt: Attempt, verified: Verified) -> Session:
        return Session(
            id=self.token(),
            store=attempt.store,
            connection=attempt.connection,
            identity=verified.identity.key,
            sid=verified.identity.sid,
            id_token=verified.id_token,
            created_at=int(self.now()),
        )

    # -- repeated, late and lost callbacks --------------------------------------------------

    def _take(self, ticket: Ticket, deadline: Deadline) -> Attempt | Outcome | None:
        """The attempt; or its outcome, waited for when another request is at work on it."""
        taken = self.attempts.take(ticket.state)
        while isinstance(taken, Underway):
            if deadline.remaining() < 1:
                raise Refused(Reason.ATTEMPT_BUSY)
            self.pause(0.1)
            taken = self.attempts.peek(ticket.state)
        return taken

    def _repeat(self, outcome: Outcome, ticket: Ticket) -> SignedIn:
        """A reload or a doubled request: the same end again, with a fresh platform token."""
        if outcome.customer is None:
            repeated = Refused(outcome.reason or Reason.INTERNAL_ERROR, "repeated")
            repeated.recorded = True  # when it happened first
            raise repeated
        hand_off = self.platforms[outcome.store].sign_in(outcome.customer, outcome.return_to, None)
        return SignedIn(hand_off, ticket, outcome.session)

    def _restart(self, ticket: Ticket, deadline: Deadline) -> ToProvider:
        """The shopper was slow (second factor, coffee): once more, to the same goal."""
        if ticket.restarts >= RESTARTS:
            raise Refused(Reason.ATTEMPT_EXPIRED)
        return self._depart(
            ticket.store, ticket.connection, ticket.return_to, "", deadline, restarts=ticket.restarts + 1
        )

    def _without_ticket(self, callback: Callback, deadline: Deadline, *, other_tickets: bool) -> ToProvider:
        """No cookie for this state: somebody else's attempt, or one from long ago.

        A living attempt is not touched: only the browser that began it may use it up.
        """
        if self.attempts.peek(callback.state) is not None:
            raise Refused(Reason.OTHER_BROWSER if other_tickets else Reason.COOKIE_MISSING)
        store = self.stores.get(store_of(callback.state))
        if store is None or callback.connection not in store.connections:
            raise Refused(Reason.ATTEMPT_EXPIRED)
        # A page of the provider that was bookmarked: its answer is thrown away, a new attempt begins.
        return self._depart(store.name, callback.connection, "", "", deadline, restarts=RESTARTS)
