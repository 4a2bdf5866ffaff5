"""The texts by key: places for values, and what another wording of one must hold to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.page_texts import english, fault_of, filled, places
from bridge.domain.refusal import Reason


def test_every_refusal_has_its_two_texts() -> None:
    texts = english()
    for reason in Reason:
        assert texts[f"refusal.{reason.value}.title"] == reason.words.title
        assert texts[f"refusal.{reason.value}.message"] == reason.words.message


def test_every_text_of_ours_would_pass_as_an_override_of_itself() -> None:
    assert [key for key, text in english().items() if fault_of(text, text)] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "a text"),
        ("   ", "a text"),
        (7, "a text"),
        (["x"], "a text"),
        ("Look, {label}!", ""),
        ("Look, {label} and {label}!", ""),
        ("Vous\u202f? {label}", ""),
        ("Look!", "must hold {label}"),
        ("{lable}", "must hold {label}"),
        ("{label} {other}", "must hold {label}"),
        ("{label.__class__}", "must not hold {"),
        ("{label!r} {label}", "must not hold {"),
        ("{{label}}", "must not hold {"),
        ("{label} {", "must not hold {"),
        ("{label} {0}", "must not hold {"),
        ("{label}\n", "one line"),
        ("{label}\x00", "one line"),
        ("{label}\ud800", "one line"),
        ("{label}" * 100, "at most"),
    ],
)
def test_another_wording_has_the_same_places_and_is_one_line(text: object, fault: str) -> None:
    found = fault_of(text, "See {label}.")
    assert found == "" if not fault else fault in found


def test_attack_a_value_that_looks_like_a_place_stays_what_it_is() -> None:
    assert filled("{title}: {label}", {"title": "{label}", "label": "{title}"}) == "{label}: {title}"
    assert filled("{label}", {"label": "{label.__class__}\\1"}) == "{label.__class__}\\1"


@given(st.text(), st.text())
def test_filling_never_fails_and_leaves_other_text_alone(text: str, value: str) -> None:
    done = filled(text, {"label": value})
    if not places(text):
        assert done == text
