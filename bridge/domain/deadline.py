"""A point in time after which nobody waits any longer."""

from collections.abc import Callable

from bridge.domain.story import Story


class Deadline:
    """Shared by all outgoing calls of one request, so that their waits cannot add up.

    As it goes wherever the request goes, so does `story`: what was done so far.
    """

    __slots__ = ("_at", "_monotonic", "story")

    def __init__(self, seconds: float, monotonic: Callable[[], float], story: Story | None = None) -> None:
        self._monotonic = monotonic
        self._at = monotonic() + seconds
        self.story = story or Story(monotonic)

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._at - self._monotonic())

    def within(self, seconds: float) -> "Deadline":
        """The same, but no later than so many seconds from now: for what must not use up the rest."""
        return Deadline(min(seconds, self.remaining()), self._monotonic, self.story)
