"""What Redis is asked is answered the same in requests and in threads."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.refusal import Refused
from bridge.state.server import RedisServer, Script
from tests.net.on_loop import Worker, working

WRITING = Script("redis.call('SET', KEYS[1], ARGV[1]) return {redis.call('GET', KEYS[1]), 1, false, {'x'}}")


#: Each kind of command that is sent, by what is done with it.
COMMANDS: list[tuple[str | int, ...]] = [
    ("PING",),
    ("DEL", "{t}s", "{t}h", "{t}z", "{t}x", "{t}m"),
    ("SET", "{t}s", "1", "EX", 100),
    ("SET", "{t}s", "2", "NX"),
    ("SET", "{t}s", "3", "GET"),
    ("GET", "{t}s"),
    ("GET", "{t}none"),
    ("EXISTS", "{t}s"),
    ("EXPIRE", "{t}s", 50),
    ("TTL", "{t}s"),
    ("TTL", "{t}none"),
    ("HSET", "{t}h", "a", "1", "b", "\u00e4"),
    ("HSETNX", "{t}h", "a", "2"),
    ("HGET", "{t}h", "a"),
    ("HGET", "{t}h", "none"),
    ("HEXISTS", "{t}h", "a"),
    ("HMGET", "{t}h", "a", "none", "b"),
    ("HGETALL", "{t}h"),
    ("HGETALL", "{t}none"),
    ("HKEYS", "{t}h"),
    ("HVALS", "{t}h"),
    ("HINCRBY", "{t}h", "n", 5),
    ("HDEL", "{t}h", "n"),
    ("HSCAN", "{t}h", 0),
    ("SADD", "{t}m", "x"),
    ("SMEMBERS", "{t}m"),
    ("SREM", "{t}m", "x"),
    ("ZADD", "{t}z", 1, "one", 2, "two"),
    ("ZCARD", "{t}z"),
    ("ZSCORE", "{t}z", "one"),
    ("ZRANGE", "{t}z", 0, -1),
    ("ZRANGE", "{t}z", 0, -1, "WITHSCORES"),
    ("ZREVRANGE", "{t}z", 0, -1),
    ("XADD", "{t}x", "MAXLEN", "~", 10, "5-1", "event", "e"),
    ("XLEN", "{t}x"),
    ("XRANGE", "{t}x", "-", "+"),
    ("XREVRANGE", "{t}x", "+", "-", "COUNT", 1),
    ("XTRIM", "{t}x", "MINID", "4"),
    ("XDEL", "{t}x", "5-1"),
    ("SCAN", 0, "MATCH", "{t}none*", "COUNT", 100000),
    ("HGET", "{t}s", "wrong kind"),
    ("NONSENSE", "{t}s"),
    ("SET", "{t}s"),
    ("CONFIG", "GET", "maxmemory-policy"),
    ("SCRIPT", "EXISTS", "0" * 40),
    ("ACL", "WHOAMI"),
]


class TestSameAsThreads:
    """What the code that asks is given does not depend on where it runs."""

    @pytest.fixture(params=["", "?protocol=3"])
    def pair(
        self, request: pytest.FixtureRequest, redis_server: DemoServer
    ) -> Iterator[tuple[RedisServer, Worker]]:
        joint = "&" if "?" in redis_server.url else "?"
        server = RedisServer(redis_server.url + request.param.replace("?", joint))
        with working() as worker:
            yield server, worker
        server.close()

    def test_commands_one_by_one(self, pair: tuple[RedisServer, Worker]) -> None:
        server, worker = pair

        def told(words: tuple[str | int, ...]) -> Any:
            try:
                return server.command(*words)
            except Refused as refused:
                return str(refused.detail)

        def all_told() -> list[Any]:
            return [(words, told(words)) for words in COMMANDS if words[0] not in ("TTL", "SCAN")]

        all_told()
        in_thread = all_told()
        assert worker.call(all_told) == in_thread
        assert str(worker.call(partial(told, ("TIME",)))).startswith("(")

    def test_commands_in_one_trip(self, pair: tuple[RedisServer, Worker]) -> None:
        server, worker = pair
        sound = [
            words
            for words in COMMANDS
            if words[0] not in ("NONSENSE", "SCAN") and words[1:] not in (("{t}s",), ("{t}s", "wrong kind"))
        ]

        def trip() -> list[Any]:
            return server.each(*sound)

        assert worker.call(trip) == trip()

        def failing() -> Any:
            with pytest.raises(Refused) as caught:
                server.each(("GET", "{t}s"), ("HGET", "{t}s", "wrong kind"), ("NONSENSE",))
            return caught.value.detail

        assert worker.call(failing) == failing()

    def test_scripts(self, pair: tuple[RedisServer, Worker]) -> None:
        server, worker = pair

        def one() -> Any:
            calls = [(("{t}a",), ("1",)), (("{t}b",), ("2",))]
            return (
                server.run(WRITING, ("{t}a",), 7),
                server.keep(WRITING, ("{t}a",), 8),
                server.run_many(WRITING, calls),
                server.run_many(WRITING, []),
                server.each(("SET", "{t}a", 9), ("GET", "{t}a"), ("HGETALL", "{t}none")),
                sorted(name for page in server.scan("{t}a") for name in page),
            )

        assert worker.call(one) == one()
        broken = Script("return redis.call('HGET', KEYS[1], 'x')")

        def refused() -> Any:
            with pytest.raises(Refused) as caught:
                server.run(broken, ("{t}a",))
            return caught.value.detail

        assert worker.call(refused) == refused()
