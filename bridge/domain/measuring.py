"""What is counted where it happens, and not where a request ends."""

from typing import Protocol


class Measures(Protocol):
    """Takes what happened; returns at once and never raises. Names are of the configuration, or ours."""

    def called(self, subject: str, kind: str, outcome: int | str, seconds: float) -> None:
        """A call that left this machine, or would have: `outcome` is its status or a `FailureKind`."""
        ...

    def session_ended(self, store: str, reason: str) -> None:
        """A session ended before its time; `reason` is an `EndReason`."""
        ...


class NotMeasured:
    """For commands, which nobody scrapes."""

    def called(self, subject: str, kind: str, outcome: int | str, seconds: float) -> None:
        pass

    def session_ended(self, store: str, reason: str) -> None:
        pass


NOT_MEASURED = NotMeasured()
