"""Hostile providers and browsers: whoever should be refused is refused, with a page; all others are let in."""

import re

import pytest

from tests.attacks.arena import AFTERWARDS, Report
from tests.attacks.families import CASES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", [pytest.param(case.name, id=case.name) for case in CASES])
def test_attack(case: str, report: Report) -> None:
    if report[case]:
        pytest.fail(report[case], pytrace=False)


@pytest.mark.parametrize("question", AFTERWARDS)
def test_afterwards(question: str, report: Report) -> None:
    if report[question]:
        pytest.fail(report[question], pytrace=False)


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in CASES]
    assert [name for name in names if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name)] == []
    assert [name for name in names if names.count(name) > 1] == []
