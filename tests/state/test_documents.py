"""Shared documents: Redis and the memory twin keep the contract; without Redis everybody fetches alone."""

import time
from typing import Any

import pytest

from bridge.domain.document import DocumentKind
from bridge.domain.refusal import Reason, Refused
from bridge.net.budget import BUDGET, BUDGET_REFILL
from bridge.state.documents import SICK, RedisDocuments
from bridge.state.keys import Keys
from bridge.state.memory_documents import MemoryDocuments
from bridge.state.server import RedisServer
from tests.contracts.documents import KEYS, DocumentsContract, DocumentsUnderTest
from tests.contracts.world import FakeClock
from tests.journeys.process import quiet_port

from .conftest import Adapters


class _Redis(DocumentsUnderTest):
    def __init__(self, adapters: Adapters, raw: Any) -> None:
        self.documents = adapters.documents
        self._keys, self._raw = adapters.keys, raw

    def assert_fetch_lives(self, connection: str, kind: DocumentKind, seconds: int) -> None:
        assert self.documents.begin(connection, kind)
        left = self._raw.pttl(self._keys.fetching(connection, kind))
        assert (seconds - 3) * 1000 < left <= seconds * 1000


class _Memory(DocumentsUnderTest):
    def __init__(self, clock: FakeClock) -> None:
        self.documents = MemoryDocuments(clock.monotonic)
        self._clock = clock

    def assert_fetch_lives(self, connection: str, kind: DocumentKind, seconds: int) -> None:
        assert self.documents.begin(connection, kind)
        self._clock.advance(seconds - 1)
        assert not self.documents.begin(connection, kind)
        self._clock.advance(1)
        assert self.documents.begin(connection, kind)


class TestRedis(DocumentsContract):
    @pytest.fixture
    def shared(self, adapters: Adapters, raw: Any) -> DocumentsUnderTest:
        return _Redis(adapters, raw)


class TestMemory(DocumentsContract):
    @pytest.fixture
    def shared(self, clock: FakeClock) -> DocumentsUnderTest:
        return _Memory(clock)

    def test_the_budget_refills(self, clock: FakeClock) -> None:
        documents = MemoryDocuments(clock.monotonic)
        assert [documents.spend("acme") for _ in range(BUDGET + 1)] == [True] * BUDGET + [False]
        clock.advance(BUDGET_REFILL)
        assert [documents.spend("acme") for _ in range(2)] == [True, False]


def test_the_budget_in_redis_refills_with_time(adapters: Adapters, raw: Any) -> None:
    for _ in range(BUDGET):
        adapters.documents.spend("acme")
    key = adapters.keys.budget("acme")
    raw.set(key, float(raw.get(key)) - BUDGET_REFILL)  # as if so much time had passed
    assert adapters.documents.spend("acme")
    assert not adapters.documents.spend("acme")


@pytest.mark.parametrize(
    "garbage",
    ["", "{}", "[]", '["u",1,2]', '["u","x",2,null,"b"]', '["u",1,[],null,"b"]', "[" * 100_000, '[1,1e999,1,"',
     '["u",1,2,{},"b"]'],
)  # fmt: skip
def test_what_is_not_ours_is_as_if_it_were_not_there(adapters: Adapters, raw: Any, garbage: str) -> None:
    raw.set(adapters.keys.document("acme", "keys"), garbage)
    assert adapters.documents.read("acme", "keys") is None


def test_a_key_of_another_type_is_as_if_it_were_not_there(adapters: Adapters, raw: Any) -> None:
    raw.hset(adapters.keys.document("acme", "keys"), "a", "b")
    assert adapters.documents.read("acme", "keys") is None


def test_without_redis_everybody_fetches_and_its_time_out_is_paid_now_and_then(clock: FakeClock) -> None:
    server = RedisServer(f"redis://127.0.0.1:{quiet_port()}")
    asked: list[object] = []
    command = server.command

    def counting(*words: str | int) -> object:
        asked.append(words)
        return command(*words)

    server.command = counting  # type: ignore[method-assign]
    documents = RedisDocuments(server, Keys("x"), clock.monotonic)
    began = time.monotonic()
    for _ in range(100):
        assert documents.read("acme", "keys") is None
        documents.write("acme", "keys", KEYS, 60)
        assert documents.begin("acme", "keys")
        documents.end("acme", "keys")
        assert documents.spend("acme")
        assert documents.marks() == {}
    assert time.monotonic() - began < 3
    assert len(asked) == 1
    clock.advance(SICK)
    documents.read("acme", "keys")
    assert len(asked) == 2
    with pytest.raises(Refused) as caught:
        documents.forget("acme")
    assert caught.value.reason is Reason.STATE_UNAVAILABLE
    server.close()
