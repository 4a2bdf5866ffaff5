"""What a case is: one thing planted, and the words that the finding must say of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.doctor.ward import Ward


@dataclass(frozen=True)
class Case:
    """`says`: words of the message; `fix`: words of the remedy. `status`: the exit status."""

    name: str
    plant: Callable[[Ward], object]
    subject: str
    says: tuple[str, ...]
    fix: tuple[str, ...]
    level: str = "failed"
    words: tuple[str, ...] = ()
    status: int | None = None  # where it is not the level's own

    def __str__(self) -> str:
        return self.name


def fitting(case: Case, document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        one
        for one in document["findings"]
        if (one["level"], one["subject"]) == (case.level, case.subject)
        and all(word in one["message"] for word in case.says)
        and all(word in one["remedy"] for word in case.fix)
    ]


def judge(case: Case, ward: Ward) -> None:
    case.plant(ward)
    ward.write()
    status, document = ward.examine(*case.words)
    expected = int(case.level == "failed") if case.status is None else case.status
    assert (status, document["status"]) == (expected, "failed" if expected else "good"), document
    found = fitting(case, document)
    bad = [one for one in document["findings"] if one["level"] in ("failed", "warning")]
    assert len(found) == 1, bad or document
    if case.level == "failed":
        others = [one for one in bad if one["level"] == "failed" and one is not found[0]]
        assert len(others) <= 1, others  # a second one may follow from it, a crowd would hide it
    assert found[0]["why"] or case.level == "note"
