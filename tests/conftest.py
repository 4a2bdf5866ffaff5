"""What all tests share: no way beyond this machine, one Redis server, a clock, reproducible examples."""

import ipaddress
import os
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from bridge.demo.redis_server import RedisServer, start_redis

pytest.register_assert_rewrite("tests.contracts")

from tests.contracts.world import FakeClock, counting_token  # noqa: E402 - rewritten from here on

settings.register_profile("ci", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("here", deadline=None, max_examples=100)
settings.load_profile("ci" if os.environ.get("CI") else "here")


class BeyondLoopbackError(RuntimeError):
    """A test tried to talk to another machine."""


def _stay_on_loopback(event: str, arguments: tuple[object, ...]) -> None:
    if event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        return
    target = arguments[0] if event == "socket.getaddrinfo" else arguments[-1]
    host = target[0] if isinstance(target, tuple) else target if event == "socket.getaddrinfo" else None
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and not _is_loopback(host):
        raise BeyondLoopbackError(f"tests talk to this machine only, not to {host}")


def _is_loopback(host: str) -> bool:
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


# An audit hook sees every socket of this process that Python opens, and no test can forget it.
sys.addaudithook(_stay_on_loopback)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A real server on a unix socket; one for each process that runs tests, ended with it."""
    with start_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    """Stands still until a test lets time pass."""
    return FakeClock()


@pytest.fixture
def token() -> Callable[[], str]:
    """Different tokens, the same ones in each run."""
    return counting_token()
