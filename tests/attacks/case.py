"""What one attack is made of, and how tables of them are written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tests.attacks.browser import Page
from tests.attacks.hostile.plan import Plan
from tests.attacks.walks import sign_in

if TYPE_CHECKING:
    from tests.attacks.visit import Visit

T = TypeVar("T")


@dataclass(frozen=True)
class Verdict:
    """How a case must end: signed in, refused with one of these codes, or sent to the provider anew."""

    accept: bool = False
    codes: frozenset[str] = frozenset()
    restart: bool = False
    empty: bool = False  # 204: nothing happened

    def __str__(self) -> str:
        ways = ["signed in"] * self.accept + ["begun anew"] * self.restart + ["nothing done"] * self.empty
        return " or ".join([*ways, *sorted(self.codes)])


ACCEPTED = Verdict(accept=True)
RESTARTED = Verdict(restart=True)
NOTHING = Verdict(empty=True)


def refused(*codes: str) -> Verdict:
    return Verdict(codes=frozenset(codes))


def either(*codes: str) -> Verdict:
    """Signing in is right as well; what matters is that nothing worse happens."""
    return Verdict(accept=True, codes=frozenset(codes))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One connection of the bridge with its provider, a walk of one or more browsers, and how it must end."""

    name: str
    verdict: Verdict
    plan: Plan = field(default_factory=Plan)
    walk: Callable[["Visit"], Page] = sign_in
    settings: Mapping[str, object] = field(default_factory=dict)  # of the connection, beside the usual ones
    check: Callable[["Visit", Page], None] | None = None  # more that must be true at the end
    slow: bool = False  # begins early: it will wait for time limits
    checks_email: bool = True  # whoever is signed in has the e-mail that the provider gave


def table(
    prefix: str,
    verdict: Verdict,
    make: Callable[[T], Plan],
    rows: Mapping[str, T],
    *,
    settings: Mapping[str, object] | None = None,
    check: Callable[["Visit", Page], None] | None = None,
    slow: Iterable[str] = (),
) -> list[Case]:
    """A case for each row: `make` says what the provider does with the row's value."""
    return [
        Case(
            name=f"{prefix}-{name}",
            verdict=verdict,
            plan=make(value),
            settings=settings or {},
            check=check,
            slow=name in slow,
        )
        for name, value in rows.items()
    ]
