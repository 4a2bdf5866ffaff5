"""A server that speaks Redis's protocol and does exactly what a test tells it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import hiredis

Words = list[bytes]


class Connection:
    """As its server sees it."""

    def __init__(self, way: socket.socket, number: int) -> None:
        self.way = way
        self.number = number  # from 0
        self._reader = hiredis.Reader(notEnoughData=None)

    def commands(self) -> Iterator[Words]:
        """What is asked, until the client goes."""
        while True:
            command = self._reader.gets()
            if command is not None:
                yield [word if isinstance(word, bytes) else str(word).encode() for word in command]
                continue
            data = self.way.recv(65536)
            if not data:
                return
            self._reader.feed(data)

    def say(self, *texts: bytes) -> None:
        """A text for each."""
        self.way.sendall(b"".join(b"$%d\r\n%s\r\n" % (len(text), text) for text in texts))

    def close(self) -> None:
        """As a server that ends."""
        with contextlib.suppress(OSError):
            self.way.shutdown(socket.SHUT_RDWR)


class FakeServer:
    """Listens on loopback."""

    def __init__(self, act: Callable[[Connection], Any], tls: ssl.SSLContext | None) -> None:
        self._act = act
        self._tls = tls
        self.connections: list[Connection] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        scheme = "rediss" if tls else "redis"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}/0"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self.connections:
            connection.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                way, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(way,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, way: socket.socket) -> None:
        with contextlib.suppress(OSError), way:
            secured = self._tls.wrap_socket(way, server_side=True) if self._tls else way
            with secured:
                connection = Connection(secured, len(self.connections))
                self.connections.append(connection)
                self._act(connection)


@contextlib.contextmanager
def faking(act: Callable[[Connection], Any], tls: ssl.SSLContext | None = None) -> Iterator[FakeServer]:
    """A server that does `act` with every connection."""
    server = FakeServer(act, tls)
    try:
        yield server
    finally:
        server.close()


def echo(connection: Connection) -> None:
    """Says of each command its last word."""
    for words in connection.commands():
        connection.say(words[-1])


def echo_after(go_on: threading.Event) -> Callable[[Connection], None]:
    """The same, but nothing before that."""

    def act(connection: Connection) -> None:
        for words in connection.commands():
            go_on.wait(5)
            connection.say(words[-1])

    return act
