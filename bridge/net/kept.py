"""A value fetched from elsewhere and kept fresh behind the shoppers' backs."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Generic, TypedDict, TypeVar

from bridge.domain.deadline import Deadline
from bridge.domain.refusal import Reason, Refused
from bridge.net.budget import Budget
from bridge.net.source import Alone, Fetched, Source
from bridge.net.waiting import take

T = TypeVar("T")

RETRY_GAP = 2.0  # seconds after a failure in which nobody asks again
#: Seconds for which one waits for another's fetch when the one before it failed.
PATIENCE = 1.0
#: Seconds after a failure in which nobody waits for a renewal who can be served without.
TROUBLE = 60.0
BACKGROUND_LIMIT = 10.0  # seconds


class Ages(TypedDict):
    """Seconds until a value is stale, too old to be given unasked, and of no use at all."""

    fresh: float
    stale: float
    last_good: float


@dataclass(frozen=True, slots=True)
class _Held(Generic[T]):
    value: T
    since: float  # by the monotonic clock
    fresh: float
    stamp: float


class Kept(Generic[T]):
    """Fresh: given at once. Stale: given at once and renewed in the background. Older: fetched.

    However many ask, one fetch is under way at a time, and what another process fetched
    meanwhile is taken first. A value that cannot be renewed serves until it is `last_good` seconds
    old. Forced renewals (an unknown key id, say) have a budget, so that nobody can make us hammer a
    provider by sending nonsense.
    """

    def __init__(
        self,
        fetch: Callable[[Deadline], T] | Source[T],
        *,
        fresh: float,
        stale: float,
        last_good: float,
        monotonic: Callable[[], float],
        late: Reason = Reason.IDP_TIMEOUT,
        waiting: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`fetch` returns the value or raises `Refused`; the ages are seconds.

        `late`: why a request is refused that waited too long for another one's fetch. `waiting`: a
        context for the time in which one waits so; it may raise `Refused`.
        """
        self._source: Source[T] = Alone(fetch) if callable(fetch) else fetch
        self._fresh = fresh
        self._stale = stale
        self._last_good = last_good
        self._monotonic = monotonic
        self._late = late
        self._waiting = waiting
        self._lock = threading.Lock()
        self._held: _Held[T] | None = None
        self._failure: tuple[Refused, float] | None = None
        self._budget = Budget(monotonic)

    def get(self, deadline: Deadline) -> T:
        """The value. Raises the `Refused` of the fetch where there is none good enough."""
        held, age = self._held, 0.0
        if held is not None:
            age = self._monotonic() - held.since
            if age < held.fresh:
                return held.value
            if age < (self._last_good if self._in_trouble() else self._stale):
                self.renew_in_background()
                return held.value
        try:
            return self._renew(held, deadline)
        except Refused:
            if held is None or age >= self._last_good:
                raise
            return held.value

    def renew(self, inadequate: T, deadline: Deadline) -> T:
        """A newer value than `inadequate`, if there is one and the budget allows to ask."""
        held = self._held
        if held is None or held.value is not inadequate:
            return self.get(deadline)  # somebody else renewed it meanwhile
        return self._renew(held, deadline, forced=True)

    def ask(self, deadline: Deadline) -> T:
        """A value fetched now, whatever is held. Raises `Refused`; for check-ups, not for shoppers."""
        with self._lock:
            return self._hold(self._source.ask(deadline))

    def freshen(self, deadline: Deadline) -> None:
        """Renews the value, in this thread, when it is no longer fresh, or not there. Raises `Refused`."""
        if not self.is_fresh:
            self._renew(self._held, deadline)

    def renew_if_stale(self) -> None:
        """Starts a renewal in the background when the value is no longer fresh, or not there."""
        if not self.is_fresh:
            self.renew_in_background()

    def renew_in_background(self) -> None:
        """Starts a renewal unless one is under way or has just failed."""
        if self._recent_failure() is None and not self._lock.locked():
            threading.Thread(target=self._renew_quietly, args=(self._held,), daemon=True).start()

    def expire(self) -> None:
        """Makes what is held too old to be given unasked; it serves on only if no newer can be had."""
        held = self._held
        if held is not None:
            self._held = replace(held, since=min(held.since, self._monotonic() - self._stale))

    @property
    def is_fresh(self) -> bool:
        """Whether a value is held that need not be renewed yet."""
        held = self._held
        return held is not None and self._monotonic() - held.since < held.fresh

    @property
    def failure(self) -> Refused | None:
        """Why the last fetch failed, until one succeeds."""
        return self._failure[0] if self._failure else None

    @property
    def age(self) -> float | None:
        """Seconds since what is held was fetched, by whichever process."""
        held = self._held
        return None if held is None else self._monotonic() - held.since

    @property
    def stamp(self) -> float | None:
        """When that was, by the wall clock; see `Fetched`."""
        return None if self._held is None else self._held.stamp

    @property
    def value(self) -> T | None:
        """What is held and not too old to serve; nothing is fetched."""
        held = self._held
        if held is None or self._monotonic() - held.since >= self._last_good:
            return None
        return held.value

    def _renew(self, seen: _Held[T] | None, deadline: Deadline, *, forced: bool = False) -> T:
        if not self._take_turn(deadline, forced=forced):
            raise self._told() or Refused(self._late, "another request was still fetching the same")
        try:
            held = self._held
            if held is not None and held is not seen:
                return held.value
            failure = self._recent_failure()
            if failure is not None:
                raise failure
            return self._look_or_fetch(held, deadline, forced=forced)
        finally:
            self._lock.release()

    def _take_turn(self, deadline: Deadline, *, forced: bool) -> bool:
        if self._lock.acquire(blocking=False):
            return True
        patience = deadline.remaining()
        if self._failure is not None and not forced:
            patience = min(patience, PATIENCE)  # the other side is probably still away
        with self._waiting():
            return take(self._lock, patience)

    def _look_or_fetch(self, held: _Held[T] | None, deadline: Deadline, *, forced: bool) -> T:
        newest = None
        try:
            newest = self._source.newest(deadline)
            if newest is not None and held is not None and newest.stamp <= held.stamp:
                newest = None
            if newest is not None and (forced or self._will_do(newest, held)):
                return self._hold(newest)
            if forced and held is not None and not (self._budget.spend() and self._source.spend()):
                return held.value
            fetched = self._source.fetch(deadline)
        except Refused as refused:
            if newest is not None and newest.age < self._last_good:
                self._hold(newest)
                self._failure = (refused, self._monotonic())
                return newest.value
            self._failure = (refused, self._monotonic())
            raise
        return self._hold(fetched)

    def _will_do(self, newest: Fetched[T], held: _Held[T] | None) -> bool:
        """Without a fetch: while it is fresh, or while it is better than to let somebody wait."""
        if newest.age < self._fresh_of(newest):
            return True
        none_in_hand = held is None or self._monotonic() - held.since >= self._stale
        return none_in_hand and newest.age < self._stale

    def _hold(self, fetched: Fetched[T]) -> T:
        since = self._monotonic() - fetched.age
        self._held = _Held(fetched.value, since, self._fresh_of(fetched), fetched.stamp)
        self._failure = None
        return fetched.value

    def _fresh_of(self, fetched: Fetched[T]) -> float:
        return self._fresh if fetched.fresh is None else fetched.fresh

    def _renew_quietly(self, seen: _Held[T] | None) -> None:
        try:
            self._renew(seen, Deadline(BACKGROUND_LIMIT, self._monotonic))
        except Refused:
            return  # kept as `failure`; who needs the value will hear of it

    def _recent_failure(self) -> Refused | None:
        failure = self._failure
        if failure is None or self._monotonic() - failure[1] > RETRY_GAP:
            return None
        return self._told()

    def _in_trouble(self) -> bool:
        failure = self._failure
        return failure is not None and self._monotonic() - failure[1] < TROUBLE

    def _told(self) -> Refused | None:
        """The last failure, for one more to be told: each gets a refusal of their own."""
        failure = self.failure
        return None if failure is None else Refused(failure.reason, failure.detail)
