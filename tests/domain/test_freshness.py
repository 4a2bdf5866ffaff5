"""For how long a reply may be kept, by its own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.freshness import Bounds, lifetime

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"
LATER = "Sun, 22 Nov 2026 10:15:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        (
            {"cache-control": "public, max-age=19433, must-revalidate, no-transform"},
            19433,
        ),  # as Google sends it
        ({"cache-control": "max-age=300", "age": "100"}, 200),
        ({"cache-control": "max-age=300", "age": "1000"}, 0),
        ({"cache-control": "max-age=300", "age": "soon"}, 300),
        ({"cache-control": 'MAX-AGE="60"'}, 60),
        ({"cache-control": "max-age=60, max-age=9000"}, 60),
        ({"cache-control": "max-age=99999999999"}, None),
        ({"cache-control": "max-age=9999999999"}, 2**31),
        ({"cache-control": "max-age=-1"}, None),
        ({"cache-control": "max-age"}, None),
        ({"cache-control": "s-maxage=60"}, None),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "private, no-cache, max-age=600"}, 0),
        ({"cache-control": "max-age=60", "expires": LATER, "date": DATE}, 60),
        ({"expires": LATER, "date": DATE}, 900),
        ({"expires": LATER, "date": DATE, "age": "60"}, 840),
        ({"expires": DATE, "date": LATER}, 0),
        ({"expires": LATER}, None),
        ({"expires": "0", "date": DATE}, 0),
        ({"expires": "-1"}, 0),
    ],
)
def test_what_the_headers_say(headers: dict[str, str], seconds: float | None) -> None:
    assert lifetime(headers) == seconds


TEXTS = st.text(max_size=60) | st.sampled_from(["max-age=", "no-store,", "=,=", "max-age=1", DATE])


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "age", "date"]), TEXTS))
def test_whatever_they_say_it_is_a_number_of_seconds_or_nothing(headers: dict[str, str]) -> None:
    said = lifetime(headers)
    assert said is None or said >= 0
    assert 300 <= Bounds(usual=600, floor=300, ceiling=3600).of(said) <= 3600


def test_bounds() -> None:
    bounds = Bounds(usual=600, floor=300, ceiling=3600)
    assert [bounds.of(said) for said in (None, 0, 450, 1e9)] == [600, 300, 450, 3600]
