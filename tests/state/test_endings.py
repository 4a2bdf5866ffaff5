"""The memory twins and Redis keep the contracts of sessions and of what ends with them."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.domain.ending_work import EndingQueue
from bridge.state.endings import RedisEndings
from bridge.state.memory import MemoryState
from bridge.state.memory_sessions import MemoryEndings, MemorySessions
from bridge.state.sessions import RedisSessions
from tests.contracts.endings import (
    EndingsContract,
    SessionsContract,
    SessionsUnderTest,
    ending,
    ending_one,
)
from tests.contracts.world import FakeClock

from .conftest import Adapters
from .one_slot import OneSlotServer


class _Memory(SessionsUnderTest):
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.sign_ins = MemoryState(clock.now, time.sleep)
        self.links = self.sign_ins.links
        self.sessions = MemorySessions(self.sign_ins, clock.now)

    def pass_time(self, seconds: int) -> None:
        self._clock.advance(seconds)


class _Redis(SessionsUnderTest):
    def __init__(self, clock: FakeClock, adapters: Adapters, raw: Any) -> None:
        self._clock, self._keys, self._raw = clock, adapters.keys, raw
        self.sign_ins, self.links = adapters.sign_ins, adapters.links
        self.sessions = RedisSessions(adapters.server, adapters.keys, adapters.seal, clock.now)

    def pass_time(self, seconds: int) -> None:
        """Redis has a clock of its own: its keys' lives are shortened by what passed."""
        self._clock.advance(seconds)
        for name in self._raw.scan_iter(f"{self._keys.prefix}:session:*"):
            self._raw.expire(name, self._raw.ttl(name) - seconds)


@pytest.fixture(params=["memory", "redis"])
def known(request: pytest.FixtureRequest, clock: FakeClock) -> SessionsUnderTest:
    if request.param == "memory":
        return _Memory(clock)
    return _Redis(clock, request.getfixturevalue("adapters"), request.getfixturevalue("raw"))


@pytest.fixture(params=["memory", "redis"])
def kind(request: pytest.FixtureRequest) -> Iterator[Any]:
    """What makes a queue with claims of some length."""
    if request.param == "memory":
        yield lambda claim: MemoryEndings(time.time, claim)
        return
    adapters: Adapters = request.getfixturevalue("adapters")
    server = OneSlotServer(request.getfixturevalue("redis_server").url)
    yield lambda claim: RedisEndings(server, adapters.keys, claim, head_start=0)
    server.close()


@pytest.fixture
def queue(kind: Any) -> EndingQueue:
    made: EndingQueue = kind(30)
    return made


@pytest.fixture
def brief(kind: Any) -> EndingQueue:
    made: EndingQueue = kind(0)
    return made


class TestSessions(SessionsContract):
    pass


class TestEndings(EndingsContract):
    pass


def test_a_due_time_without_its_record_stops_nobody(adapters: Adapters, raw: Any) -> None:
    queue = RedisEndings(adapters.server, adapters.keys, head_start=0)
    raw.zadd(adapters.keys.endings[1], {"end_gone": 1})
    queue.announce(ending())
    assert [work.id for work in queue.take(9)] == [ending_one(1)]
    assert raw.zrange(adapters.keys.endings[1], 0, -1) == [ending_one(1)]
