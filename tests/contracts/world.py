"""Time and chance as tests have them: they do what they are told."""

import itertools
import threading
from collections.abc import Callable

from bridge.domain.deadline import Deadline

NOON = 1_800_000_000.0
"""When tests begin: some second of the year 2027."""


class FakeClock:
    """Wall clock, monotonic clock and sleeping, which pass time only when asked to."""

    def __init__(self, start: float = NOON) -> None:
        self._lock = threading.Lock()
        self._start = start
        self._passed = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return 100.0 + self._passed

    def advance(self, seconds: float) -> None:
        """Lets time pass; also what a pause does."""
        with self._lock:
            self._passed += seconds

    def deadline(self, seconds: float = 9.0) -> Deadline:
        """One that runs by this clock."""
        return Deadline(seconds, self.monotonic)


def counting_token(word: str = "token") -> Callable[[], str]:
    """Tokens of 43 characters that differ, the same ones in each run."""
    numbers = itertools.count(1)
    return lambda: f"{word}-{next(numbers)}".ljust(43, "x")
