"""One sign-in: `start` sends a browser to its provider (departure.py), `finish` takes it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bridge.domain.attempt import Attempt, Ticket, store_of
from bridge.domain.callback import Callback
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import Visit
from bridge.domain.outcome import Outcome
from bridge.domain.ports import Delivery, Verified
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import Session, SessionRef, session_end
from bridge.domain.session_ports import Sessions
from bridge.domain.store import store_named
from bridge.flows.addresses import vouched
from bridge.flows.customers import Customers
from bridge.flows.departure import Departure, Wish
from bridge.flows.failing import failed
from bridge.flows.repeated import found, repeat, take_or_wait
from bridge.flows.steps import SignedIn, ToProvider
from bridge.flows.telling import tell_identity

#: A shopper who was too slow is sent round again by itself this many times.
RESTARTS = 1
#: Of a callback that a browser brought without having begun it: guesses count.
_OF_NO_ATTEMPT = frozenset({Reason.COOKIE_MISSING, Reason.OTHER_BROWSER, Reason.ATTEMPT_EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn(Departure):
    """The flow with everything it needs; knows no HTTP and no Redis."""

    deliveries: Mapping[str, Delivery]
    sessions: Sessions
    customers: Customers
    pause: Callable[[float], None]

    # -- coming back ------------------------------------------------------------------------

    def finish(
        self,
        callback: Callback,
        ticket: Ticket | None,
        deadline: Deadline,
        *,
        other_tickets: bool,
        client_address: str = "",
    ) -> SignedIn | ToProvider:
        """The shopper, signed in; or sent round again when the attempt ran out. Raises `Refused`.

        `ticket` is what this browser holds for the callback's state, if anything; `client_address`
        is the browser's own.
        """
        if ticket is None:
            return self._without_ticket(
                callback, deadline, other_tickets=other_tickets, client_address=client_address
            )
        if callback.connection != ticket.connection:
            raise Refused(Reason.WRONG_CONNECTION, f"began at {ticket.connection}")
        if ticket.connection not in store_named(ticket.store, self.stores).connections:
            raise Refused(Reason.CONNECTION_UNKNOWN, "taken from the store while the shopper was away")
        story = deadline.story
        away = max(0, int(self.now()) - ticket.created_at)
        answer = "code" if callback.code else "error"
        story.tell("returned", answer=answer, form_post=callback.form_post, away=away)
        taken = take_or_wait(self.attempts, ticket, self.pause, deadline)
        story.tell("taken", how=found(taken))
        if taken is None or (isinstance(taken, Outcome) and taken.reason is Reason.STATE_UNAVAILABLE):
            return self._restart(ticket, deadline, client_address)
        if isinstance(taken, Outcome):
            if taken.identity is not None:
                self.customers.check_blocked(taken.identity, taken.store)
                holds = self.customers.still_holds(taken.identity, taken.customer, taken.store)
                if not holds or not self._lives(taken):
                    return self._restart(ticket, deadline, client_address)
            life = self.connections[ticket.connection].session_lifetime
            return repeat(taken, ticket, self.deliveries[taken.store], life, client_address, deadline)
        try:
            return self._complete(taken, callback, deadline, client_address)
        except Refused as refused:
            if failed(self.attempts, taken, ticket, refused, deadline.story):
                return self._restart(ticket, deadline, client_address)
            raise

    def _complete(
        self, attempt: Attempt, callback: Callback, deadline: Deadline, client_address: str
    ) -> SignedIn:
        verified = self.providers[attempt.connection].redeem(attempt, callback, deadline)
        tell_identity(deadline.story, verified.identity, self.connections[attempt.connection])
        session = self._session(attempt, verified)
        customer = self.customers.resolve(attempt, verified.identity, session, deadline)
        visit = Visit(
            customer=customer,
            identity=session.identity,
            session=session.handle,
            return_to=attempt.return_to,
            reference=attempt.reference,
            provider_clock=verified.provider_clock,
            binding=attempt.binding,
            client_address=client_address,
        )
        if store_named(attempt.store, self.stores).email_is_identity:
            visit = replace(visit, profile=vouched(verified.identity, customer))
        # Minted last: a token may be good for thirty seconds and for one visit.
        delivery = self.deliveries[attempt.store]
        try:
            hand_off = delivery.hand_off(visit, deadline)
        except Refused as refused:
            if refused.reason is not Reason.CUSTOMER_REJECTED:
                raise
            # Such a platform tells at once that it has the customer no more.
            another = self.customers.replace(attempt, verified.identity, session, customer, deadline)
            if another is None:
                raise
            hand_off = delivery.hand_off(replace(visit, customer=another), deadline)
        deadline.story.tell(
            "handed_over", delivery=store_named(attempt.store, self.stores).storefront.delivery
        )
        return SignedIn(hand_off, attempt.ticket, session.handle, session.ends_at - session.created_at)

    def _session(self, attempt: Attempt, verified: Verified) -> Session:
        connection, now = self.connections[attempt.connection], self.now()
        return Session(
            id=self.token(),
            store=attempt.store,
            connection=attempt.connection,
            identity=verified.identity.key,
            sid=verified.identity.sid,
            id_token=verified.id_token,
            created_at=int(now),
            ends_at=session_end(verified.identity.claims, now, connection.session_lifetime),
            idle=connection.session_idle,
        )

    def _lives(self, outcome: Outcome) -> bool:
        """Whether its session goes on: who was signed out by the provider or an operator stays out."""
        ref = SessionRef.of(outcome.session)
        return ref is not None and self.sessions.get(ref) is not None

    # -- late and lost callbacks ------------------------------------------------------------

    def _restart(self, ticket: Ticket, deadline: Deadline, client_address: str) -> ToProvider:
        """The shopper was slow (second factor, coffee): once more, to the same goal."""
        if ticket.restarts >= RESTARTS:
            raise Refused(Reason.ATTEMPT_EXPIRED)
        wish = Wish(
            return_to=ticket.return_to,
            binding=ticket.binding,
            restarts=ticket.restarts + 1,
            address=client_address,
        )
        deadline.story.tell("chosen", connection=ticket.connection, by="restart", instead_of=ticket.reference)
        return self.depart(ticket.store, ticket.connection, wish, deadline)

    def _without_ticket(
        self, callback: Callback, deadline: Deadline, *, other_tickets: bool, client_address: str
    ) -> ToProvider:
        """No cookie for this state: somebody else's attempt, or one from long ago.

        A living attempt is not touched: only the browser that began it may use it up.
        """
        if self.limits is None:
            return self._begun_anew(callback, deadline, client_address, other_tickets=other_tickets)
        self.limits.check("callback", client_address)
        try:
            return self._begun_anew(callback, deadline, client_address, other_tickets=other_tickets)
        except Refused as refused:
            if refused.reason in _OF_NO_ATTEMPT:
                self.limits.failed("callback", client_address)
            raise

    def _begun_anew(
        self, callback: Callback, deadline: Deadline, client_address: str, *, other_tickets: bool
    ) -> ToProvider:
        if self.attempts.peek(callback.state) is not None:
            raise Refused(Reason.OTHER_BROWSER if other_tickets else Reason.COOKIE_MISSING)
        store = self.stores.get(store_of(callback.state))
        if store is None or callback.connection not in store.connections:
            raise Refused(Reason.ATTEMPT_EXPIRED)
        if store.storefront.needs_challenge:
            raise Refused(Reason.ATTEMPT_EXPIRED, "only the storefront's own page can begin anew here")
        # A page of the provider that was bookmarked: its answer is thrown away, a new attempt begins.
        deadline.story.tell("chosen", connection=callback.connection, by="bookmark")
        wish = Wish(restarts=RESTARTS, address=client_address)
        return self.depart(store.name, callback.connection, wish, deadline)
