"""Stories are told twice: on the memory twin and on real Redis."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.store import CustomerPolicy
from tests.cli.customers import Desk
from tests.contracts.world import FakeClock
from tests.state.conftest import Adapters
from tests.takeover.story import Story, Tell


@pytest.fixture(params=["memory", "redis"])
def tell(request: pytest.FixtureRequest, clock: FakeClock) -> Tell:
    def make(policy: CustomerPolicy | None = None, **scene: Any) -> Story:
        adapters = None
        if request.param == "redis":
            server: DemoServer = request.getfixturevalue("redis_server")
            adapters = Adapters.at(server.url)
            request.addfinalizer(adapters.server.close)
        return Story(clock, adapters, policy or CustomerPolicy(), **scene)

    return make


@pytest.fixture
def adapters(redis_server: DemoServer) -> Iterator[Adapters]:
    made = Adapters.at(redis_server.url)
    yield made
    made.server.close()


@pytest.fixture
def raw(redis_server: DemoServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        yield client
        client.connection_pool.disconnect()


@pytest.fixture
def desk(redis_server: DemoServer, tmp_path: Path) -> Iterator[Desk]:
    made = Desk.at(redis_server.url, tmp_path)
    yield made
    made.server.close()
