"""What is asserted of exchanges holds in threads and in requests."""

from collections.abc import Iterator
from functools import partial

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply, HttpRequest
from bridge.net.client import HttpClient

from .on_loop import Worker, working


@pytest.fixture
def worker() -> Iterator[Worker]:
    with working() as made:
        yield made


@pytest.fixture(params=["in a thread", pytest.param("in a request", marks=pytest.mark.slow)])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the test sends is sent so."""
    if request.param == "in a thread":
        yield
        return
    send = HttpClient.send
    with working() as worker:

        def sent(client: HttpClient, wanted: HttpRequest, deadline: Deadline) -> HttpReply:
            return worker.call(partial(send, client, wanted, deadline))

        monkeypatch.setattr(HttpClient, "send", sent)
        yield
