"""One sign-in, top to bottom: `start` sends a browser to its provider, `finish` takes it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bridge.domain.attempt import Attempt, Ticket, store_of
from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.callback import Callback
from bridge.domain.connection import Connection
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import Visit
from bridge.domain.outcome import Outcome
from bridge.domain.ports import Attempts, Delivery, IdentityProvider, Verified
from bridge.domain.quoting import url_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.return_to import path_within, safe_return_to
from bridge.domain.session import Session, session_end
from bridge.domain.store import Store
from bridge.flows.addresses import vouched
from bridge.flows.choosing import Question, choose, question
from bridge.flows.customers import Customers
from bridge.flows.repeated import repeat, take_or_wait
from bridge.flows.steps import Choose, SignedIn, ToProvider

#: Where a request asks for nothing of a portal's.
NOTHING: Mapping[str, str] = MappingProxyType({})
#: A shopper who was too slow is sent round again by itself this many times.
RESTARTS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a request for a sign-in asked for, however it began."""

    return_to: str = ""
    login_hint: str = ""
    binding: Binding = UNBOUND
    portal_parameters: Mapping[str, str] = field(
        default_factory=dict
    )  # by the provider's portal, see `Attempt`
    restarts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The flow with everything it needs; knows no HTTP and no Redis."""

    stores: Mapping[str, Store]
    connections: Mapping[str, Connection]
    providers: Mapping[str, IdentityProvider]
    deliveries: Mapping[str, Delivery]
    attempts: Attempts
    customers: Customers
    now: Callable[[], float]
    token: Callable[[], str]
    pause: Callable[[float], None]

    # -- going ------------------------------------------------------------------------------

    def start(
        self,
        store: str,
        connection: str | None,
        return_to: str | None,
        login_hint: str,
        deadline: Deadline,
        *,
        last: str = "",
        typed: bool = False,
        binding: Binding = UNBOUND,
    ) -> ToProvider | Choose:
        """The way to the provider, or a choice between several. Raises `Refused`.

        An empty `connection` is the wish to choose. `last` and `typed`: see `choosing.choose`.
        """
        known = self._store(store)
        known.storefront.check_binding(binding)
        wish = _Wish(return_to=safe_return_to(return_to), login_hint=login_hint, binding=binding)
        if connection == "":
            asked = question([self.connections[name] for name in known.connections])
            return Choose(known, asked, wish.return_to, login_hint, binding)
        if connection is not None and connection not in known.connections:
            raise Refused(Reason.CONNECTION_UNKNOWN, connection[:64])
        candidates = known.connections if connection is None else (connection,)
        return self._go(known, candidates, wish, deadline, last=last, typed=typed)

    def initiate(
        self,
        store: str,
        iss: str | None,
        target: str | None,
        login_hint: str,
        deadline: Deadline,
        *,
        last: str = "",
        portal_parameters: Mapping[str, str] = NOTHING,
    ) -> ToProvider | Choose:
        """The same, begun by a tile in a provider's portal (OpenID Connect Core section 4).

        `iss` must be the issuer of one of the store's connections; some providers leave it out.
        `target` counts only within the store. `portal_parameters` (see `Attempt`) go to a connection
        whose make has such a portal, and decide for it where there is no `iss`; they are lost where
        the shopper has to choose. Raises `Refused`.
        """
        known = self._store(store)
        known.storefront.check_binding(UNBOUND)
        candidates = known.connections
        if iss is not None:
            candidates = tuple(name for name in candidates if self.connections[name].issuer == iss)
        elif portal_parameters:
            takers = (name for name in candidates if self.connections[name].asking.portal_parameters)
            candidates = tuple(takers) or candidates
        if not candidates:
            raise Refused(Reason.CONNECTION_UNKNOWN, f"the store has no connection to {url_name(iss)}")
        wish = _Wish(
            return_to=path_within(target, known.url),
            login_hint=login_hint,
            portal_parameters=portal_parameters,
        )
        return self._go(known, candidates, wish, deadline, last=last)

    def _store(self, name: str) -> Store:
        if name not in self.stores:
            raise Refused(Reason.STORE_UNKNOWN, name[:64])
        return self.stores[name]

    def _go(
        self,
        store: Store,
        candidates: tuple[str, ...],
        wish: _Wish,
        deadline: Deadline,
        *,
        last: str = "",
        typed: bool = False,
    ) -> ToProvider | Choose:
        """To the one candidate; among several what the request tells decides, or else the shopper."""
        found = [self.connections[name] for name in candidates]
        taken = choose(found, wish.login_hint, last=last, typed=typed)
        if isinstance(taken, Question):
            return Choose(store, taken, wish.return_to, wish.login_hint, wish.binding)
        if wish.portal_parameters:
            takes = taken.asking.portal_parameters
            wish = replace(
                wish,
                portal_parameters={
                    name: wish.portal_parameters[name] for name in wish.portal_parameters if name in takes
                },
            )
        return self._depart(store.name, taken.name, wish, deadline)

    def _depart(self, store: str, connection: str, wish: _Wish, deadline: Deadline) -> ToProvider:
        attempt = Attempt.new(
            store=store,
            connection=connection,
            return_to=wish.return_to,
            now=self.now(),
            token=self.token,
            restarts=wish.restarts,
            binding=wish.binding,
            portal_parameters=wish.portal_parameters,
        )
        url = self.providers[connection].authorize_url(attempt, wish.login_hint, deadline)
        self.attempts.put(attempt)
        return ToProvider(url, attempt.ticket)

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
            return self._without_ticket(callback, deadline, other_tickets=other_tickets)
        if callback.connection != ticket.connection:
            raise Refused(Reason.WRONG_CONNECTION, f"began at {ticket.connection}")
        if ticket.connection not in self._store(ticket.store).connections:
            raise Refused(Reason.CONNECTION_UNKNOWN, "taken from the store while the shopper was away")
        taken = take_or_wait(self.attempts, ticket.state, self.pause, deadline)
        if taken is None:
            return self._restart(ticket, deadline)
        if isinstance(taken, Outcome):
            if taken.identity is not None:
                self.customers.check_blocked(taken.identity, taken.store)
            life = self.connections[ticket.connection].session_lifetime
            return repeat(taken, ticket, self.deliveries[taken.store], life, client_address, deadline)
        try:
            return self._complete(taken, callback, deadline, client_address)
        except Refused as refused:
            outcome = Outcome(store=ticket.store, return_to=ticket.return_to, reason=refused.reason)
            self.attempts.refuse(ticket, outcome, refused)
            refused.recorded = True
            raise

    def _complete(
        self, attempt: Attempt, callback: Callback, deadline: Deadline, client_address: str
    ) -> SignedIn:
        verified = self.providers[attempt.connection].redeem(attempt, callback, deadline)
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
        if self._store(attempt.store).email_is_identity:
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

    # -- late and lost callbacks ------------------------------------------------------------

    def _restart(self, ticket: Ticket, deadline: Deadline) -> ToProvider:
        """The shopper was slow (second factor, coffee): once more, to the same goal."""
        if ticket.restarts >= RESTARTS:
            raise Refused(Reason.ATTEMPT_EXPIRED)
        wish = _Wish(return_to=ticket.return_to, binding=ticket.binding, restarts=ticket.restarts + 1)
        return self._depart(ticket.store, ticket.connection, wish, deadline)

    def _without_ticket(self, callback: Callback, deadline: Deadline, *, other_tickets: bool) -> ToProvider:
        """No cookie for this state: somebody else's attempt, or one from long ago.

        A living attempt is not touched: only the browser that began it may use it up.
        """
        if self.attempts.peek(callback.state) is not None:
            raise Refused(Reason.OTHER_BROWSER if other_tickets else Reason.COOKIE_MISSING)
        store = self.stores.get(store_of(callback.state))
        if store is None or callback.connection not in store.connections:
            raise Refused(Reason.ATTEMPT_EXPIRED)
        if store.storefront.needs_challenge:
            raise Refused(Reason.ATTEMPT_EXPIRED, "only the storefront's own page can begin anew here")
        # A page of the provider that was bookmarked: its answer is thrown away, a new attempt begins.
        return self._depart(store.name, callback.connection, _Wish(restarts=RESTARTS), deadline)
