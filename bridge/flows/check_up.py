"""A check-up: every dependency asked once, every finding with its remedy."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.refusal import Refused

LIMIT = 10.0  # seconds for each dependency


class Checked(Protocol):
    """Something that can be asked how it is."""

    @property
    def subject(self) -> str:
        """What it is called in the configuration, such as `connections.acme`."""
        ...

    def check(self, deadline: Deadline) -> Iterable[Finding]:
        """What was found. May raise `Refused`, which counts as failed."""
        ...


def check_up(checks: Iterable[Checked], monotonic: Callable[[], float]) -> Iterator[Finding]:
    """The findings, in order; one that fails does not stop the others."""
    for checked in checks:
        try:
            yield from checked.check(Deadline(LIMIT, monotonic))
        except Refused as refused:
            words = refused.reason.words
            yield Finding("failed", checked.subject, f"{words.cause} ({refused.detail})", words.remedy)
