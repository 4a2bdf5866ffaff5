"""What sign-out needs of the world: sessions, and the list of what is to be done about those that end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bridge.domain.identity import IdentityKey
from bridge.domain.session import HeldSession, Session, SessionRef

#: Why a session ended before its time: signed out at the storefront, by the provider behind the browser's
#: back or in a frame of its page, by an operator; because its identity was blocked, unlinked or erased.
EndReason = Literal["storefront", "backchannel", "frontchannel", "operator", "blocked", "unlinked", "erased"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A session that ended, for those who are to hear of it. No personal data is in it."""

    ref: SessionRef
    store: str
    connection: str
    customer: str  # the store's own id; empty where the link was gone already
    reason: EndReason
    at: float  # seconds since the epoch, with milliseconds


class Sessions(Protocol):
    """Who is signed in, by whom and to what."""

    def get(self, ref: SessionRef) -> Session | None:
        """The session; None where it ended, or never was."""
        ...

    def touch(self, ref: SessionRef) -> Session | None:
        """The same, used just now: with an idle time it lives on for that long."""
        ...

    def lives(self, refs: Sequence[SessionRef]) -> Sequence[int]:
        """Seconds for which each lives on where nobody uses it; 0 for one that ended. No use of it."""
        ...

    def of_identity(self, identity: IdentityKey | str) -> Sequence[HeldSession]:
        """The sessions of an identity (or of its digest), at all stores, newest end first."""
        ...

    def of_sid(self, connection: str, sid: str) -> Sequence[HeldSession]:
        """The sessions that came from one session at a connection's provider."""
        ...

    def all(self) -> Iterator[HeldSession]:
        """Every session, in no order; some come twice. Holds a few hundred at a time."""
        ...

    def end(self, ref: SessionRef) -> bool:
        """Ends it at once: nothing is renewed, redeemed or signed out by it any more. Whether it was alive.

        What the platform gave for it stays until `Endings` had it taken back.
        """
        ...


class SignOutNotices(Protocol):
    """Logout tokens of providers, each of which counts once (Back-Channel Logout 1.0 section 2.6 rule 8)."""

    def was_used(self, connection: str, jti: str) -> bool:
        """Whether `use` was called, as long as the token could still be good."""
        ...

    def use(self, connection: str, jti: str) -> None:
        """Notes one."""
        ...


class Endings(Protocol):
    """What is to be done about sessions that ended, by any process, sooner or later, at least once."""

    def announce(self, ending: Ending) -> None:
        """Kept until it is done. Announced before the session ends, so that a crash between loses nothing:

        whoever does the work ends the session first.
        """
        ...
