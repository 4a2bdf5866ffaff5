"""How often something may be done that strangers can cause."""

from collections.abc import Callable

BUDGET = 5  # times that may come at once,
BUDGET_REFILL = 30.0  # and seconds until one more is allowed


class Budget:
    """A bucket that refills with time. Used by one thread at a time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._left, self._since = float(BUDGET), monotonic()

    def spend(self) -> bool:
        """Whether there was one left; it is gone now."""
        now = self._monotonic()
        left = min(float(BUDGET), self._left + (now - self._since) / BUDGET_REFILL)
        allowed = left >= 1
        self._left, self._since = (left - 1 if allowed else left), now
        return allowed
