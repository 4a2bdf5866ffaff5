"""The shared connection breaks, is silent, or leads to a server that takes no writes."""

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bridge.demo.redis_server import start_redis
from bridge.demo.redis_wire import free_port
from bridge.domain.refusal import Refused
from bridge.net.turnstile import Turnstile
from bridge.net.waiting import pause, run
from bridge.state.connecting import TIMEOUT
from bridge.state.server import RedisServer
from tests.journeys.stage import until
from tests.net.on_loop import Worker

from .asking import saying
from .fake_server import Connection, echo, faking

pytestmark = pytest.mark.slow


class TestBroken:
    def test_a_connection_that_ends_before_it_answers_is_replaced_once(self, worker: Worker) -> None:
        def act(connection: Connection) -> None:
            for words in connection.commands():
                if connection.number == 0:
                    return
                connection.say(words[-1])

        with faking(act) as fake:
            server = RedisServer(fake.url)
            texts = [f"text {number}" for number in range(20)]
            assert worker.all([saying(server, text) for text in texts]) == texts
            assert len(fake.connections) == 2
            server.close()

    def test_half_of_the_answers_came(self, worker: Worker) -> None:
        def act(connection: Connection) -> None:
            for number, words in enumerate(connection.commands()):
                if connection.number == 0 and number == 10:
                    connection.way.sendall(b"$100\r\nhalf")
                    return
                connection.say(words[-1])

        with faking(act) as fake:
            server = RedisServer(fake.url)
            texts = [f"text {number}" for number in range(20)]
            assert worker.all([saying(server, text) for text in texts]) == texts
            server.close()

    def test_an_idle_connection_that_the_server_closed_is_in_nobodys_way(self, worker: Worker) -> None:
        with faking(echo) as fake:
            server = RedisServer(fake.url)
            for number in range(3):
                assert worker.call(saying(server, f"text {number}")) == f"text {number}"
                fake.connections[-1].close()
                worker.call(partial(pause, 0.02 * number))  # with 0 it has not heard of it yet
            assert len(fake.connections) == 3
            until(lambda: worker.watched() == 0)
            server.close()

    def test_a_server_that_always_hangs_up_is_asked_twice_and_refuses(self, worker: Worker) -> None:
        def act(connection: Connection) -> None:
            next(connection.commands(), None)

        with faking(act) as fake:
            server = RedisServer(fake.url)
            began = time.monotonic()
            assert worker.call(saying(server, "text")) == "ConnectionError"
            assert time.monotonic() - began < TIMEOUT
            assert len(fake.connections) == 2
            server.close()

    def test_a_server_that_hangs_up_at_once_refuses_at_once(self, worker: Worker) -> None:
        """Also where the connection breaks in the very moment in which it is there."""
        with faking(lambda connection: connection.close()) as fake:
            server = RedisServer(fake.url)
            for _ in range(20):
                began = time.monotonic()
                assert worker.all([saying(server, "text")] * 3) == ["ConnectionError"] * 3
                assert time.monotonic() - began < TIMEOUT
            server.close()

    def test_nobody_there_refuses_at_once(self, worker: Worker) -> None:
        server = RedisServer(f"redis://127.0.0.1:{free_port()}/0")
        began = time.monotonic()
        assert worker.all([saying(server, "text")] * 50) == ["ConnectionError"] * 50
        assert time.monotonic() - began < TIMEOUT
        server.close()

    @pytest.mark.parametrize(
        "babble", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"$3\r\nyes\r\n+ON\r\n", b"+\xff\r\n"]
    )
    def test_what_is_no_answer_to_anybody_breaks_the_connection(self, worker: Worker, babble: bytes) -> None:
        def act(connection: Connection) -> None:
            for words in connection.commands():
                if connection.number == 0:
                    connection.way.sendall(babble)
                    time.sleep(0.1)
                    return
                connection.say(words[-1])

        with faking(act) as fake:
            server = RedisServer(fake.url)
            assert worker.call(saying(server, "text")) in ("text", "yes")
            assert worker.call(saying(server, "next")) == "next"
            assert len(fake.connections) == 2
            server.close()

    def test_a_replica_is_left_and_its_successor_asked_once(self, worker: Worker) -> None:
        def act(connection: Connection) -> None:
            for words in connection.commands():
                if connection.number == 0 and words[-1] != b"reads":
                    connection.way.sendall(b"-READONLY You can't write against a read only replica.\r\n")
                else:
                    connection.say(words[-1])

        with faking(act) as fake:
            server = RedisServer(fake.url)
            assert worker.call(saying(server, "reads")) == "reads"
            texts = [f"text {number}" for number in range(10)]
            assert worker.all([saying(server, text) for text in texts]) == texts
            assert len(fake.connections) == 2
            server.close()

    def test_a_replica_without_a_successor_refuses(self, worker: Worker) -> None:
        def act(connection: Connection) -> None:
            for _ in connection.commands():
                connection.way.sendall(b"-READONLY You can't write against a read only replica.\r\n")

        with faking(act) as fake:
            server = RedisServer(fake.url)
            with pytest.raises(Refused, match="READONLY"):
                worker.call(lambda: server.command("ECHO", "text"))
            assert len(fake.connections) == 2
            server.close()


