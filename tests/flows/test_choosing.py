"""The policy alone: which connection a request takes, and what is asked where nothing decides."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.connection import Connection
from bridge.flows.choosing import Note, Question, choose, question
from tests.flows.scene import ACME

GLOBEX = replace(ACME, name="globex", domains=("globex.com", "xn--bcher-kva.example"))
STAFF = replace(ACME, name="staff", domains=("acme.com", "acme.org"))
GUESTS = replace(ACME, name="guests", domains=("*",))
PARTNERS = replace(ACME, name="partners", domains=("*",))
PLAIN, OTHER = replace(ACME, name="plain", domains=()), replace(ACME, name="other", domains=())

TYPED = (ACME, GLOBEX)  # every one with domains of its own
MIXED = (ACME, GLOBEX, PLAIN)
WITH_GUESTS = (ACME, GLOBEX, GUESTS)
LISTED = (PLAIN, OTHER)


def way(candidates: Sequence[Connection], hint: str = "", *, last: str = "", typed: bool = False) -> str:
    """The connection's name; or what is asked: names in brackets, `@` for the address, and what was wrong."""
    taken = choose(candidates, hint, last=last, typed=typed)
    if isinstance(taken, Connection):
        return taken.name
    asked = ["@"] * taken.by_email + [one.name for one in taken.connections]
    return f"[{' '.join(asked)}]" + (f" {taken.note.value}" if taken.note else "")


@pytest.mark.parametrize(
    ("candidates", "hint", "taken"),
    [
        (TYPED, "ada@globex.com", "globex"),
        (TYPED, " Ada@GLOBEX.com ", "globex"),
        (TYPED, "ada@B\u00fccher.example", "globex"),
        (TYPED, "ada@xn--bcher-kva.example", "globex"),
        (WITH_GUESTS, "ada@globex.com", "globex"),
        (WITH_GUESTS, "ada@gmail.example", "guests"),
        (WITH_GUESTS, "ada@mail.globex.com", "guests"),
        (MIXED, "ada@gmail.example", "[@ acme globex plain]"),
        (MIXED, "ada@mail.globex.com", "[@ acme globex plain]"),
        ((*WITH_GUESTS, PARTNERS), "ada@gmail.example", "[@ acme globex guests partners]"),
        ((ACME, STAFF, GLOBEX), "ada@acme.com", "[acme staff]"),
        ((ACME, STAFF, GLOBEX), "ada@acme.org", "staff"),
        (LISTED, "ada@acme.com", "[plain other]"),
        ((PLAIN, GUESTS), "ada@acme.com", "guests"),
        (TYPED, "ada", "[@]"),
    ],
)
def test_the_domain_of_an_address_decides(candidates: Sequence[Connection], hint: str, taken: str) -> None:
    assert way(candidates, hint) == taken


@pytest.mark.parametrize("one", [ACME, PLAIN, GUESTS])
@pytest.mark.parametrize("hint", ["", "ada", "ada@globex.com"])
@pytest.mark.parametrize("typed", [False, True])
def test_the_only_one_is_taken_whatever_else_is_said(one: Connection, hint: str, typed: bool) -> None:
    assert way((one,), hint, last="globex", typed=typed) == one.name


@pytest.mark.parametrize(
    ("candidates", "question"),
    [(TYPED, "[@]"), (MIXED, "[@ acme globex plain]"), (LISTED, "[plain other]"), ((GUESTS, PLAIN), "[guests plain]")],
)  # fmt: skip
def test_what_is_asked_depends_on_what_is_known_of_the_domains(
    candidates: Sequence[Connection], question: str
) -> None:
    assert way(candidates) == question


@pytest.mark.parametrize(
    ("candidates", "hint", "last", "taken"),
    [
        (TYPED, "", "globex", "globex"),
        (LISTED, "", "other", "other"),
        (LISTED, "ada@acme.com", "other", "other"),
        (TYPED, "ada@acme.com", "globex", "acme"),
        ((ACME, STAFF, GLOBEX), "ada@acme.com", "staff", "staff"),
        ((ACME, STAFF, GLOBEX), "ada@acme.com", "globex", "[acme staff]"),
        (WITH_GUESTS, "ada@gmail.example", "globex", "guests"),
        (TYPED, "ada@gmail.example", "globex", "acme"),
        (MIXED, "ada@gmail.example", "plain", "plain"),
        (MIXED, "ada@gmail.example", "globex", "[@ acme globex plain]"),
        (LISTED, "", "taken-away-since", "[plain other]"),
        (LISTED, "", "", "[plain other]"),
    ],
)
def test_the_one_used_last_is_taken_where_no_address_says_otherwise(
    candidates: Sequence[Connection], hint: str, last: str, taken: str
) -> None:
    assert way(candidates, hint, last=last) == taken


@pytest.mark.parametrize(
    ("candidates", "hint", "asked"),
    [
        (TYPED, "ada", "[@] not_an_address"),
        (TYPED, "", "[@] not_an_address"),
        (MIXED, "ada", "[@ acme globex plain] not_an_address"),
        (MIXED, "ada@gmail.example", "[@ acme globex plain] nobodys"),
    ],
)
def test_what_a_person_typed_is_answered_and_never_overruled_by_the_one_used_last(
    candidates: Sequence[Connection], hint: str, asked: str
) -> None:
    for last in ("", "globex", "plain"):
        assert way(candidates, hint, last=last, typed=True) == asked


def test_where_only_an_address_is_asked_for_one_of_nobodys_takes_the_first() -> None:
    assert way(TYPED, "ada@gmail.example", typed=True) == "acme"
    assert way(TYPED[::-1], "ada@gmail.example", typed=True) == "globex"


@pytest.mark.parametrize("candidates", [TYPED, MIXED, LISTED, (ACME,)])
def test_who_wants_to_choose_is_asked(candidates: Sequence[Connection]) -> None:
    asked = question(candidates)
    assert isinstance(asked, Question)
    assert asked.note is None
    assert asked.by_email or asked.connections


@given(st.text(max_size=40) | st.emails(), st.text(max_size=10), st.booleans())
def test_an_address_alone_is_answered_without_a_word_on_the_connections(
    hint: str, last: str, typed: bool
) -> None:
    taken = choose(TYPED, hint, last=last, typed=typed)
    if isinstance(taken, Question):
        assert taken.connections == ()
        assert taken.note in (None, Note.NOT_AN_ADDRESS)
