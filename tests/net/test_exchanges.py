"""Exchanges of requests: they share their connections, and none is in another's way."""

import asyncio
import socket
import threading
import time
from contextlib import suppress
from functools import partial

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply, HttpRequest
from bridge.net.client import HttpClient
from bridge.net.waiting import pause, run

from .exchanging import HERE, asking, await_equal, echo, echo_after, silent
from .on_loop import Worker, working
from .servers import answer, dripping, serving

pytestmark = pytest.mark.slow


def test_two_hundred_at_once_end_and_share_their_connections(worker: Worker) -> None:
    with serving(echo) as server:
        client = HttpClient(HERE)
        for _ in range(3):
            bodies = worker.all([asking(client, f"{server.url}/{number}") for number in range(200)])
            assert bodies == [f"/{number}" for number in range(200)]
        assert len(server.requests) == 600
        assert len(server.peers) <= 210, "the second and third time on the connections of the first"


def test_one_after_the_other_on_one_connection_whichever_handle_they_have(worker: Worker) -> None:
    with serving(echo) as server:
        client = HttpClient(HERE)
        worker.all([asking(client, f"{server.url}/{number}") for number in range(5)])
        before = len(server.peers)
        for number in range(20):
            assert worker.call(asking(client, f"{server.url}/{number}")) == f"/{number}"
        assert len(server.peers) == before


def test_servers_that_hang_keep_no_exchange_waiting(worker: Worker) -> None:
    with serving(silent) as hanging, serving(dripping(answer(b"x" * 99))) as slow, serving(echo) as quick:
        client = HttpClient(HERE)
        waiting = [worker.begin(asking(client, one.url, 1)) for one in (hanging, slow) for _ in range(30)]
        worker.call(partial(pause, 0.1))
        began = time.monotonic()
        assert worker.call(asking(client, f"{quick.url}/quick")) == "/quick"
        assert not any(one.done() for one in waiting)
        assert {one.result(5) for one in waiting} == {"timeout"}
        assert time.monotonic() - began < 3, "all their limits ran at once"


def test_a_name_that_is_looked_up_stops_nobody(worker: Worker) -> None:
    with serving(echo) as server:
        url = f"http://localhost:{server.port}/named"
        assert worker.all([asking(HttpClient(HERE), url)] * 5) == ["/named"] * 5


def test_after_failures_no_socket_is_watched_any_more(worker: Worker) -> None:
    def cut_off(line: socket.socket, _request: bytes) -> None:
        line.sendall(answer(b"half", length=8))
        line.shutdown(socket.SHUT_RDWR)

    with serving(answer()) as closed:
        nobody = closed.url
    with (
        serving(silent) as hanging,
        serving(cut_off) as cut,
        serving(answer(b"x" * 20_000)) as large,
        serving(echo) as sound,
    ):
        client = HttpClient(HERE)
        before = worker.watched()
        works = [asking(client, one, 0.3) for one in (nobody, hanging.url, cut.url, large.url, sound.url)]
        told = worker.all(works * 4)
        assert told == ["unreachable", "timeout", "protocol", "too_large", "/"] * 4
        await_equal(worker.watched, before)


def test_one_that_is_cancelled_leaves_the_others_alone(worker: Worker) -> None:
    go_on = threading.Event()
    with serving(echo_after(go_on)) as server:
        client = HttpClient(HERE)
        under_way = [worker.begin(asking(client, f"{server.url}/{number}")) for number in range(20)]
        worker.call(partial(pause, 0.1))
        for one in under_way[::2]:
            one.cancel()
        worker.call(partial(pause, 0.05))
        go_on.set()
        assert [one.result(5) for one in under_way[1::2]] == [f"/{number}" for number in range(1, 20, 2)]
        assert worker.call(asking(client, f"{server.url}/next")) == "/next"
        await_equal(worker.watched, 0)


def test_a_cancelled_ones_answer_is_not_the_next_ones(worker: Worker) -> None:
    """Its connection carries an answer that nobody waits for."""

    def converse(line: socket.socket, request: bytes) -> None:
        if b"/slow" in request:
            line.sendall(answer(b"slo", length=4))
            time.sleep(0.1)
            line.sendall(b"w")
        else:
            echo(line, request)

    with serving(converse) as server:
        client = HttpClient(HERE)
        for _ in range(5):
            slow = worker.begin(asking(client, f"{server.url}/slow"))
            worker.call(partial(pause, 0.03))
            slow.cancel()
            assert worker.call(asking(client, f"{server.url}/next")) == "/next"
            worker.call(partial(pause, 0.1))
            assert worker.call(asking(client, f"{server.url}/next")) == "/next"


def test_a_client_goes_on_in_another_loop_and_in_threads() -> None:
    with serving(echo) as server:
        client = HttpClient(HERE)
        for number in range(3):
            with working() as worker:
                works = [asking(client, f"{server.url}/{number}")] * 10
                assert worker.all(works) == [f"/{number}"] * 10
            assert asking(client, f"{server.url}/thread")() == "/thread"


def test_two_loops_at_once_share_a_client() -> None:
    with serving(echo) as server, working() as one, working() as other:
        client = HttpClient(HERE)
        begun = [
            worker.begin(asking(client, f"{server.url}/{number}"))
            for number in range(50)
            for worker in (one, other)
        ]
        assert [each.result(10) for each in begun] == [f"/{n}" for n in range(50) for _ in range(2)]


def test_the_loops_own_time_limit_ends_an_exchange(worker: Worker) -> None:
    """Whoever waits for a request may give up: nothing of it is left."""
    with serving(silent) as server:
        client = HttpClient(HERE)

        async def walk() -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(run(asking(client, server.url)), 0.1)

        for _ in range(5):
            asyncio.run_coroutine_threadsafe(walk(), worker.loop).result(5)
        await_equal(worker.watched, 0)


def test_bodies_of_many_packets_go_both_ways(worker: Worker) -> None:
    def converse(line: socket.socket, request: bytes) -> None:
        line.sendall(answer(request.partition(b"\r\n\r\n")[2]))

    with serving(converse) as server:
        client = HttpClient(HERE)
        bodies = [bytes([65 + number]) * 300_000 for number in range(8)]

        def send(body: bytes) -> HttpReply:
            request = HttpRequest("POST", server.url, {}, body, size_limit=1_000_000)
            return client.send(request, Deadline(10, time.monotonic))

        replies = worker.all([partial(send, body) for body in bodies])
        assert [getattr(reply, "body", reply) for reply in replies] == bodies
