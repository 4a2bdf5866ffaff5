"""What is known of one reference, put together from its records: what `bridge explain` tells."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from bridge.domain.story import Step, read

Kind = Literal["begun", "signed_in", "refused", "token", "stray"]
KINDS: frozenset[str] = frozenset({"begun", "signed_in", "refused", "token", "stray"})
End = Literal["signed_in", "refused", "away"]

#: As `reference_of` makes them, which leaves out what is misread on the telephone.
_REFERENCE = re.compile(r"[0-9a-hjkmnp-tv-z]{8}\Z")
_MISREAD = str.maketrans({"i": "1", "l": "1", "o": "0", "u": "v", "-": None, " ": None, "#": None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as it was written."""

    at: float  # seconds since the epoch, by the clock of Redis
    reference: str
    kind: Kind
    store: str = ""
    connection: str = ""
    reason: str = ""
    detail: str = ""
    customer: str = ""
    steps: Sequence[Step] = ()

    @property
    def at_token(self) -> bool:
        """Whether it is a storefront's request for a token that was refused."""
        return self.kind == "stray" and any(step.name == "token_asked" for step in self.steps)

    @classmethod
    def of(cls, at: float, fields: Mapping[str, str]) -> "Record | None":
        """None for what this version cannot read."""
        kind = fields.get("k", "")
        if kind not in KINDS:
            return None
        return cls(
            at=at,
            reference=fields.get("r", ""),
            kind=cast(Kind, kind),
            store=fields.get("s", ""),
            connection=fields.get("c", ""),
            reason=fields.get("o", ""),
            detail=fields.get("d", ""),
            customer=fields.get("u", ""),
            steps=tuple(read(fields.get("t", ""))),
        )


@dataclass(frozen=True, slots=True)
class Account:
    """All records of one reference, oldest first. There is one at least."""

    records: tuple[Record, ...]

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Account":
        """A record that was written twice, because its first answer was lost, is told once."""
        seen: list[Record] = []
        for record in sorted(records, key=lambda one: one.at):
            if not any(_same(record, other) for other in seen):
                seen.append(record)
        return cls(tuple(seen))

    @property
    def reference(self) -> str:
        return self.records[0].reference

    @property
    def began(self) -> float:
        """Seconds since the epoch."""
        return self.records[0].at

    @property
    def last(self) -> Record:
        """The record that says how it ended. A refusal after the sign-in was recorded counts, one of another
        browser, which anybody can cause, only where there is nothing else.
        """
        ends = [one for one in self.records if one.kind in ("signed_in", "refused") or one.at_token]
        return (ends or self.records)[-1]

    @property
    def end(self) -> End:
        kind = self.last.kind
        if kind == "signed_in":
            return "signed_in"
        return "refused" if kind in ("refused", "stray") else "away"

    @property
    def store(self) -> str:
        return self._first("store")

    @property
    def connection(self) -> str:
        return self._first("connection")

    @property
    def customer(self) -> str:
        return self._first("customer")

    @property
    def identity(self) -> str:
        """Its digest, if the provider named one."""
        for step in self.steps:
            if step.name == "identity":
                return str(step.facts.get("identity", ""))
        return ""

    @property
    def steps(self) -> Iterator[Step]:
        return (step for record in self.records for step in record.steps)

    def _first(self, name: str) -> str:
        return next((value for one in self.records if (value := getattr(one, name))), "")


def _same(one: Record, other: Record) -> bool:
    return one.steps == other.steps and (one.kind, one.reason) == (other.kind, other.reason)


def normal_reference(text: str) -> str:
    """What somebody who copied or dictated a reference may have meant; empty where it cannot be one."""
    reference = text.strip().lower().translate(_MISREAD)
    return reference if _REFERENCE.match(reference) else ""


def is_near(one: str, other: str) -> bool:
    """Whether two references differ by a slip: two characters, or two neighbours changed places."""
    if len(one) != len(other):
        return False
    different = [place for place in range(len(one)) if one[place] != other[place]]
    return 0 < len(different) <= 2
