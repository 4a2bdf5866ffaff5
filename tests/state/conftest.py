"""The adapters on the real server, each test under a prefix of its own."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import redis

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.secret import Secret
from bridge.state.attempt_seal import AttemptSeal
from bridge.state.attempts import RedisAttempts
from bridge.state.audit import RedisAudit
from bridge.state.decisions import Decisions
from bridge.state.documents import RedisDocuments
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks
from bridge.state.pending import RedisPending
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer
from bridge.state.sign_ins import RedisSignIns
from tests.contracts.attempts import LIFETIME
from tests.contracts.lost_attempts import FALLBACK
from tests.contracts.world import NOON
from tests.net.on_loop import Worker, working


@dataclass(frozen=True)
class Adapters:
    """All that the bridge keeps in one Redis server."""

    server: RedisServer
    keys: Keys
    attempts: RedisAttempts
    sign_ins: RedisSignIns
    links: RedisLinks
    pending: RedisPending
    audit: RedisAudit
    documents: RedisDocuments
    seal: Seal

    @classmethod
    def at(cls, url: str) -> "Adapters":
        return cls.on(RedisServer(url))

    @classmethod
    def on(cls, server: RedisServer) -> "Adapters":
        keys = Keys(f"test{secrets.token_hex(4)}")
        seal = Seal([Secret("k" * 32)], "session")
        links, told = RedisLinks(server, keys), Decisions(keys, 1000)
        return cls(
            server,
            keys,
            RedisAttempts(
                server, keys, LIFETIME, AttemptSeal([Secret("k" * 32)], FALLBACK, lambda: NOON), told
            ),
            RedisSignIns(server, keys, seal, time.sleep, links, told),
            links,
            RedisPending(server, keys),
            RedisAudit(server, keys, told),
            RedisDocuments(server, keys, time.monotonic),
            seal,
        )


@pytest.fixture
def adapters(redis_server: DemoServer) -> Iterator[Adapters]:
    made = Adapters.at(redis_server.url)
    yield made
    made.server.close()


@pytest.fixture
def raw(redis_server: DemoServer) -> Iterator[redis.Redis]:
    """The server as an operator sees it with redis-cli."""
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        yield client
        client.connection_pool.disconnect()


@pytest.fixture
def worker() -> Iterator[Worker]:
    """Where requests are."""
    with working() as made:
        yield made
