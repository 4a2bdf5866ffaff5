"""redis-py's client, for requests too: they share one connection, and wait without a thread."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import redis

from bridge.net.waiting import aside, may_wait, wait_for
from bridge.state.shared_connection import SharedConnection, Words

Command = tuple[str | int, ...]


class Client(redis.Redis):
    """To one server. In threads it is redis-py's, with its pool of connections."""

    def __init__(self, pool: redis.ConnectionPool) -> None:
        super().__init__(connection_pool=pool)
        self._shared: SharedConnection | None = None

    def execute_command(self, *words: Any, **options: Any) -> Any:
        """The answer to one command. Raises redis.RedisError."""
        if not may_wait():
            return super().execute_command(*words, **options)  # type: ignore[no-untyped-call]
        (answer,) = self._asked((words,))
        if isinstance(answer, redis.RedisError):
            raise answer
        return answer

    def all(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to several commands in one trip, errors among them. Raises redis.RedisError."""
        return self._asked(commands) if may_wait() else self._by_pipeline(commands)

    def close(self) -> None:
        """Ends what it has open; requests that wait for an answer still get it."""
        self._shared = None  # closes itself when nobody waits any more
        super().close()

    @property
    def in_use(self) -> int:
        """How many connections carry a command at this moment."""
        pool: Any = self.connection_pool
        shared = int(self._shared is not None and self._shared.is_busy)
        return int(pool.max_connections - pool.pool.qsize()) + shared  # the rest is in use

    def _by_pipeline(self, commands: Sequence[Command]) -> list[Any]:
        with self.pipeline(transaction=False) as pipeline:
            queue: Callable[..., Any] = pipeline.execute_command
            for command in commands:
                queue(*command)
            return pipeline.execute(raise_on_error=False)

    def _asked(self, commands: Sequence[Words]) -> list[Any]:
        loop, shared = asyncio.get_running_loop(), self._shared
        if shared is None or shared.loop is not loop:
            shared = self._shared = SharedConnection(self._connected, loop)
        if shared.is_late:  # a server of a Cluster that hangs shall not keep the others' requests out
            with aside():
                answers = _given(shared, commands)
        else:
            answers = _given(shared, commands)
        callbacks: Any = self.response_callbacks
        return [
            callbacks[words[0]](answer)
            if words[0] in callbacks and not isinstance(answer, Exception)
            else answer
            for words, answer in zip(commands, answers, strict=True)
        ]

    def _connected(self) -> redis.Connection:
        """A connection that is not of the pool, ready for commands. Raises redis.RedisError."""
        pool = self.connection_pool
        connection: redis.Connection = pool.connection_class(**pool.connection_kwargs)
        connection.connect()  # type: ignore[no-untyped-call]
        return connection


def _given(shared: SharedConnection, commands: Sequence[Words]) -> list[Any]:
    try:
        return wait_for(shared.ask(commands))
    except redis.ConnectionError:  # see `pool_to`: once more, on a new connection
        return wait_for(shared.ask(commands))
