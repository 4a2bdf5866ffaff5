"""What is sealed opens with our keys only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.secret import Secret
from bridge.state.sealing import Seal

OLD, NEW, FOREIGN = Secret("o" * 32), Secret("n" * 32), Secret("f" * 32)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_again(text: str) -> None:
    seal = Seal([NEW], "session")
    assert seal.open(seal.close(text)) == text


def test_an_older_key_still_opens_and_the_newest_seals() -> None:
    sealed_before = Seal([OLD], "session").close("hint")
    both = Seal([NEW, OLD], "session")
    assert both.open(sealed_before) == "hint"
    assert Seal([NEW], "session").open(both.close("hint")) == "hint"
    assert Seal([OLD], "session").open(both.close("hint")) is None


def test_a_foreign_key_and_another_purpose_open_nothing() -> None:
    sealed = Seal([NEW], "session").close("hint")
    assert Seal([FOREIGN], "session").open(sealed) is None
    assert Seal([NEW], "cookie").open(sealed) is None


@given(st.data())
def test_changed_data_opens_to_nothing(data: st.DataObject) -> None:
    seal = Seal([NEW], "session")
    sealed = bytearray(seal.close("hint"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    assert seal.open(bytes(sealed)) is None


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 27])
def test_data_that_is_too_short_opens_to_nothing(length: int) -> None:
    seal = Seal([NEW], "session")
    assert seal.open(seal.close("hint")[:length]) is None


def test_the_same_text_is_never_sealed_alike() -> None:
    seal = Seal([NEW], "session")
    assert len({seal.close("hint") for _ in range(100)}) == 100
