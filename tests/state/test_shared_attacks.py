"""Attacks by which one request would be given the answer to another one's question."""

import pytest
import redis

from bridge.state.client import Client
from bridge.state.connecting import pool_to
from bridge.state.whereabouts import Access, whereabouts
from tests.net.on_loop import working

from .fake_server import Connection, faking

UNREADABLE = {
    "a MOVED without a place": b"-MOVED x\r\n",
    "an ASK without anything": b"-ASK\r\n",
    "a MOVED to no port": b"-MOVED 1 host:port\r\n",
    "one inside another answer": b"*2\r\n$1\r\na\r\n-MOVED x\r\n",
    "a map by lists": b"%1\r\n*0\r\n+a\r\n",
    "no text": b"$2\r\n\xff\xfe\r\n",
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n",
}


@pytest.mark.parametrize("unreadable", UNREADABLE.values(), ids=UNREADABLE)
def test_attack_an_answer_that_cannot_be_read_shifts_the_others(unreadable: bytes) -> None:
    """Who asked after it would be given the answer to the question before: another one's session."""

    def act(connection: Connection) -> None:
        for words in connection.commands():
            if words[-1] == b"poison":
                connection.way.sendall(unreadable)
            elif words[0] == b"GET":
                connection.say(words[-1])
            else:
                connection.way.sendall(b"+OK\r\n")

    with faking(act) as server, working() as worker:
        client = Client(pool_to(whereabouts(server.url, Access()), None))

        def asked(name: str) -> str:
            try:
                return str(client.execute_command("GET", name))
            except redis.ConnectionError:
                return "broken"

        names = ["before", "poison", *(f"after {number}" for number in range(20))]
        answers = worker.all([lambda name=name: asked(name) for name in names])  # type: ignore[misc]
        assert answers[1] == "broken"
        for name, answer in zip(names, answers, strict=True):
            assert answer in (name, "broken"), f"{name} was told {answer}"
        assert worker.call(lambda: asked("at last")) == "at last"
        client.close()
