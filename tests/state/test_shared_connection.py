"""The connection to Redis that all requests of a worker share: everybody gets their own answers."""

import gc
import random
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.refusal import Refused
from bridge.net.waiting import pause
from bridge.state.server import RedisServer, Script
from tests.journeys.stage import until
from tests.net.on_loop import Worker, working

from .asking import saying
from .fake_server import Connection, echo_after, faking

ARGUMENT = Script("return ARGV[1]")


@pytest.fixture
def server(redis_server: DemoServer) -> Iterator[RedisServer]:
    made = RedisServer(redis_server.url)
    yield made
    made.close()


class TestOwnAnswers:
    def test_a_thousand_at_once_over_one_connection(
        self, worker: Worker, server: RedisServer, raw: Any
    ) -> None:
        before = len(raw.client_list())
        texts = [f"text {number}" for number in range(1000)]
        assert worker.all([saying(server, text) for text in texts]) == texts
        assert len(raw.client_list()) == before + 1

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(seed=st.integers(0, 2**32))
    def test_whatever_is_asked_and_cancelled(self, worker: Worker, server: RedisServer, seed: int) -> None:
        chance = random.Random(seed)

        def one(name: str, kind: int, size: int) -> bool:
            text = name * size
            if kind == 0:
                return bool(server.command("ECHO", text) == text)
            if kind == 1:
                return bool(server.run(ARGUMENT, (name,), text) == text)
            if kind == 2:
                return server.each(*(("ECHO", f"{text}{n}") for n in range(5))) == [
                    f"{text}{n}" for n in range(5)
                ]
            if kind == 3:
                return server.run_many(ARGUMENT, [((name,), (text,)), ((name,), (name,))]) == [text, name]
            try:
                server.command("HGET", name)
            except Refused:
                return bool(server.command("ECHO", name) == name)
            return False

        begun = []
        for number in range(60):
            kind, size = chance.randrange(5), chance.choice((1, 1, 10, 30_000))
            begun.append(worker.begin(partial(one, f"<{number}>", kind, size)))
            if chance.random() < 0.3:
                chance.choice(begun).cancel()
            if chance.random() < 0.2:
                time.sleep(0.002)
        assert all(each.result(10) for each in begun if not each.cancelled())

    def test_one_that_is_cancelled_while_its_answer_is_under_way_shifts_nobodys(self, worker: Worker) -> None:
        go_on = threading.Event()
        with faking(echo_after(go_on)) as fake:
            server = RedisServer(fake.url)
            begun = [worker.begin(saying(server, f"text {number}")) for number in range(30)]
            worker.call(partial(pause, 0.1))
            for one in begun[::3]:
                one.cancel()
            worker.call(partial(pause, 0.05))
            go_on.set()
            assert [one.result(5) for n, one in enumerate(begun) if n % 3] == [
                f"text {n}" for n in range(30) if n % 3
            ]
            assert len(fake.connections) == 1
            server.close()

    def test_answers_that_come_byte_by_byte(self, worker: Worker) -> None:
        def act(connection: Connection) -> None:
            for words in connection.commands():
                for byte in b"$%d\r\n%s\r\n" % (len(words[-1]), words[-1]):
                    connection.way.sendall(bytes([byte]))
                    time.sleep(0.0005)

        with faking(act) as fake:
            server = RedisServer(fake.url)
            texts = [f"{number} \u00e4\u20ac" for number in range(10)]
            assert worker.all([saying(server, text) for text in texts]) == texts
            server.close()

    def test_payloads_larger_than_any_buffer(self, worker: Worker, server: RedisServer) -> None:
        def write(number: int) -> Any:
            text = str(number) * 700_000
            server.each(*((("SET", f"large:{number}:{n}", text)) for n in range(4)))
            return server.each(*(("GET", f"large:{number}:{n}") for n in range(4))) == [text] * 4

        try:
            assert worker.all([partial(write, number) for number in range(10)]) == [True] * 10
        finally:
            server.each(*(("DEL", f"large:{number}:{n}") for number in range(10) for n in range(4)))


class TestScripts:
    def test_a_server_that_forgot_a_script_is_told_it_again(
        self, worker: Worker, server: RedisServer, raw: Any
    ) -> None:
        raw.script_flush()
        calls = [((f"k{number}",), (f"a{number}",)) for number in range(5)]
        assert worker.call(lambda: server.run(ARGUMENT, ("k",), "a")) == "a"
        raw.script_flush()
        assert worker.call(lambda: server.run_many(ARGUMENT, calls)) == [f"a{n}" for n in range(5)]
        raw.script_flush()
        runs = [partial(server.run, ARGUMENT, (f"k{n}",), f"a{n}") for n in range(20)]
        assert worker.all(runs) == [f"a{n}" for n in range(20)]


class TestLives:
    def test_a_server_that_is_dropped_leaves_no_connection(
        self, worker: Worker, redis_server: DemoServer, raw: Any
    ) -> None:
        """As with each configuration that is taken up: the loop must not keep the old one's."""
        before = len(raw.client_list())
        for _ in range(5):
            server = RedisServer(redis_server.url)
            assert worker.all([saying(server, "text")] * 3) == ["text"] * 3
            del server
        gc.collect()
        until(lambda: (len(raw.client_list()), worker.watched()) == (before, 0))

    def test_one_that_is_closed_has_no_connection_any_more_until_it_is_asked(
        self, worker: Worker, server: RedisServer, raw: Any
    ) -> None:
        before = len(raw.client_list())
        for _ in range(3):
            assert worker.call(saying(server, "text")) == "text"
            assert len(raw.client_list()) == before + 1
            server.close()
            until(lambda: (len(raw.client_list()), worker.watched()) == (before, 0))

    def test_one_that_is_dropped_while_somebody_waits_gives_the_answer_still(self, worker: Worker) -> None:
        go_on = threading.Event()
        with faking(echo_after(go_on)) as fake:
            waiting = [worker.begin(saying(RedisServer(fake.url), f"text {n}")) for n in range(5)]
            worker.call(partial(pause, 0.1))
            gc.collect()
            go_on.set()
            assert [one.result(5) for one in waiting] == [f"text {n}" for n in range(5)]

    def test_it_goes_on_in_another_loop_and_in_threads(self, server: RedisServer) -> None:
        for number in range(3):
            with working() as worker:
                assert worker.all([saying(server, f"text {number}")] * 5) == [f"text {number}"] * 5
            assert saying(server, "thread")() == "thread"

    def test_how_many_connections_are_in_use_is_told(self, worker: Worker) -> None:
        go_on = threading.Event()
        with faking(echo_after(go_on)) as fake:
            server = RedisServer(fake.url)
            assert server.connections_in_use == 0
            waiting = [worker.begin(saying(server, "text")) for _ in range(5)]
            until(lambda: server.connections_in_use == 1)
            go_on.set()
            assert {one.result(5) for one in waiting} == {"text"}
            assert server.connections_in_use == 0
            server.close()


def test_what_redis_cannot_take_is_the_callers_fault_alone(worker: Worker, server: RedisServer) -> None:
    """A text that is none, among commands of the same turn of the loop."""

    def broken() -> str:
        with pytest.raises((UnicodeEncodeError, redis.DataError, Refused)):
            server.command("ECHO", "\ud800")
        return "broken"

    told = worker.all([saying(server, "a"), broken, saying(server, "b")] * 5)
    assert told == ["a", "broken", "b"] * 5
