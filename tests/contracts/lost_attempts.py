"""The port `Attempts`, after Redis lost its memory: an attempt comes back from its ticket, once."""

from dataclasses import replace

from bridge.domain.attempt import Attempt
from bridge.domain.binding import Binding
from bridge.domain.outcome import Outcome, Underway

from .people import CUSTOMER, attempt, link, session
from .state import StateUnderTest, all_at_once
from .world import NOON

FALLBACK = 300  # seconds


class LostAttemptsContract:
    """The class that inherits this has a fixture `state`, in which it is `NOON`."""

    def test_it_comes_back_whole_and_marked(self, state: StateUnderTest) -> None:
        bound = Binding(state="s", code_challenge="c" * 43)
        put = attempt(return_to="/a b", restarts=1, binding=bound, portal_parameters={"organization": "o"})
        ticket = state.attempts.put(put)
        state.lose_attempts()
        assert state.attempts.take(put.state) is None
        assert state.attempts.recover(ticket) == replace(put, recovered=True)
        assert isinstance(state.attempts.take(put.state), Underway)

    def test_of_fifty_who_ask_at_once_exactly_one_gets_it(self, state: StateUnderTest) -> None:
        ticket = state.attempts.put(attempt())
        state.lose_attempts()
        taken = all_at_once(50, lambda _: state.attempts.recover(ticket))
        assert sum(isinstance(one, Attempt) for one in taken) == 1
        assert sum(isinstance(one, Underway) for one in taken) == 49

    def test_what_redis_knows_counts(self, state: StateUnderTest) -> None:
        put = attempt()
        ticket = state.attempts.put(put)
        state.sign_ins.link(link())
        state.attempts.take(put.state)
        assert isinstance(state.attempts.recover(ticket), Underway)
        state.sign_ins.record(put, session())
        ended = state.attempts.recover(ticket)
        assert isinstance(ended, Outcome)
        assert ended.customer == CUSTOMER

    def test_the_ticket_of_another_attempt_opens_nothing(self, state: StateUnderTest) -> None:
        one, other = state.attempts.put(attempt()), state.attempts.put(attempt())
        state.lose_attempts()
        assert state.attempts.recover(replace(one, sealed=other.sealed)) is None
        assert state.attempts.recover(replace(one, sealed="")) is None
        assert isinstance(state.attempts.recover(one), Attempt), "and nothing was used up"

    def test_an_old_one_does_not_come_back(self, state: StateUnderTest) -> None:
        young = state.attempts.put(attempt(created_at=int(NOON) - FALLBACK))
        old = state.attempts.put(attempt(created_at=int(NOON) - FALLBACK - 1))
        state.lose_attempts()
        assert isinstance(state.attempts.recover(young), Attempt)
        assert state.attempts.recover(old) is None
