"""Who is signed in through the bridge, and to end that by hand."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from bridge.domain.customer import Customer
from bridge.domain.link_ports import Links
from bridge.domain.session import HeldSession, SessionRef
from bridge.domain.session_ports import Sessions
from bridge.flows.ending import SessionEnder

#: Sessions that are worked at in one go: what is held in memory, however many there are.
_PAGE = 200
#: Each waits for Redis most of the time.
_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Sessions that fit all that is said here; a customer's id is one of `store`."""

    session: SessionRef | None = None
    identity: str = ""  # digest
    customer: str = ""
    store: str = ""
    connection: str = ""

    def holds(self, held: HeldSession) -> bool:
        """Whether the store and the connection fit."""
        return self.store in ("", held.session.store) and self.connection in ("", held.session.connection)


@dataclass(frozen=True, slots=True)
class SignedInSession:
    """A session, and what stands elsewhere of it."""

    held: HeldSession
    customer: str  # empty where nobody is linked any more
    life: int  # seconds for which it lives on where nobody uses it


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsByHand:
    """Raises `Refused` where Redis cannot be asked. Holds a few hundred sessions at a time."""

    sessions: Sessions
    links: Links
    ender: SessionEnder

    def find(self, meant: Meant) -> Iterator[HeldSession]:
        """In no order; some come twice. Who signs in meanwhile may be missed."""
        return (held for held in self._near(meant) if meant.holds(held))

    def tell(self, found: Iterable[HeldSession]) -> Iterator[SignedInSession]:
        """The same with all that is known of them. One that ended meanwhile is left out."""
        with ThreadPoolExecutor(_THREADS) as threads:
            for page in _pages(found):
                lives = self.sessions.lives([held.ref for held in page])
                for held, customer, life in zip(page, threads.map(self._customer, page), lives, strict=True):
                    if life:
                        yield SignedInSession(held, customer, life)

    def end(self, found: Iterable[HeldSession]) -> int:
        """How many were alive; their stores hear of it (`operator`)."""
        ended = 0
        with ThreadPoolExecutor(_THREADS) as threads:
            for page in _pages(found):
                ended += sum(threads.map(self._end, page))
        return ended

    def _near(self, meant: Meant) -> Iterator[HeldSession]:
        """The few among which they are, where that is known."""
        if meant.session is not None:
            session = self.sessions.get(meant.session)
            return iter([HeldSession(meant.session, session)] if session else [])
        if meant.identity:
            return iter(self.sessions.of_identity(meant.identity))
        if meant.customer:
            holders = self.links.holders(Customer(meant.customer), meant.store)
            identities = {holder.identity for holder in holders}  # one may hold it for two connections
            return (held for one in identities for held in self._of(one, meant))
        return self.sessions.all()

    def _of(self, identity: str, meant: Meant) -> Iterable[HeldSession]:
        """Nothing where the identity holds the customer without being linked to it (see `TwoSides`)."""
        linked = self.links.peek(identity, meant.store)
        return self.sessions.of_identity(identity) if linked and linked.customer.id == meant.customer else ()

    def _customer(self, held: HeldSession) -> str:
        linked = self.links.peek(held.ref.identity, held.session.store)
        return linked.customer.id if linked else ""

    def _end(self, held: HeldSession) -> bool:
        return self.ender.end(held, "operator")


def _pages(found: Iterable[HeldSession]) -> Iterator[list[HeldSession]]:
    held = iter(found)
    while page := list(islice(held, _PAGE)):
        yield page