class TestSilence:
    def test_all_that_wait_are_told_after_a_second_and_the_next_one_has_a_new_connection(
        self, worker: Worker
    ) -> None:
        def act(connection: Connection) -> None:
            if connection.number == 0:
                for _ in connection.commands():
                    pass
            else:
                echo(connection)

        with faking(act) as fake:
            server = RedisServer(fake.url)
            began = time.monotonic()
            assert worker.all([saying(server, "text")] * 50) == ["TimeoutError"] * 50
            assert TIMEOUT <= time.monotonic() - began < 2 * TIMEOUT
            assert worker.call(saying(server, "next")) == "next"
            assert len(fake.connections) == 2, "silence is not tried again"
            assert worker.watched() == 1
            server.close()

    def test_who_asks_a_server_that_hangs_gives_its_place_to_others(self, worker: Worker) -> None:
        """A third of a Cluster's people ask one that hangs, and would take all places."""

        def act(connection: Connection) -> None:
            for words in connection.commands():
                if words[-1] == b"warm":
                    connection.say(words[-1])

        async def walk(server: RedisServer) -> list[str]:
            turnstile, order = Turnstile(working=2), []

            async def request(name: str, work: Callable[[], Any]) -> None:
                await turnstile.enter("", 5)
                try:
                    await run(work, partial(turnstile.aside, ""))
                    order.append(name)
                finally:
                    turnstile.leave()

            first = asyncio.ensure_future(request("slow", saying(server, "text")))
            await asyncio.sleep(0.1)
            others = [asyncio.ensure_future(request("slow", saying(server, "text"))) for _ in range(9)]
            await asyncio.sleep(0.1)
            await request("quick", lambda: None)
            await asyncio.gather(first, *others)
            await asyncio.gather(*(turnstile.enter("", 0.1) for _ in range(2)))
            return order

        with faking(act) as fake:
            server = RedisServer(fake.url)
            assert worker.call(saying(server, "warm")) == "warm"
            order = asyncio.run_coroutine_threadsafe(walk(server), worker.loop).result(10)
            assert order == ["quick"] + ["slow"] * 10
            server.close()

    def test_a_worker_that_stood_still_reads_what_came_before_it_complains(self, worker: Worker) -> None:
        with faking(echo) as fake:
            server = RedisServer(fake.url)
            assert worker.call(saying(server, "warm")) == "warm"
            asked = worker.begin(saying(server, "x" * 200_000))
            worker.call(lambda: time.sleep(1.3))
            assert asked.result(5) == "x" * 200_000
            server.close()


def test_a_server_that_is_restarted_under_load_swaps_nothing(worker: Worker, tmp_path: Path) -> None:
    with start_redis(tmp_path) as process:
        server = RedisServer(process.url)
        stop = threading.Event()

        def asking(name: int) -> tuple[int, int]:
            answered = refused = 0
            while not stop.is_set():
                text = f"{name}:{answered}:{refused}" * 50
                told = saying(server, text)()
                if told == text:
                    answered += 1
                else:
                    assert told in ("ConnectionError", "TimeoutError", "BusyLoadingError"), told
                    refused += 1
                    pause(0.01)
            return answered, refused

        begun = [worker.begin(partial(asking, name)) for name in range(30)]
        for end in (process.restart, process.kill, process.restart):
            time.sleep(0.3)
            end()
        time.sleep(0.3)
        stop.set()
        told = [one.result(10) for one in begun]
        assert all(answered > 3 for answered, _ in told)
        assert worker.call(saying(server, "after")) == "after"
        server.close()
