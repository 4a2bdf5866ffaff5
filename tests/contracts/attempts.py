"""The port `Attempts`: put once, taken once, ended once."""

import time

import pytest

from bridge.domain.attempt import Attempt
from bridge.domain.deadline import Deadline
from bridge.domain.limits import OUTCOME_LIFE, UNDERWAY_LIFE
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.rates import Rate, TooOftenError
from bridge.domain.refusal import Reason, Refused

from .people import ADA, CUSTOMER, EVE, attempt, link, session
from .state import StateUnderTest, all_at_once

LIFETIME = 900  # seconds


class AttemptsContract:
    """The class that inherits this has a fixture `state`."""

    def test_an_attempt_comes_back_as_it_was(self, state: StateUnderTest) -> None:
        put = attempt(return_to="/caf%C3%A9?q=1&r=\"'", restarts=1)
        state.attempts.put(put)
        assert state.attempts.take(put.state) == put

    def test_what_a_portal_asked_for_comes_back_too(self, state: StateUnderTest) -> None:
        put = attempt(portal_parameters={"organization": "org_1", "invitation": 'a"b\n'})
        state.attempts.put(put)
        assert state.attempts.peek(put.state) == put
        assert state.attempts.take(put.state) == put

    def test_what_is_over_its_rate_puts_nothing(self, state: StateUnderTest) -> None:
        rates = Rate("starts 203.0.113.7", 2), Rate("starts at acme", 9)
        for _ in range(2):
            put = attempt()
            state.attempts.put(put, rates=rates)
            assert state.attempts.peek(put.state) == put
        with pytest.raises(TooOftenError) as caught:
            state.attempts.put(attempt(), rates=rates)
        assert caught.value.rate == rates[0]
        assert 0 < caught.value.wait <= 60
        other = Rate("starts 198.51.100.9", 2), Rate("starts at globex", 1)
        state.attempts.put(attempt(), rates=other)
        with pytest.raises(TooOftenError) as caught:
            state.attempts.put(attempt(), rates=other)
        assert caught.value.rate == other[1]

    def test_of_fifty_who_ask_at_once_exactly_one_gets_the_attempt(self, state: StateUnderTest) -> None:
        put = attempt()
        state.attempts.put(put)
        taken = all_at_once(50, lambda _: state.attempts.take(put.state))
        assert [one for one in taken if isinstance(one, Attempt)] == [put]
        assert sum(isinstance(one, Underway) for one in taken) == 49

    def test_who_asks_later_learns_that_it_is_under_way(self, state: StateUnderTest) -> None:
        put = attempt()
        state.attempts.put(put)
        state.attempts.take(put.state)
        assert isinstance(state.attempts.take(put.state), Underway)
        assert isinstance(state.attempts.peek(put.state), Underway)

    def test_looking_takes_nothing(self, state: StateUnderTest) -> None:
        put = attempt()
        state.attempts.put(put)
        assert state.attempts.peek(put.state) == put
        assert state.attempts.peek(put.state) == put
        assert state.attempts.take(put.state) == put

    def test_an_unknown_attempt_is_nothing(self, state: StateUnderTest) -> None:
        assert state.attempts.take(attempt().state) is None
        assert state.attempts.peek(attempt().state) is None

    def test_one_attempt_says_nothing_of_another(self, state: StateUnderTest) -> None:
        one, other = attempt(), attempt()
        state.attempts.put(one)
        state.attempts.put(other)
        state.attempts.take(one.state)
        assert state.attempts.take(other.state) == other

    def test_an_attempt_lives_as_long_as_a_shopper_has(self, state: StateUnderTest) -> None:
        put = attempt()
        state.attempts.put(put)
        state.assert_lives(put.state, LIFETIME)

    def test_an_attempt_whose_request_died_is_soon_forgotten(self, state: StateUnderTest) -> None:
        put = attempt()
        state.attempts.put(put)
        state.attempts.take(put.state)
        state.assert_lives(put.state, UNDERWAY_LIFE)

    def test_a_refusal_is_the_outcome_and_stands_in_the_audit(self, state: StateUnderTest) -> None:
        put = attempt()
        state.attempts.put(put)
        state.attempts.take(put.state)
        outcome = Outcome(store="us", return_to="/cart", reason=Reason.CODE_REJECTED)
        state.attempts.refuse(
            put.ticket, outcome, Refused(Reason.CODE_REJECTED, "400 \ud800 'invalid_grant'")
        )
        assert state.attempts.take(put.state) == outcome
        assert state.attempts.take(put.state) == outcome
        assert state.attempts.peek(put.state) == outcome
        assert state.events() == [("code_rejected", put.reference)]
        state.assert_lives(put.state, OUTCOME_LIFE)

    def test_a_sign_in_is_the_outcome(self, state: StateUnderTest) -> None:
        put, made = attempt(return_to="/a b"), session()
        state.attempts.put(put)
        state.attempts.take(put.state)
        state.sign_ins.link(link())
        state.sign_ins.record(put, made)
        outcome = Outcome(
            store="us", return_to="/a b", session=made.handle, identity=made.identity, customer=CUSTOMER
        )
        assert state.attempts.take(put.state) == outcome
        assert state.attempts.peek(put.state) == outcome
        state.assert_lives(put.state, OUTCOME_LIFE)


