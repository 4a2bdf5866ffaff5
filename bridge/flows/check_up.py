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
            why = f"Sign-ins that need it end in {refused.reason.value} (docs/refusals.md)."
            yield Finding("failed", checked.subject, f"{words.cause} ({refused.detail})", words.remedy, why)


def unfinished(checked: Checked, seconds: float) -> Finding:
    """Of a dependency that had not told everything when the time for all of them was up."""
    return Finding(
        "failed",
        checked.subject,
        f"the check did not end within {seconds:.0f} s",
        "See whether its host name resolves quickly from this machine; then check again.",
        "Whoever waits for it in a sign-in waits as long.",
    )
