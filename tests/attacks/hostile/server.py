"""Two listening sockets with the same providers behind them: home, and the thief's."""

import contextlib
import select
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.attacks.hostile.plan import Reply, Wire
from tests.attacks.hostile.provider import Rooms


class _Socket(Wire):
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def wait_until_closed(self, limit: float) -> None:
        """Says nothing until the other side hangs up."""
        end = time.monotonic() + limit
        while (left := end - time.monotonic()) > 0:
            if select.select([self._connection], [], [], min(left, 0.5))[0] and not self._peek():
                return

    def reset(self) -> None:
        """Closing now sends RST instead of FIN."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _peek(self) -> bytes:
        try:
            return self._connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return b""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 20
    server: "_Server"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.rooms.answer(self.command, self.path, headers, body, thief=self.server.thief)
        if reply.raw is not None:
            self.close_connection = True
            reply.raw(_Socket(self.connection))
            return
        self.wfile.write(as_bytes(reply))

    do_GET = do_POST = _serve  # noqa: N815 - the parent's names

    def log_message(self, *_args: object) -> None:
        pass


def as_bytes(reply: Reply) -> bytes:
    headers = {"Content-Length": str(len(reply.body)), **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, rooms: Rooms, *, thief: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rooms, self.thief = rooms, thief
        self.mistakes: list[str] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, _request: Any, _address: Any) -> None:
        """A hung up connection is what hostile replies are for; anything else is our own mistake."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            try:
                raise  # noqa: PLE0704 - called while the error is handled
            except (ConnectionError, TimeoutError):
                raise
            except Exception as error:  # noqa: BLE001 - shown by the arena
                self.mistakes.append(repr(error))


class HostileServer:
    """Serves the rooms at `url`, and the thief's doors of the same rooms at `thief_url`."""

    def __init__(self, rooms: Rooms) -> None:
        self._servers = [_Server(rooms, thief=False), _Server(rooms, thief=True)]
        self.url, self.thief_url = (server.url for server in self._servers)

    @property
    def mistakes(self) -> list[str]:
        return [mistake for server in self._servers for mistake in server.mistakes]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