class AuditContract:
    """The port `Audit`; the class that inherits this has a fixture `state`."""

    def test_a_refusal_without_an_attempt_stands_in_the_audit(self, state: StateUnderTest) -> None:
        state.audit.refused("abcdefgh", Refused(Reason.COOKIE_MISSING, "x" * 5000), "us", "acme")
        state.audit.refused("ijklmnop", Refused(Reason.OTHER_BROWSER, "\ud800\x00\n"), "", "")
        assert state.events() == [("cookie_missing", "abcdefgh"), ("other_browser", "ijklmnop")]


class CreatingContract:
    """`SignIns.creating`; the class that inherits this has a fixture `state`."""

    def test_of_those_who_create_the_same_customer_one_is_at_it_at_a_time(
        self, state: StateUnderTest
    ) -> None:
        inside: list[int] = []
        most: list[int] = []

        def create(number: int) -> None:
            with state.sign_ins.creating("us", ADA, "ada@acme.com", _deadline(10)):
                inside.append(number)
                most.append(len(inside))
                time.sleep(0.002)
                inside.remove(number)

        all_at_once(6, create)
        assert most == [1] * 6

    def test_other_customers_and_other_stores_do_not_wait(self, state: StateUnderTest) -> None:
        with (
            state.sign_ins.creating("us", ADA, "ada@acme.com", _deadline(1.2)),
            state.sign_ins.creating("us", EVE, "eve@acme.com", _deadline(1.2)),
            state.sign_ins.creating("eu", ADA, "ada@acme.com", _deadline(1.2)),
        ):
            """Three held at once: a wait would have been refused at the deadline."""

    def test_a_failure_lets_go(self, state: StateUnderTest) -> None:
        with pytest.raises(KeyError), state.sign_ins.creating("us", ADA, "ada@acme.com", _deadline(5)):
            raise KeyError
        with state.sign_ins.creating("us", ADA, "ada@acme.com", _deadline(1.2)):
            """Held again: a lock that stayed would have been refused at the deadline."""

    def test_who_waits_in_vain_is_refused_while_there_is_time_to_say_so(self, state: StateUnderTest) -> None:
        with state.sign_ins.creating("us", ADA, "ada@acme.com", _deadline(5)):
            deadline = _deadline(1.2)
            with (
                pytest.raises(Refused) as caught,
                state.sign_ins.creating("us", ADA, "ada@acme.com", deadline),
            ):
                raise AssertionError("two at once")
            assert caught.value.reason is Reason.CUSTOMER_BUSY
            assert 0.5 < deadline.remaining() < 1
            # And who was refused has not let go of what is another's.
            with pytest.raises(Refused), state.sign_ins.creating("us", ADA, "ada@acme.com", _deadline(0.5)):
                raise AssertionError("two at once")


def _deadline(seconds: float) -> Deadline:
    return Deadline(seconds, time.monotonic)
