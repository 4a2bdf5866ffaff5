"""All contracts of what is stored, asked in requests of a worker: of one server and of a Cluster."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from bridge.demo.redis_server import RedisServer as DemoServer
from tests.net.on_loop import Worker, working
from tests.state.conftest import Adapters

from .in_requests import ClusterInRequests, ServerInRequests
from .several import Clustered
from .test_contracts import (  # noqa: F401 - collected here as well
    TestAttempts,
    TestAudit,
    TestBlocks,
    TestCodes,
    TestCreating,
    TestDocuments,
    TestDrySignIns,
    TestEndings,
    TestHeldSessions,
    TestLinks,
    TestNotes,
    TestPending,
    TestSessions,
    TestSignIns,
    TestThrottle,
    links,
    pending,
    state,
)


@pytest.fixture
def worker() -> Iterator[Worker]:
    with working() as made:
        yield made


@pytest.fixture(params=["one server", "a Cluster"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def adapters(kind: str, worker: Worker, redis_server: DemoServer, cluster: Clustered) -> Iterator[Adapters]:
    if kind == "a Cluster":
        made = Adapters.on(ClusterInRequests(worker, cluster.url))
    else:
        made = Adapters.on(ServerInRequests(worker, redis_server.url))
    yield made
    made.server.close()


@pytest.fixture
def raw(request: pytest.FixtureRequest, kind: str, redis_server: DemoServer) -> Iterator[Any]:
    if kind == "a Cluster":
        yield request.getfixturevalue("cluster_raw")
        return
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        yield client
        client.connection_pool.disconnect()
