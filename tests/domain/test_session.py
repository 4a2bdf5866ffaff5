"""How long a session may last, and what it is called."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import SessionRef, session_end
from tests.contracts.people import session

NOW = 1_800_000_000.9


@pytest.mark.parametrize(
    ("claims", "ends_in"),
    [
        ({}, 3600),
        ({"session_expiry": None}, 3600),
        ({"session_expiry": 1_800_000_060}, 60),
        ({"session_expiry": 1_800_000_060.7}, 60),
        ({"session_expiry": 1_800_000_001}, 1),
        ({"session_expiry": 1_800_003_600}, 3600),
        ({"session_expiry": 1_800_009_999}, 3600),
        ({"exp": 1_800_000_060}, 3600),
    ],
    ids=["nothing", "null", "earlier", "a fraction", "at once", "the same", "later", "the token's own end"],
)
def test_the_provider_may_shorten_a_session_and_never_lengthen_it(
    claims: dict[str, Any], ends_in: int
) -> None:
    assert session_end(claims, NOW, 3600) == int(NOW) + ends_in


@pytest.mark.parametrize(
    "expiry",
    [0, -1, 1_799_999_999, 1_800_000_000, 1_800_000_000.95, True, "1800000060", [], {}, 1_800_000_060_000,
     float("inf"), float("-inf"), float("nan")],
)  # fmt: skip
def test_an_end_that_does_not_lie_ahead_begins_no_session(expiry: object) -> None:
    """Also one within this second: a life of none is nothing that could be kept."""
    with pytest.raises(Refused) as refused:
        session_end({"session_expiry": expiry}, NOW, 3600)
    assert refused.value.reason is Reason.ID_TOKEN_INVALID
    assert "1800000060" not in refused.value.detail


@given(st.floats() | st.integers() | st.booleans() | st.text() | st.none(), st.integers(60, 90 * 86400))
def test_whatever_it_says_a_session_begun_has_a_life_within_its_lifetime(
    expiry: object, lifetime: int
) -> None:
    try:
        end = session_end({"session_expiry": expiry}, NOW, lifetime)
    except Refused:
        return
    assert 1 <= end - int(NOW) <= lifetime


@given(st.integers(0, 10_000), st.integers(0, 100_000), st.integers(0, 20_000))
def test_a_life_ends_at_the_end_or_when_idle_and_never_later(idle: int, lifetime: int, after: int) -> None:
    made = session(created_at=0, ends_at=lifetime, idle=idle)
    life = made.life(after)
    assert 0 <= life <= max(0, lifetime - after)
    if idle:
        assert life <= idle


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{20,24}\.[0-9a-f]{30,34}", fullmatch=True))
def test_a_reference_is_read_as_it_is_written_or_not_at_all(text: str) -> None:
    ref = SessionRef.parse(text)
    assert ref is None or str(ref) == text
