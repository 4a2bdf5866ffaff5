"""How links are written: what goes in comes out, in few bytes, readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.customer import Evidence
from bridge.domain.identity import IdentityKey, identity_digest
from bridge.domain.refusal import Reason, Refused
from bridge.state.link_records import (
    DIGEST,
    LETTERS,
    SINCE,
    claim_read,
    customer_of,
    email_digest,
    holder_field,
    link_read,
    link_text,
    when_read,
    when_text,
)

CUSTOMERS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=128)
TIMES = st.integers(SINCE, SINCE + 64**5 - 1)


@given(CUSTOMERS, st.sampled_from(sorted(LETTERS)), TIMES)
def test_a_link_is_read_as_it_was_written(customer: str, evidence: Evidence, created_at: int) -> None:
    text = link_text(customer, evidence, created_at)
    assert link_read(text) == (customer, evidence, created_at)
    assert customer_of(text) == customer
    assert len(text) == 6 + len(customer)


@given(st.integers(-(2**70), 2**70))
def test_any_time_is_cut_to_what_fits_and_order_is_kept(seconds: int) -> None:
    text = when_text(seconds)
    assert len(text) == 5
    assert when_read(text) == min(max(seconds, SINCE), SINCE + 64**5 - 1)


@given(st.text(max_size=40), TIMES)
def test_a_claim_is_read_as_it_was_written(subject: str, since: int) -> None:
    digest = IdentityKey("https://idp.example", subject.encode("utf-8", "replace").decode()).digest
    assert claim_read(digest + when_text(since)) == (digest, since)


@given(CUSTOMERS, st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True))
def test_a_holders_place_tells_customer_and_connection(customer: str, connection: str) -> None:
    assert holder_field(customer, connection).split(" ") == [customer, connection]


@pytest.mark.parametrize("text", ["", "x", "zAAAAA101", "1 101 email 0 acme", "Σ"])
def test_a_link_of_another_version_is_not_guessed_at(text: str) -> None:
    for read in (link_read, customer_of):
        with pytest.raises(Refused) as caught:
            read(text)
        assert caught.value.reason is Reason.INTERNAL_ERROR


def test_links_that_stand_in_production_are_read_for_ever() -> None:
    assert link_read("eNPPKA101") == ("101", "email", SINCE + 13 * 64**4 + 15 * 64**3 + 15 * 64**2 + 10 * 64)
    assert set(LETTERS.items()) == {
        ("claim", "c"), ("email", "e"), ("created", "n"), ("imported", "i"), ("operator", "o"),
    }  # fmt: skip
    assert identity_digest("https://idp.acme.example", "ada") == "9D61N24glK1g6_gtx0txpw"
    assert email_digest("ada@acme.com") == "FU4eChhyUz3fOXoW5aZdzw"


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_digest_is_of_issuer_and_subject_and_where_one_ends(issuer: str, subject: str) -> None:
    issuer, subject = (text.encode("utf-8", "replace").decode() for text in (issuer, subject))
    digest = identity_digest(issuer, subject)
    assert len(digest) == DIGEST == len(email_digest(subject))
    if issuer:
        assert identity_digest(issuer[:-1], issuer[-1] + subject) != digest
