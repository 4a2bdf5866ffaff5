"""Crowds of `bench.crowd` as processes of their own, and what came of them."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field

from bench.crowd import SUBJECTS


@dataclass(frozen=True, slots=True)
class Results:
    """How a crowd's sign-ins ended."""

    times: list[float]  # milliseconds of those that succeeded, in order
    refused: dict[str, int] = field(default_factory=dict)  # how many, by what was said

    def percentile(self, percent: int) -> float:
        """By rank; 0 where nobody was signed in."""
        return self.times[min(len(self.times) * percent // 100, len(self.times) - 1)] if self.times else 0.0

    def all_signed_in(self) -> "Results":
        """Raises `RuntimeError` when somebody was not."""
        if self.refused or not self.times:
            raise RuntimeError(f"not everybody was signed in: {self}")
        return self

    def __str__(self) -> str:
        ends = {"signed_in": len(self.times), **self.refused}
        counts = "  ".join(f"{end} {number}" for end, number in ends.items())
        return f"p50 {self.percentile(50):.0f}  p99 {self.percentile(99):.0f} ms  {counts}"


def begin(port: int, store: str, number: int, *how: str | float) -> "subprocess.Popen[bytes]":
    """See `bench.crowd` for `how`."""
    words = [sys.executable, "-m", "bench.crowd", str(port), store, str(number), *map(str, how)]
    return subprocess.Popen(words, stdout=subprocess.PIPE)


def ended(process: "subprocess.Popen[bytes]") -> Results:
    """Waits for it. Raises `RuntimeError` when it broke."""
    printed, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the crowd broke")
    ends: list[tuple[float, str]] = json.loads(printed)
    counts = Counter(end for _, end in ends)
    del counts["signed_in"]
    return Results(sorted(ms for ms, end in ends if end == "signed_in"), dict(counts))


def shop(port: int, store: str, number: int, shoppers: int, subjects: int = SUBJECTS) -> Results:
    """So many sign-ins by so many shoppers who never pause."""
    return ended(begin(port, store, number, "busy", shoppers, subjects))
