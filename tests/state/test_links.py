"""Memory and Redis keep the contracts of links and of the operator's queue; Redis as for a Cluster, too."""

from collections.abc import Iterator

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.link_ports import Links, PendingCases
from bridge.state.memory import MemoryState
from bridge.state.memory_links import MemoryLinks, MemoryPending
from tests.contracts.attempts import AttemptsContract, CreatingContract
from tests.contracts.links import LinksContract
from tests.contracts.pending import PendingContract
from tests.contracts.sign_ins import SignInsContract
from tests.contracts.state import StateUnderTest

from .conftest import Adapters
from .one_slot import OneSlotServer
from .test_redis import RedisUnderTest


@pytest.fixture
def slots(redis_server: DemoServer) -> Iterator[Adapters]:
    """The adapters on a server that refuses what a Cluster would."""
    made = Adapters.on(OneSlotServer(redis_server.url))
    yield made
    made.server.close()


@pytest.fixture(params=["memory", "redis", "slots"])
def adapted(request: pytest.FixtureRequest) -> Adapters | None:
    name = {"redis": "adapters", "slots": "slots"}.get(request.param)
    found: Adapters | None = request.getfixturevalue(name) if name else None
    return found


@pytest.fixture
def links(adapted: Adapters | None) -> Links:
    return adapted.links if adapted else MemoryLinks()


@pytest.fixture
def pending(adapted: Adapters | None) -> PendingCases:
    return adapted.pending if adapted else MemoryPending()


class TestLinks(LinksContract):
    pass


class TestPending(PendingContract):
    pass


class TestInSlots(SignInsContract, AttemptsContract, CreatingContract):
    @pytest.fixture
    def state(self, slots: Adapters, raw: object) -> StateUnderTest:
        return RedisUnderTest(slots, raw)


def test_the_memory_twin_shares_its_links(clock: object) -> None:
    state = MemoryState(lambda: 0.0, lambda _: None)
    assert isinstance(state.links, MemoryLinks)
