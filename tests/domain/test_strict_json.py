"""JSON from strangers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.strict_json import JsonFault, parse_object

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), _VALUES), st.booleans())
def test_ordinary_objects_are_read_as_everybody_reads_them(value: dict[str, object], escaped: bool) -> None:
    assert parse_object(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_the_bytes_only_a_json_fault_is_raised(data: bytes) -> None:
    try:
        value = parse_object(data)
    except JsonFault:
        return
    assert isinstance(value, dict)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"sub":"a","sub":"b"}', id="a member twice"),
        pytest.param(b'{"x":{"sub":"a","sub":"a"}}', id="a member twice, deeper, with the same value"),
        pytest.param(b'{"sub":"a","s\\u0075b":"b"}', id="a member twice, one of them escaped"),
        pytest.param(b'{"exp":NaN}', id="NaN"),
        pytest.param(b'{"exp":Infinity}', id="Infinity"),
        pytest.param(b'{"exp":-Infinity}', id="minus Infinity"),
        pytest.param(b'{"sub":"\\ud800"}', id="a lone surrogate"),
        pytest.param(b'{"\\udfff":1}', id="a lone surrogate as a name"),
        pytest.param(b'{"sub":"\xed\xa0\x80"}', id="a surrogate in bytes"),
        pytest.param(b'{"sub":"\xff"}', id="not UTF-8"),
        pytest.param('{"sub":"ä"}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"sub":"a"}', id="a byte order mark"),
        pytest.param(b'{"n":' + b"1" * 5000 + b"}", id="an integer of 5000 digits"),
        pytest.param(b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="100,000 arrays deep"),
        pytest.param(b'{"x":' * 100_000, id="100,000 objects deep"),
        pytest.param(b'{"sub":"a"} x', id="something after it"),
        pytest.param(b'{"sub":"a"}{"sub":"b"}', id="two objects"),
        pytest.param(b'{"sub":"a",}', id="a comma too many"),
        pytest.param(b"{'sub':'a'}", id="single quotes"),
        pytest.param(b'{"sub":"a\n"}', id="a line break in a text"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="an array"),
        pytest.param(b'"text"', id="a text"),
        pytest.param(b"1", id="a number"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(data: bytes) -> None:
    with pytest.raises(JsonFault):
        parse_object(data)


def test_an_escaped_pair_of_surrogates_is_one_letter() -> None:
    assert parse_object(b'{"name":"\\ud83d\\ude00"}') == {"name": "\U0001f600"}
