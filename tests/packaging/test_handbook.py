"""The refusals' pages say what the sources say: their words of the log, their settings, a row for each code."""

import re
from pathlib import Path

import pytest

from bridge.domain.handbook import HANDBOOK
from bridge.domain.refusal import Reason
from bridge.settings import declared_keys

ROOT = Path(__file__).parents[2]
BRIDGE = ROOT / "bridge"


def sources() -> str:
    """All that may raise a refusal, with texts that were broken over lines put together."""
    files = [file for file in BRIDGE.rglob("*.py") if not {"handbook", "demo"} & set(file.parts)]
    return re.sub(r'"\s*\n\s*f?"', "", "".join(file.read_text(encoding="utf-8") for file in files))


def test_every_code_has_its_entry_and_no_entry_is_of_a_code_that_is_gone() -> None:
    assert HANDBOOK.keys() == {reason.value for reason in Reason}


def test_the_logs_words_are_raised_somewhere() -> None:
    """A check's name and its words are two texts in the sources, and one in the log."""
    code = sources()

    def raised(part: str) -> bool:
        return part in code or (part.partition(": ")[2].strip() in code and part.partition(": ")[0] in code)

    quoted = [
        (reason, part.strip().rstrip(":"))
        for reason, entry in HANDBOOK.items()
        for seen, _ in entry.seen
        if not seen.startswith("(")
        for part in seen.split("…")
        if part.strip()
    ]
    assert len(quoted) > 100
    assert [each for each in quoted if not raised(each[1])] == []


def test_every_setting_it_names_is_there() -> None:
    known = {".".join(key.path) for key in declared_keys()}
    assert {path for entry in HANDBOOK.values() for path in entry.settings} <= known


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_every_page_says_what_the_shopper_saw_what_happened_and_what_to_do(reason: Reason) -> None:
    page = (ROOT / "docs" / "refusals" / f"{reason.value}.md").read_text(encoding="utf-8")
    for words in (reason.words.title, reason.words.message, reason.words.cause, reason.words.remedy):
        assert words in page
    for head in ("What the shopper sees", "What happened", "Where it shows"):
        assert f"\n## {head}\n" in page


def test_no_page_is_left_of_a_code_that_is_gone() -> None:
    pages = {file.stem for file in (ROOT / "docs" / "refusals").glob("*")}
    assert pages == {reason.value for reason in Reason}


def test_what_the_makes_pages_say_of_a_code_stands_on_the_codes_page() -> None:
    page = (ROOT / "docs" / "refusals" / "client_rejected.md").read_text(encoding="utf-8")
    assert "| [Microsoft Entra ID](../idps/entra.md) | `AADSTS700027`" in page
    page = (ROOT / "docs" / "refusals" / "customer_rejected.md").read_text(encoding="utf-8")
    assert "| [Commerce Layer](../platforms/commercelayer.md) |" in page
