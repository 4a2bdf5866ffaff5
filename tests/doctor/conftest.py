"""A ward for each case: what one plants must not be there for the next."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.demo.redis_server import RedisServer
from tests.doctor.ward import Ward


@pytest.fixture
def ward(tmp_path: Path, redis_server: RedisServer) -> Iterator[Ward]:
    with Ward(tmp_path, redis_server.url) as ward:
        yield ward
