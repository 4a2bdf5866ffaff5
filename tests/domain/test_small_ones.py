"""The small types that everything else is made of."""

import logging
import re
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.attempt import Attempt, Ticket, store_of
from bridge.domain.customer import Customer
from bridge.domain.hand_off import Redirect
from bridge.domain.loop import LIMIT, WINDOW, Turns
from bridge.domain.reference import reference_of
from bridge.domain.secret import Secret
from tests.contracts.world import NOON, FakeClock, counting_token


def attempt() -> Attempt:
    return Attempt.new(
        store="us", connection="acme", return_to="/cart", now=NOON + 0.9, token=counting_token()
    )


class TestReference:
    def test_the_same_attempt_has_the_same_reference_in_every_release(self) -> None:
        assert reference_of("a-state.us") == "65vr0vfv"

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
    def test_a_reference_is_eight_characters_that_are_not_misread(self, state: str) -> None:
        assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{8}", reference_of(state))

    def test_attempts_have_different_references(self) -> None:
        assert len({reference_of(f"{number}.us") for number in range(2000)}) == 2000


class TestAttempt:
    def test_an_attempt_has_three_secrets_that_differ_and_a_state_that_names_its_store(self) -> None:
        made = attempt()
        assert len({made.state, made.nonce, made.code_verifier, made.state.partition(".")[0]}) == 4
        assert store_of(made.state) == "us"
        assert made.created_at == int(NOON)
        assert made.restarts == 0

    def test_the_ticket_for_the_browser_holds_neither_nonce_nor_verifier(self) -> None:
        made = attempt()
        assert type(made.ticket) is Ticket
        assert made.nonce not in repr(made.ticket)
        assert made.code_verifier not in repr(made.ticket)
        assert made.ticket.reference == made.reference

    @pytest.mark.parametrize(
        ("state", "store"), [("a.us", "us"), ("a.b.c", "b.c"), ("a", ""), ("", ""), (".", "")]
    )
    def test_the_store_in_a_state_is_what_follows_the_first_full_stop(self, state: str, store: str) -> None:
        assert store_of(state) == store


class TestLoop:
    def test_too_many_sign_ins_within_the_window_are_a_loop(self) -> None:
        turns = Turns()
        for second in range(LIMIT):
            turns = turns.next(NOON + second)
        assert not turns.endless
        assert turns.next(NOON + LIMIT).endless

    def test_a_pause_of_a_window_begins_anew(self) -> None:
        turns = Turns(LIMIT, int(NOON))
        assert turns.next(NOON + WINDOW - 1).endless
        assert turns.next(NOON + WINDOW) == Turns(1, int(NOON) + WINDOW)

    def test_a_count_from_the_future_begins_anew(self) -> None:
        assert Turns(99, int(NOON) + 10).next(NOON) == Turns(1, int(NOON))

    @given(st.integers(0, 9999), st.integers(0, 99_999_999_999))
    def test_turns_survive_their_cookie(self, count: int, since: int) -> None:
        assert Turns.parse(str(Turns(count, since))) == Turns(count, since)

    @given(st.text(max_size=30) | st.text("0123456789-\u0661\u00b2 +", max_size=20))
    def test_whatever_a_cookie_holds_it_is_a_count_or_none(self, text: str) -> None:
        turns = Turns.parse(text)
        assert turns == Turns() or re.fullmatch(r"[0-9]+-[0-9]+", text)
        assert turns.next(NOON).count >= 1


class TestSecret:
    SECRET = Secret("planted-value")

    def test_no_way_of_printing_shows_it(self) -> None:
        shown = [
            str(self.SECRET),
            repr(self.SECRET),
            f"{self.SECRET}",
            f"{self.SECRET!r:>40}",
            "%s %r" % (self.SECRET, self.SECRET),  # noqa: UP031 - it is one of the ways
            repr([self.SECRET]),
            repr({"key": self.SECRET}),
            logging.makeLogRecord({"msg": "%s", "args": (self.SECRET,)}).getMessage(),
        ]
        assert "planted" not in "".join(shown)

    def test_a_traceback_does_not_show_it(self) -> None:
        nothing: dict[Secret, str] = {}
        with pytest.raises(KeyError) as caught:
            nothing[self.SECRET]
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert "planted" not in "".join(told.format())

    def test_it_can_be_read_and_compared(self) -> None:
        assert self.SECRET.reveal() == "planted-value"
        assert Secret("planted-value") == self.SECRET
        assert Secret("another") != self.SECRET
        assert self.SECRET != "planted-value"
        assert len({self.SECRET, Secret("planted-value")}) == 1


class TestDeadline:
    def test_time_runs_out_and_never_below_nothing(self) -> None:
        clock = FakeClock()
        deadline = clock.deadline(10)
        clock.advance(4)
        assert deadline.remaining() == pytest.approx(6)
        clock.advance(60)
        assert deadline.remaining() == 0


def test_a_one_time_address_does_not_show_in_a_log_line() -> None:
    assert "planted" not in f"{Redirect('https://store.example/login/token/planted')!r}"


@pytest.mark.parametrize(
    ("customer", "plausible"),
    [("101", True), ("nPRZaBcDeF", True), ("a" * 128, True), ("", False), ("a b", False), ("a" * 129, False),
     ("\u0661", False), ("1\n", False), ("1\x00", False)],
)  # fmt: skip
def test_a_customer_id_is_a_short_ascii_word(customer: str, plausible: bool) -> None:
    assert Customer(customer).plausible is plausible
