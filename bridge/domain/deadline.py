"""A point in time after which nobody waits any longer."""

from collections.abc import Callable


class Deadline:
    """Shared by all outgoing calls of one request, so that their waits cannot add up."""

    __slots__ = ("_at", "_monotonic")

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._at = monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._at - self._monotonic())

    def within(self, seconds: float) -> "Deadline":
        """The same, but no later than so many seconds from now: for what must not use up the rest."""
        return Deadline(min(seconds, self.remaining()), self._monotonic)
