"""Clients that nobody needs any more leave nothing behind, whatever is under way."""

import gc
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from bridge.net.client import HttpClient
from bridge.net.waiting import pause

from .exchanging import HERE, asking, await_equal, echo, echo_after, silent
from .on_loop import Worker
from .servers import serving

pytestmark = pytest.mark.slow


def open_files() -> int:
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_clients_that_are_dropped_leave_no_file_open(worker: Worker) -> None:
    """As with each configuration that is taken up."""
    with serving(echo) as server:

        def life() -> None:
            client = HttpClient(HERE)
            assert worker.all([asking(client, f"{server.url}/x")] * 10) == ["/x"] * 10

        life()
        await_equal(worker.watched, 0)
        before = open_files()
        peers = len(server.peers)
        for _ in range(10):
            life()
        assert len(server.peers) - peers == 100
        # Those of the server's side are open until it has heard of it.
        give_up = time.monotonic() + 5
        while (now := open_files()) > before + 5 and time.monotonic() < give_up:
            time.sleep(0.05)
        assert now <= before + 5


def test_a_client_that_is_dropped_while_an_exchange_is_under_way_lets_it_end(worker: Worker) -> None:
    go_on = threading.Event()
    with serving(echo_after(go_on)) as server:
        under_way = [worker.begin(asking(HttpClient(HERE), f"{server.url}/x")) for _ in range(10)]
        worker.call(partial(pause, 0.1))
        gc.collect()
        go_on.set()
        assert [one.result(5) for one in under_way] == ["/x"] * 10


_ENDS = """
import asyncio, gc, sys, time
from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpRequest
from bridge.net.client import HttpClient, Trust
from bridge.net.waiting import run


def ask(client, path):
    return client.send(HttpRequest("GET", sys.argv[1] + path), Deadline(5, time.monotonic))

async def walk():
    for _ in range(20):
        client = HttpClient(Trust(loopback=True, plain_http=True))
        await asyncio.gather(*(run(lambda: ask(client, "/quick")) for _ in range(5)))
    gc.collect()
    client = HttpClient(Trust(loopback=True, plain_http=True))
    tasks = [asyncio.ensure_future(run(lambda: ask(client, "/slow"))) for _ in range(5)]
    await asyncio.sleep(0.1)
    if sys.argv[2] == "cancelled":
        for task in tasks[:3]:
            task.cancel()
    if sys.argv[2] == "abandoned":
        loop.stop()
        await asyncio.sleep(0)
    del client, tasks

loop = asyncio.new_event_loop()
if sys.argv[2] == "abandoned":
    loop.create_task(walk())
    loop.run_forever()
    if len(sys.argv) > 3:
        loop.close()
else:
    loop.run_until_complete(walk())
gc.collect()
print("ended")
"""


@pytest.mark.parametrize("how", [["sound"], ["cancelled"], ["abandoned"], ["abandoned", "closed"]])
def test_a_process_ends_in_peace_whatever_is_under_way(how: list[str]) -> None:
    """libcurl calls back into objects that the collector may have taken apart."""

    def converse(line: socket.socket, request: bytes) -> None:
        if b"/slow" in request:
            silent(line, request)
        else:
            echo(line, request)

    with serving(converse) as server:
        said = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", _ENDS, server.url, *how],
            env={"PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert said.returncode == 0, said.stderr
    assert said.stdout == "ended\n"
    assert "Fatal" not in said.stderr
