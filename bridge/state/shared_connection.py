"""One connection to Redis for all requests of a worker, on its event loop.

What they ask in one turn of the loop goes out in one packet, and the answers come in the same order.
redis-py opens it (name, TLS, password, database), so that it is what the pool's connections are.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import hiredis
import redis
from redis._parsers.base import BaseParser

from bridge.state.connecting import TIMEOUT, is_read_only

_READ = 65536
#: Seconds: an answer that takes so long comes from a server in trouble, and a look at the clock that comes
#: so long after its time from a worker in trouble.
_LATE = 0.05
_NOTHING = object()
_pack: Callable[[tuple[Any, ...]], bytes] = hiredis.pack_command
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

Words = Sequence[str | int]


class SharedConnection:
    """The connection that all requests of a worker share; opened anew after it broke."""

    def __init__(self, connect: Callable[[], redis.Connection], loop: asyncio.AbstractEventLoop) -> None:
        self._connect = connect
        self.loop = loop
        self._current: _OpenConnection | None = None
        self._opening: asyncio.Task[_OpenConnection] | None = None

    def __del__(self) -> None:
        # A configuration that was taken up has connections of its own; the loop knows the old ones still.
        current = self._current
        if current is not None and current.is_open:
            try:
                self.loop.call_soon_threadsafe(current.close)
            except RuntimeError:  # the loop was closed
                current.close()

    @property
    def is_busy(self) -> bool:
        """Whether it carries a command at this moment."""
        return self._current is not None and self._current.is_busy

    @property
    def is_late(self) -> bool:
        """Whether its server takes longer than one that is well."""
        current = self._current
        return self._opening is not None or (current is not None and current.is_late)

    def ask(self, commands: Sequence[Words]) -> Awaitable[list[Any]]:
        """The answers to commands, errors of the server among them. Raises redis.RedisError.

        Nothing is sent again: an answer may have got lost on the way.
        """
        current = self._current
        if current is not None and current.is_open:
            return current.ask(commands)
        return self._ask_anew(commands)

    async def _ask_anew(self, commands: Sequence[Words]) -> list[Any]:
        opening = self._opening
        if opening is None:
            opening = self._opening = self.loop.create_task(self._open())
        current = await asyncio.shield(opening)
        return await current.ask(commands)

    async def _open(self) -> "_OpenConnection":
        try:
            connection = await self.loop.run_in_executor(None, self._connect)
            self._current = _OpenConnection(connection, self.loop)
            return self._current
        finally:
            self._opening = None


class _OpenConnection:
    """One connection: what is asked in one turn of the loop goes out together, answers come in order."""

    def __init__(self, connection: Any, loop: asyncio.AbstractEventLoop) -> None:
        """`connection`: redis-py's, opened. Without its type: that one does not tell of the socket."""
        self._connection = connection  # closes its socket when it is dropped
        self._socket = connection._sock  # noqa: SLF001 - redis-py has no other name for it
        self._socket.setblocking(False)
        self._loop = loop
        self._reader = hiredis.Reader(
            protocolError=redis.InvalidResponse,
            replyError=BaseParser.parse_error,
            encoding="utf-8",
            errors="strict",
            notEnoughData=_NOTHING,
        )
        self._out: list[bytes] = []
        self._asked: deque[tuple[asyncio.Future[list[Any]], int, float]] = deque()
        self._answers: list[Any] = []  # to the first of those
        self._timer: asyncio.TimerHandle | None = None
        self.is_open = True
        loop.add_reader(self._socket, self._readable)

    @property
    def is_busy(self) -> bool:
        return bool(self._asked)

    @property
    def is_late(self) -> bool:
        return bool(self._asked) and self._loop.time() - self._asked[0][2] > _LATE

    def ask(self, commands: Sequence[Words]) -> "asyncio.Future[list[Any]]":
        """The answers to commands, errors of the server among them. Fails with redis.RedisError."""
        now = self._loop.time()
        answer: asyncio.Future[list[Any]] = self._loop.create_future()
        if not self.is_open:  # it broke just after it was opened
            answer.set_exception(redis.ConnectionError("Connection closed by server."))
            return answer
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.extend([_pack(tuple(words)) for words in commands])
        self._asked.append((answer, len(commands), now))
        if self._timer is None:
            self._timer = self._loop.call_at(now + TIMEOUT, self._look_at_time)
        return answer

    def close(self) -> None:
        """Nobody needs it any more."""
        if self._loop.is_closed():  # and looks at nothing
            self.is_open = False
            self._connection.disconnect()
        else:
            self._break(redis.ConnectionError("Connection closed."))

    def _flush(self) -> None:
        data = b"".join(self._out)
        if not data or not self.is_open:
            return
        try:
            sent = self._socket.send(data)
        except _NOT_NOW:
            sent = 0
        except OSError as error:
            self._break(redis.ConnectionError(f"Error while writing to socket: {error}"))
            return
        self._out = [data[sent:]] if sent < len(data) else []
        if self._out:
            self._loop.add_writer(self._socket, self._flush)
        else:
            self._loop.remove_writer(self._socket)

    def _readable(self) -> None:
        try:
            data = self._socket.recv(_READ)
        except _NOT_NOW:
            return
        except OSError as error:
            self._break(redis.ConnectionError(f"Error while reading from socket: {error}"))
            return
        if not data:
            self._break(redis.ConnectionError("Connection closed by server."))
            return
        self._reader.feed(data)
        try:
            self._take_answers()
        except Exception as error:  # noqa: BLE001 - an answer is lost: each that follows would be another's
            self._break(redis.ConnectionError(f"{type(error).__name__}: an answer that cannot be read"))
        if self.is_open and getattr(self._socket, "pending", int)():  # TLS has more in hand already
            self._readable()

    def _take_answers(self) -> None:
        while (answer := self._reader.gets()) is not _NOTHING:
            if isinstance(answer, hiredis.PushNotification):
                continue
            if isinstance(answer, redis.ResponseError) and is_read_only(answer):
                self._break(redis.ConnectionError(f"READONLY {answer}"))  # see `connecting._Following`
                return
            if not self._asked:
                self._break(redis.ConnectionError("an answer to nobody"))
                return
            self._answers.append(answer)
            waiting, number, _ = self._asked[0]
            if len(self._answers) == number:
                self._asked.popleft()
                given, self._answers = self._answers, []
                if not waiting.done():
                    waiting.set_result(given)

    def _look_at_time(self) -> None:
        self._timer = None
        if not self._asked:
            return
        now, due = self._loop.time(), self._asked[0][2] + TIMEOUT
        if now < due:
            self._timer = self._loop.call_at(due, self._look_at_time)
        elif _LATE < now - due < TIMEOUT:  # the worker stood still: what came meanwhile lies unread
            self._timer = self._loop.call_at(now + _LATE, self._look_at_time)
        else:
            self._break(redis.TimeoutError("Timeout reading from socket"))

    def _break(self, error: redis.RedisError) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._connection.disconnect()
        asked, self._asked = self._asked, deque()
        for waiting, _, _ in asked:
            if not waiting.done():
                waiting.set_exception(type(error)(*error.args))
