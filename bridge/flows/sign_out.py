"""One sign-out from a storefront: `leave` ends the bridge's session and sends the browser to its provider,
`arrive` takes it back, and on to the store.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bridge.domain.connection import Connection
from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import HandOff, Redirect
from bridge.domain.link_ports import Links
from bridge.domain.refusal import Reason, Refused
from bridge.domain.return_to import safe_return_to
from bridge.domain.secret import Secret
from bridge.domain.session import HeldSession, Session, SessionRef
from bridge.domain.session_ports import Sessions
from bridge.domain.sign_out import (
    UNFINISHED,
    Leave,
    LeaveTicket,
    LogoutRequest,
    LogsOut,
    ProviderPart,
    SignsOut,
    ToLogout,
)
from bridge.domain.store import Store, store_named
from bridge.flows.ending import SessionEnder
from bridge.flows.limits import Limits

#: A ticket of a browser that was away longer is good for no login token any more: on a machine that many
#: share, the provider's page may be all that the next person finds.
FRESH = 120  # seconds
_WAIT = 4.0  # seconds for a provider's metadata; whoever signs out waits for nothing else


@dataclass(frozen=True, slots=True)
class Left:
    """Send the browser there, with this ticket in a cookie of its own."""

    url: str
    ticket: LeaveTicket


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was ended, and where the browser goes from here by itself."""

    store: Store
    provider: ProviderPart
    label: str  # the provider's, as shoppers know it; empty where it is not known which
    has_sign_out: bool  # whether the store's own session is ended at an address, which comes next
    onward: HandOff | None  # None where this receipt is the end, or is to be read first


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """The flow with everything it needs; knows no HTTP and no Redis."""

    stores: Mapping[str, Store]
    connections: Mapping[str, Connection]
    providers: Mapping[str, LogsOut]
    platforms: Mapping[str, SignsOut]  # of the stores whose own pages keep a session
    sessions: Sessions
    ender: SessionEnder
    links: Links
    public_url: str
    now: Callable[[], float]
    token: Callable[[], str]
    limits: Limits | None = None

    def store(self, name: str) -> Store:
        """Raises `Refused(STORE_UNKNOWN)`."""
        return store_named(name, self.stores)

    def leave(
        self,
        name: str,
        handle: str,
        return_to: str | None,
        deadline: Deadline,
        *,
        last: str = "",
        before: LeaveTicket | None = None,
        client_address: str = "",
    ) -> Left:
        """Ends the session of `handle` at once. The caller knows that this is meant.

        Without a session (it ran out, or the click was a double one) the rest is done as far as `before`, a
        sign-out that this browser has under way, or `last`, its last connection, tell. Raises
        `Refused(SIGN_OUT_INCOMPLETE)`: then the session may go on, and nobody is told otherwise.
        """
        store = self.store(name)
        held = self._ended(store, handle)
        if handle and held is None and before is None and self.limits:
            self.limits.failed("sign-out", client_address)  # a guess, maybe: living sessions end all the same
        connection = held[0].connection if held else self._guessed(store, last, before)
        ticket = LeaveTicket(
            state=f"{self.token()}.{name}",
            store=name,
            connection=connection,
            customer=held[1] if held else (before.customer if before else ""),
            return_to=safe_return_to(return_to),
            # Clicking again must not keep a ticket fresh for longer.
            created_at=before.created_at if before and not held else int(self.now()),
            provider="unknown",
        )
        part, away = self._at_provider(ticket, held[0] if held else None, deadline)
        ticket = replace(ticket, provider=part, has_state=away.has_state if away else True)
        return Left(away.url if away else f"{self._back(name)}?state={ticket.state}", ticket)

    def arrive(
        self, ticket: LeaveTicket, *, by_provider: bool, failed: bool, was_read: bool, deadline: Deadline
    ) -> Receipt:
        """What became of it, and the way on. `ticket` is this browser's own, for its own state.

        `by_provider`: the browser brought what only the provider was given; `failed`: with an error.
        `was_read`: the person has seen that not everything was ended, and goes on.
        """
        store, part = self.store(ticket.store), ticket.provider
        if part == "leaving":
            part = "ended" if by_provider and not failed else "failed"
        platform = self.platforms.get(store.name)
        label = self.connections[ticket.connection].label if ticket.connection in self.connections else ""
        onward: HandOff | None = None
        if was_read or part not in UNFINISHED:
            if platform is not None:
                onward = self._at_store(platform, ticket, deadline)
            elif ticket.return_to and not was_read:
                onward = Redirect(store.url + ticket.return_to)
        return Receipt(store, part, label, platform is not None, onward)

    def _ended(self, store: Store, handle: str) -> tuple[Session, str] | None:
        """The session, and its customer; both are asked for before it ends."""
        ref = SessionRef.of(handle) if handle else None
        if ref is None:
            return None
        try:
            session = self.sessions.get(ref)
            if session is None or session.store != store.name:
                return None
            link = self.links.find(session.identity, store.name)
            self.ender.end_all(self._of_one_sign_on(session, ref), "storefront")
            # Last: by it trying again finds the others.
            self.ender.end(HeldSession(ref, session), "storefront")
        except Refused as refused:
            raise Refused(Reason.SIGN_OUT_INCOMPLETE, refused.detail) from None
        return session, link.customer.id if link else ""

    def _of_one_sign_on(self, session: Session, ref: SessionRef) -> list[HeldSession]:
        """Sessions at other stores that came of the session which the provider is about to end.

        As its back channel would have it; but few providers tell the client by which they were asked.
        """
        connection = self.connections.get(session.connection)
        goes_on = connection is None or connection.logout == "local" or connection.logout_style == "none"
        if goes_on or not session.sid:
            return []
        return [held for held in self.sessions.of_sid(session.connection, session.sid) if held.ref != ref]

    def _guessed(self, store: Store, last: str, before: LeaveTicket | None) -> str:
        for name in (before.connection if before else "", last):
            if name in store.connections:
                return name
        return store.connections[0] if len(store.connections) == 1 else ""

    def _at_provider(
        self, ticket: LeaveTicket, session: Session | None, deadline: Deadline
    ) -> tuple[ProviderPart, ToLogout | None]:
        connection = self.connections.get(ticket.connection)
        if connection is None:
            return "unknown", None
        if connection.logout == "local":
            return "skipped", None
        request = LogoutRequest(
            id_token=session.id_token if session else Secret(""),
            sid=session.sid if session else "",
            back=self._back(ticket.store),
            state=ticket.state,
        )
        try:
            away = self.providers[connection.name].logout_url(request, deadline.within(_WAIT))
        except Refused:
            return "failed", None  # nobody stays signed in to the store because a provider is away
        return ("leaving", away) if away else ("none", None)

    def _at_store(self, platform: SignsOut, ticket: LeaveTicket, deadline: Deadline) -> HandOff | None:
        """A login token is for whoever was signed in, here and just now."""
        fresh = 0 <= self.now() - ticket.created_at <= FRESH
        known = Customer(ticket.customer) if ticket.customer and fresh else None
        leave = Leave(customer=known, return_to=ticket.return_to)
        try:
            return platform.sign_out(leave, deadline)
        except Refused:
            return platform.sign_out(replace(leave, customer=None), deadline)

    def _back(self, store: str) -> str:
        return f"{self.public_url}/signed-out/{store}"
