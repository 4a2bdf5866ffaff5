"""The memory twins of sessions and of the queue of those that ended."""

import math
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from bridge.domain.ending_work import CLAIM_LIFE, MOST_DEAD, Count, EndingWork, Waiting
from bridge.domain.identity import IdentityKey
from bridge.domain.session import HeldSession, Session, SessionRef, session_digest
from bridge.domain.session_ports import Ending
from bridge.state.memory import MemoryState


class MemorySessions:
    """See the port `Sessions`: those of `state`."""

    def __init__(self, state: MemoryState, now: Callable[[], float]) -> None:
        self._state = state
        self._now = now
        self._used: dict[SessionRef, float] = {}

    def get(self, ref: SessionRef) -> Session | None:
        return next((one.session for one in self.all() if one.ref == ref), None)

    def touch(self, ref: SessionRef) -> Session | None:
        session = self.get(ref)
        if session is not None:
            self._used[ref] = self._now()
        return session

    def lives(self, refs: Sequence[SessionRef]) -> Sequence[int]:
        living = {one.ref: one.session for one in self.all()}
        return [self._life(ref, living[ref]) if ref in living else 0 for ref in refs]

    def _life(self, ref: SessionRef, session: Session) -> int:
        used = self._used.get(ref, session.created_at)
        ends = min(session.ends_at, used + (session.idle or session.ends_at))
        return max(0, math.ceil(ends - self._now()))

    def of_identity(self, identity: IdentityKey | str) -> Sequence[HeldSession]:
        known = identity if isinstance(identity, str) else identity.digest
        mine = [one for one in self.all() if one.ref.identity == known]
        return sorted(mine, key=lambda one: -one.session.ends_at)

    def of_sid(self, connection: str, sid: str) -> Sequence[HeldSession]:
        return [one for one in self.all() if (one.session.connection, one.session.sid) == (connection, sid)]

    def all(self) -> Iterator[HeldSession]:
        for session in list(self._state.sessions):
            ref = SessionRef(session.identity.digest, session_digest(session.handle))
            if self._life(ref, session):
                yield HeldSession(ref, replace(session, id=""))

    def end(self, ref: SessionRef) -> bool:
        alive = self.get(ref) is not None
        self._state.sessions[:] = [
            one for one in self._state.sessions if session_digest(one.handle) != ref.id
        ]
        return alive


class MemoryEndings:
    """See the port `EndingQueue`."""

    def __init__(self, now: Callable[[], float], claim: float = CLAIM_LIFE) -> None:
        self._now = now
        self._claim = claim
        self._lock = threading.Lock()
        self._open: dict[str, tuple[EndingWork, float]] = {}
        self._dead: dict[str, EndingWork] = {}
        self._counts: Counter[str] = Counter()

    def announce(self, ending: Ending) -> None:
        with self._lock:
            work = EndingWork(ending=ending, since=int(ending.at))
            self._open.setdefault(work.id, (work, self._now()))

    def take(self, most: int) -> Sequence[EndingWork]:
        with self._lock:
            due = [work for work, at in sorted(self._open.values(), key=_at) if at <= self._now()][:most]
            for work in due:
                self._open[work.id] = work, self._now() + self._claim
            return due

    def put_back(self, work: EndingWork, seconds: float) -> None:
        with self._lock:
            if work.id in self._open:
                self._open[work.id] = work, self._now() + seconds

    def finish(self, work: EndingWork) -> None:
        with self._lock:
            self._open.pop(work.id, None)

    def give_up(self, work: EndingWork) -> None:
        with self._lock:
            if self._open.pop(work.id, None):
                self._dead[work.id] = work
                while len(self._dead) > MOST_DEAD:
                    del self._dead[next(iter(self._dead))]

    def waiting(self, most: int = 1000) -> Sequence[Waiting]:
        return [Waiting(work, int(at)) for work, at in sorted(self._open.values(), key=_at)[:most]]

    def dead(self) -> Sequence[EndingWork]:
        return list(reversed(self._dead.values()))

    def revive(self, ids: Collection[str]) -> int:
        with self._lock:
            found = 0
            for one in ids:
                work = self._dead.pop(one, None) or self._open.get(one, (None, 0))[0]
                if work is not None:
                    again = replace(work, since=int(self._now()), attempts=0)
                    self._open[one] = again, self._now()
                    found += 1
            return found

    def forget(self, identities: Collection[str]) -> int:
        with self._lock:
            meant = [one for one, work in self._dead.items() if work.ending.ref.identity in identities]
            for one in meant:
                del self._dead[one]
            return len(meant)

    def add(self, count: Count) -> None:
        self._counts[count] += 1

    def counts(self) -> Mapping[str, int]:
        known = {name: self._counts[name] for name in ("delivered", "failed", "dead")}
        return {**known, "waiting": len(self._open), "buried": len(self._dead)}


def _at(one: tuple[EndingWork, float]) -> float:
    return one[1]
