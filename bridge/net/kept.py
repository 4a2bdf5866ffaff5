"""A value fetched from elsewhere and kept fresh behind the shoppers' backs."""

import threading
from collections.abc import Callable
from typing import Generic, TypedDict, TypeVar

from bridge.domain.deadline import Deadline
from bridge.domain.refusal import Reason, Refused

T = TypeVar("T")

RETRY_GAP = 2.0  # seconds after a failure in which nobody asks again
BACKGROUND_LIMIT = 10.0  # seconds
BUDGET = 5  # forced renewals that may come at once,
BUDGET_REFILL = 30.0  # and seconds until one more is allowed


class Ages(TypedDict):
    """Seconds until a value is stale, too old to be given unasked, and of no use at all."""

    fresh: float
    stale: float
    last_good: float


class Kept(Generic[T]):
    """Fresh: given at once. Stale: given at once and renewed in the background. Older: fetched.

    However many threads ask, one fetch is under way at a time. A value that cannot be renewed
    serves until it is `last_good` seconds old. Forced renewals (an unknown key id, say) have
    a budget, so that nobody can make us hammer a provider by sending nonsense.
    """

    def __init__(
        self,
        fetch: Callable[[Deadline], T],
        *,
        fresh: float,
        stale: float,
        last_good: float,
        monotonic: Callable[[], float],
        late: Reason = Reason.IDP_TIMEOUT,
    ) -> None:
        """`fetch` returns the value or raises `Refused`; the ages are seconds.

        `late`: why a request is refused that waited too long for another one's fetch.
        """
        self._fetch = fetch
        self._fresh = fresh
        self._stale = stale
        self._last_good = last_good
        self._monotonic = monotonic
        self._late = late
        self._lock = threading.Lock()
        self._value: tuple[T, float] | None = None
        self._failure: tuple[Refused, float] | None = None
        self._budget = (float(BUDGET), monotonic())

    def get(self, deadline: Deadline) -> T:
        """The value. Raises the `Refused` of the fetch where there is none good enough."""
        held, age = self._value, 0.0
        if held is not None:
            age = self._monotonic() - held[1]
            if age < self._fresh:
                return held[0]
            if age < self._stale:
                self.renew_in_background()
                return held[0]
        try:
            return self._renew(held, deadline)
        except Refused:
            if held is None or age >= self._last_good:
                raise
            return held[0]

    def renew(self, inadequate: T, deadline: Deadline) -> T:
        """A newer value than `inadequate`, if there is one and the budget allows to ask."""
        held = self._value
        if held is None or held[0] is not inadequate:
            return self.get(deadline)  # somebody else renewed it meanwhile
        return self._renew(held, deadline, forced=True)

    def renew_if_stale(self) -> None:
        """Starts a renewal in the background when the value is no longer fresh, or not there."""
        held = self._value
        if held is None or self._monotonic() - held[1] >= self._fresh:
            self.renew_in_background()

    def renew_in_background(self) -> None:
        """Starts a renewal unless one is under way or has just failed."""
        if self._recent_failure() is None and not self._lock.locked():
            threading.Thread(target=self._renew_quietly, args=(self._value,), daemon=True).start()

    @property
    def failure(self) -> Refused | None:
        """Why the last fetch failed, until one succeeds."""
        return self._failure[0] if self._failure else None

    @property
    def value(self) -> T | None:
        """What is held and not too old to serve; nothing is fetched."""
        held = self._value
        if held is None or self._monotonic() - held[1] >= self._last_good:
            return None
        return held[0]

    def _renew(self, seen: tuple[T, float] | None, deadline: Deadline, *, forced: bool = False) -> T:
        if not self._lock.acquire(timeout=deadline.remaining()):
            raise self._recent_failure() or Refused(self._late, "another request was still fetching the same")
        try:
            held = self._value
            if held is not None and held is not seen:
                return held[0]
            failure = self._recent_failure()
            if failure is not None:
                raise failure
            if forced and held is not None and not self._spend():
                return held[0]
            try:
                value = self._fetch(deadline)
            except Refused as refused:
                self._failure = (refused, self._monotonic())
                raise
            self._value, self._failure = (value, self._monotonic()), None
            return value
        finally:
            self._lock.release()

    def _renew_quietly(self, seen: tuple[T, float] | None) -> None:
        try:
            self._renew(seen, Deadline(BACKGROUND_LIMIT, self._monotonic))
        except Refused:
            return  # kept as `failure`; who needs the value will hear of it

    def _recent_failure(self) -> Refused | None:
        failure = self._failure
        if failure is None or self._monotonic() - failure[1] > RETRY_GAP:
            return None
        return Refused(failure[0].reason, failure[0].detail)

    def _spend(self) -> bool:
        left, since = self._budget
        now = self._monotonic()
        left = min(float(BUDGET), left + (now - since) / BUDGET_REFILL)
        self._budget = (left - 1 if left >= 1 else left, now)
        return left >= 1
