"""How every session ends before its time, whoever wants it to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bridge.domain.link_ports import Links
from bridge.domain.session import HeldSession
from bridge.domain.session_ports import Ending, Endings, EndReason, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnder:
    """Ends sessions, and sees to it that storefronts and platforms hear of it."""

    sessions: Sessions
    endings: Endings
    links: Links
    now: Callable[[], float]

    def end(self, held: HeldSession, reason: EndReason) -> bool:
        """Whether it was alive. Raises `Refused`; asked again, it does what is left to do."""
        session = held.session
        link = self.links.find(session.identity, session.store)
        self.endings.announce(
            Ending(
                ref=held.ref,
                store=session.store,
                connection=session.connection,
                customer=link.customer.id if link else "",
                reason=reason,
                at=int(self.now()),
            )
        )
        return self.sessions.end(held.ref)

    def end_all(self, held: Iterable[HeldSession], reason: EndReason) -> int:
        """How many were alive. Raises `Refused` at the first that could not be ended."""
        return sum(self.end(one, reason) for one in held)
