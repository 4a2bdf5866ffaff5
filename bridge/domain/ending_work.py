"""What is left to do about sessions that ended: a queue that any process works at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bridge.domain.session import SessionRef
from bridge.domain.session_ports import Ending, Endings

#: Seconds for which what a process took is nobody else's: longer than it may work at it.
CLAIM_LIFE = 30
#: Seconds that whoever announces an end has to end the session itself, before another does it.
HEAD_START = 0.1
#: Seconds for which something is tried again before it is given up.
PATIENCE = 24 * 3600
#: What was given up is kept for operators: so many, the newest.
MOST_DEAD = 1000

#: What may be counted: a webhook that arrived, an attempt that failed, what was given up.
Count = Literal["delivered", "failed", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingWork:
    """One session's end, and how far the work is."""

    ending: Ending
    since: int  # seconds since the epoch: when it was announced, or begun anew by hand
    attempts: int = 0  # that failed
    told: bool = False  # the store knows, or need not be told
    fault: str = ""  # why the last attempt failed

    @property
    def id(self) -> str:
        """The idempotency key: of a session, which ends once, whoever says so and however often."""
        return ending_id(self.ending.ref)


def ending_id(ref: SessionRef) -> str:
    """Without a full stop: what is signed is parted by those (Standard Webhooks)."""
    return f"end_{ref.id}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that is neither done nor given up."""

    work: EndingWork
    due_at: int  # seconds since the epoch; while somebody works at it, when the claim runs out


class EndingQueue(Endings, Protocol):
    """`Endings`, from the side of those who do the work. All raises `Refused(STATE_UNAVAILABLE)`."""

    def take(self, most: int) -> Sequence[EndingWork]:
        """What is due, the oldest first; nobody else gets it for `CLAIM_LIFE` seconds."""
        ...

    def put_back(self, work: EndingWork, seconds: float) -> None:
        """Kept as it is now, and due again in so many seconds; unless somebody finished it meanwhile."""
        ...

    def finish(self, work: EndingWork) -> None:
        """There is nothing left to do."""
        ...

    def give_up(self, work: EndingWork) -> None:
        """Kept among the dead, of which the oldest make room."""
        ...

    def waiting(self, most: int = 1000) -> Sequence[Waiting]:
        """What is to be done, the next first."""
        ...

    def dead(self) -> Sequence[EndingWork]:
        """What was given up, the newest first."""
        ...

    def revive(self, ids: Collection[str]) -> int:
        """Begins anew, at once, with these: dead or waiting; how many there were."""
        ...

    def forget(self, identities: Collection[str]) -> int:
        """Drops the dead of these identities (digests); how many there were."""
        ...

    def add(self, count: Count) -> None:
        """One more. Never raises."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Every `Count` since Redis knows of it, and how many are `waiting` and `buried` now."""
        ...
