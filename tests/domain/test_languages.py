"""Which language somebody is best served in, whatever they say they read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.languages import LANGUAGES, base_of, direction_of, fitting, known_by

KNOWN = known_by((*LANGUAGES, "pt-BR", "zh-Hant", "de-CH"))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["de"], "de"),
        (["DE-at"], "de"),
        (["de-CH-1901", "en"], "de-CH"),
        (["it", "fr-CA", "en"], "fr"),
        (["zh-Hant-TW"], "zh-Hant"),
        (["zh"], ""),
        (["pt-br"], "pt-BR"),
        (["pt-PT"], ""),
        (["dex", "d", "-", "", "de_DE", "*"], ""),
        (["en-" * 1000], "en"),
        (["it"] * 20 + ["de"], ""),
        ([], ""),
    ],
)
def test_the_first_tag_that_fits_is_taken_however_it_is_shortened(wanted: list[str], expected: str) -> None:
    assert fitting(wanted, KNOWN) == expected


@given(st.lists(st.text(max_size=30), max_size=30))
def test_whatever_is_wanted_only_what_is_known_is_given(wanted: list[str]) -> None:
    assert fitting(wanted, KNOWN) in {"", *KNOWN.values()}


def test_a_variant_has_the_base_that_it_changes() -> None:
    assert [base_of(tag) for tag in ("de-AT", "ja", "nl", "pt-BR")] == ["de", "ja", "", ""]


def test_arabic_and_hebrew_are_written_from_the_right() -> None:
    assert [direction_of(tag) for tag in ("ar-EG", "he", "de", "ja")] == ["rtl", "rtl", "ltr", "ltr"]
