"""How every session ends before its time, whoever wants it to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bridge.domain.identity import IdentityKey
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

    def end(self, held: HeldSession, reason: EndReason, customer: str = "") -> bool:
        """Whether it was alive. Raises `Refused`; asked again, it does what is left to do.

        `customer`: whose it was, where the link that told so may be gone already.
        """
        session = held.session
        link = self.links.find(session.identity, session.store)
        self.endings.announce(
            Ending(
                ref=held.ref,
                store=session.store,
                connection=session.connection,
                customer=customer or (link.customer.id if link else ""),
                reason=reason,
                at=round(self.now(), 3),
            )
        )
        return self.sessions.end(held.ref)

    def end_all(self, held: Iterable[HeldSession], reason: EndReason, customer: str = "") -> int:
        """How many were alive. Raises `Refused` at the first that could not be ended."""
        return sum(self.end(one, reason, customer) for one in held)

    def end_of(self, identity: IdentityKey | str, store: str, reason: EndReason, customer: str = "") -> int:
        """The same of an identity's sessions in one store."""
        held = self.sessions.of_identity(identity)
        return self.end_all((one for one in held if one.session.store == store), reason, customer)
