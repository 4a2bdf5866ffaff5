"""The adapters on a real Cluster, each test under a prefix of its own."""

import warnings
from collections.abc import Iterator

import pytest
from redis.cluster import ClusterNode
from redis.cluster import RedisCluster as LibraryCluster

from bridge.state.cluster import RedisCluster
from bridge.state.server import RedisServer
from tests.net.on_loop import working
from tests.state.conftest import Adapters

from .in_requests import ASKS, Way
from .several import Clustered


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clustered]:
    """Shared: break nothing here."""
    with Clustered(tmp_path_factory.mktemp("cluster"), replicas=False) as made:
        yield made


@pytest.fixture
def adapters(cluster: Clustered) -> Iterator[Adapters]:
    made = Adapters.on(RedisCluster(cluster.url))
    yield made
    made.server.close()


@pytest.fixture
def cluster_raw(cluster: Clustered) -> Iterator[LibraryCluster]:
    """The Cluster as an operator sees it with redis-cli -c; not through the code under test."""
    nodes = [ClusterNode("127.0.0.1", one.port) for one in cluster.primaries]  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = LibraryCluster(startup_nodes=nodes, decode_responses=True, protocol=2)
    yield client
    client.close()


@pytest.fixture
def raw(cluster_raw: LibraryCluster) -> LibraryCluster:
    """The server under test, as an operator sees it."""
    return cluster_raw


@pytest.fixture(params=["in threads", "in requests"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test asks of Redis is asked so."""
    if request.param == "in threads":
        yield
        return
    with working() as worker:
        way = Way(worker)
        for kind in (RedisServer, RedisCluster):
            for name in ASKS & vars(kind).keys():
                monkeypatch.setattr(kind, name, way.of(getattr(kind, name)))
        yield
