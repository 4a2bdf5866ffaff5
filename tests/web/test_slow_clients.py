"""Clients that hold connections and give nothing: the real server goes on with the others."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.journeys.browser import Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage

#: More than the server behind `bridge serve` takes by itself.
MANY = 1100
HELD = {
    "idle": b"",
    "kept alive": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "half a head": b"GET /login/us HTTP/1.1\r\nHost: x\r\n",
    "half a body": b"POST /initiate/us HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    "half a chunk": b"POST /callback/acme HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{",
}


@pytest.fixture
def many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(4096, hard)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
@pytest.mark.parametrize("how", HELD)
def test_attack_slowloris_who_holds_many_connections_keeps_nobody_out(
    stage: Stage, bridge: BridgeProcess, how: str
) -> None:
    with ExitStack() as held:
        for _ in range(MANY):
            one = held.enter_context(socket.create_connection(("127.0.0.1", stage.port), timeout=5))
            one.sendall(HELD[how])
        assert stage.sign_in(Browser()).status == 303
    assert bridge.process.poll() is None
