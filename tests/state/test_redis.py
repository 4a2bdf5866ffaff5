"""Redis keeps the contracts."""

from typing import Any

import pytest

from tests.contracts.attempts import AttemptsContract, AuditContract, CreatingContract
from tests.contracts.lost_attempts import LostAttemptsContract
from tests.contracts.sign_ins import SignInsContract
from tests.contracts.state import StateUnderTest

from .conftest import Adapters


class RedisUnderTest(StateUnderTest):
    def __init__(self, adapters: Adapters, raw: Any) -> None:
        self.attempts, self.sign_ins, self.audit = adapters.attempts, adapters.sign_ins, adapters.audit
        self._keys, self._raw = adapters.keys, raw

    def events(self) -> list[tuple[str, str]]:
        entries = [fields for _, fields in self._raw.xrange(self._keys.audit)]
        return [
            (entry.get("reason", entry["event"]), entry["reference"])
            for entry in entries
            if "reference" in entry
        ]

    def sessions(self) -> int:
        return len(list(self._raw.scan_iter(f"{self._keys.prefix}:session:*")))

    def lose_attempts(self) -> None:
        for kind in ("attempt", "taken"):
            for name in self._raw.scan_iter(f"{self._keys.prefix}:{kind}:*"):
                self._raw.delete(name)

    def assert_lives(self, state: str, seconds: int) -> None:
        left = self._raw.pttl(self._keys.attempt(state))
        assert (seconds - 5) * 1000 < left <= seconds * 1000


@pytest.fixture
def state(adapters: Adapters, raw: Any) -> StateUnderTest:
    return RedisUnderTest(adapters, raw)


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
