"""The memory twin keeps the contracts."""

import time

import pytest

from bridge.state.memory import MemoryState
from tests.contracts.attempts import LIFETIME, AttemptsContract, AuditContract, CreatingContract
from tests.contracts.lost_attempts import LostAttemptsContract
from tests.contracts.sign_ins import SignInsContract
from tests.contracts.state import StateUnderTest
from tests.contracts.world import FakeClock


class _Memory(StateUnderTest):
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._twin = MemoryState(clock.now, time.sleep, LIFETIME)
        self.attempts = self.sign_ins = self.audit = self._twin

    def events(self) -> list[tuple[str, str]]:
        return self._twin.events

    def sessions(self) -> int:
        return len(self._twin.sessions)

    def lose_attempts(self) -> None:
        self._twin.lose_memory()

    def assert_lives(self, state: str, seconds: int) -> None:
        self._clock.advance(seconds - 1)
        assert self.attempts.peek(state) is not None
        self._clock.advance(1)
        assert self.attempts.peek(state) is None
        assert self.attempts.take(state) is None


@pytest.fixture
def state(clock: FakeClock) -> StateUnderTest:
    return _Memory(clock)


class TestAttempts(AttemptsContract):
    pass


class TestLostAttempts(LostAttemptsContract):
    pass


class TestSignIns(SignInsContract):
    pass


class TestCreating(CreatingContract):
    pass


class TestAudit(AuditContract):
    pass
