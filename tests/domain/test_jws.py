"""A token taken apart."""

import json
import re
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.jws import MAX_TOKEN, TokenFault, UnverifiedToken, decoded

from .tokens import CLAIMS, HEADER, compact, encoded

_GOOD = compact(HEADER, CLAIMS)
_PART = st.text("ABCxyz019-_=+/ .\n\u00e9", max_size=12) | st.binary(max_size=12).map(encoded)
_JSON_PART = st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4) | st.none(), max_size=3)


def test_a_token_is_read_and_its_signed_part_kept_byte_for_byte() -> None:
    parsed = UnverifiedToken.parse(_GOOD)
    assert parsed.header == HEADER
    assert parsed.unverified_claims == CLAIMS
    assert parsed.signing_input.decode() == _GOOD.rpartition(".")[0]
    assert parsed.signature == b"signature"
    assert (parsed.alg, parsed.kid) == ("RS256", "k1")


@given(st.text(max_size=9) | st.text("ABCxyz019-_=+/ .\n\u00e9\ud800", max_size=9))
def test_base64url_is_read_where_no_character_is_any_other(text: str) -> None:
    """Python alone reads both alphabets, skips what it does not know, and stops at padding."""
    if re.fullmatch("[A-Za-z0-9_-]*", text) and len(text) % 4 != 1:
        assert decoded(text) == urlsafe_b64decode(text + "==")
    else:
        with pytest.raises(TokenFault):
            decoded(text)


@given(st.text(max_size=60) | st.lists(_PART, max_size=5).map(".".join))
def test_whatever_the_text_only_a_token_fault_is_raised(text: str) -> None:
    with pytest.raises(TokenFault):
        UnverifiedToken.parse(text)


@given(_JSON_PART, _JSON_PART, st.binary(max_size=8))
def test_any_two_json_objects_make_a_token_or_a_token_fault(
    header: dict[str, object], claims: dict[str, object], signature: bytes
) -> None:
    try:
        parsed = UnverifiedToken.parse(compact(header, claims, signature))
    except TokenFault:
        return
    assert parsed.signature == signature
    assert isinstance(parsed.alg, str)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("a.b", id="two parts"),
        pytest.param(_GOOD + ".x", id="four parts"),
        pytest.param(_GOOD + ".x.y", id="five parts, an encrypted token"),
        pytest.param(_GOOD + "=", id="padding"),
        pytest.param(_GOOD + "\n", id="a line break at the end"),
        pytest.param(" " + _GOOD, id="a space before"),
        pytest.param(_GOOD.replace(".", ".+/", 1), id="plain base64"),
        pytest.param(_GOOD + "A" * MAX_TOKEN, id="too large"),
        pytest.param(json.dumps({"payload": "", "signatures": []}), id="JSON serialisation"),
        pytest.param(f"{encoded(b'[]')}.{encoded(b'{}')}.", id="a header that is an array"),
        pytest.param(f"{encoded(b'{}')}.{encoded(b'text')}.", id="claims that are no JSON"),
        pytest.param(compact({"alg": "RS256", "kid": 7}, CLAIMS), id="kid is a number"),
        pytest.param(compact({"alg": "RS256", "kid": None}, CLAIMS), id="kid is null"),
    ],
)
def test_what_is_no_compact_signed_token_is_refused(text: str) -> None:
    with pytest.raises(TokenFault):
        UnverifiedToken.parse(text)


def test_an_alg_that_is_no_text_counts_as_none_named() -> None:
    assert UnverifiedToken.parse(compact({"alg": ["RS256"]}, CLAIMS)).alg == ""
