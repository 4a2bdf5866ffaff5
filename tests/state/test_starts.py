"""How often sign-ins begin, counted on a Cluster, where no script sees the count and the attempt together."""

import pytest
import redis

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.rates import Rate, TooOftenError
from bridge.state.throttle import WINDOW
from tests.contracts.people import attempt

from .conftest import Adapters
from .one_slot import OneSlotServer


def test_a_count_that_lost_its_end_shuts_nobody_out_for_ever(
    redis_server: DemoServer, raw: redis.Redis
) -> None:
    """It ran out between SET NX, which found it, and INCR, which made it anew: without an end."""
    adapters = Adapters.on(OneSlotServer(redis_server.url))
    rate = Rate("starts at acme", 9)
    name = adapters.keys.rate(rate.what)
    raw.set(name, rate.limit)
    with pytest.raises(TooOftenError):
        adapters.attempts.put(attempt(), rates=(rate,))
    assert 0 < int(raw.ttl(name)) <= WINDOW
    adapters.server.close()
