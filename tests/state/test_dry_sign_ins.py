"""Answers for `bridge connections test`: the twin and Redis keep one contract, and Redis reads nothing."""

import pytest
import redis

from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.state.dry_sign_ins import RedisDrySignIns
from bridge.state.memory_dry import MemoryDrySignIns
from bridge.state.sealing import Seal
from tests.contracts.dry_sign_ins import CODE, DrySignInsContract, DryUnderTest, answer
from tests.contracts.world import FakeClock
from tests.state.conftest import Adapters


class _Memory(DryUnderTest):
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.dry = MemoryDrySignIns(clock.now)

    def assert_lives(self, state: str, seconds: int) -> None:
        self._clock.advance(seconds)
        assert not self.dry.answer(answer(state=state))


class _Redis(DryUnderTest):
    def __init__(self, adapters: Adapters, raw: redis.Redis) -> None:
        self._adapters, self._raw = adapters, raw
        self.dry = RedisDrySignIns(adapters.server, adapters.keys, _seal("a"))

    def assert_lives(self, state: str, seconds: int) -> None:
        left = self._raw.ttl(self._adapters.keys.dry(state))
        assert seconds - 2 <= int(left) <= seconds


def _seal(letter: str) -> Seal:
    return Seal([Secret(letter * 32)], "dry sign-in")


class TestMemory(DrySignInsContract):
    @pytest.fixture
    def under(self, clock: FakeClock) -> DryUnderTest:
        return _Memory(clock)


class TestRedis(DrySignInsContract):
    @pytest.fixture
    def under(self, adapters: Adapters, raw: redis.Redis) -> DryUnderTest:
        return _Redis(adapters, raw)


def test_redis_holds_neither_the_code_nor_the_state(adapters: Adapters, raw: redis.Redis) -> None:
    came = answer()
    dry = RedisDrySignIns(adapters.server, adapters.keys, _seal("a"))
    dry.expect(came.state, "acme", 300)
    dry.answer(came)
    ours = list(raw.scan_iter(f"{adapters.keys.prefix}:*"))
    held = str([(key, raw.get(key)) for key in ours])
    assert len(ours) == 1
    assert CODE not in held
    assert came.state not in held


def test_an_answer_under_another_key_is_no_answer_and_says_so(adapters: Adapters) -> None:
    came = answer()
    asks = RedisDrySignIns(adapters.server, adapters.keys, _seal("a"))
    asks.expect(came.state, "acme", 300)
    RedisDrySignIns(adapters.server, adapters.keys, _seal("b")).answer(came)
    with pytest.raises(Refused) as caught:
        asks.collect(came.state)
    assert caught.value.reason is Reason.ATTEMPT_EXPIRED
    assert "cookie_keys" in caught.value.detail
