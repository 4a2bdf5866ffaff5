"""Bad weather between the bridge and a store's API: answers that get lost, errors, limits, resets."""

import random
import socket
import struct
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

#: What may happen to a call: before it reached the store, or after the store did what it was told.
BEFORE = ("reset", "500", "429", "422", "slow")
AFTER = ("reset", "502", "422", "half an answer")
_HOP = ("connection", "transfer-encoding", "content-length")


class Weather:
    """A way to `upstream` on which a share of the calls fails; `url` is its address."""

    def __init__(self, upstream: str, share: float, seed: int = 1) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.share, self.seen = share, Counter[str]()
        self._chance, self._lock = random.Random(seed), threading.Lock()
        weather = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                """Nothing."""

            def handle_call(self) -> None:
                weather.pass_on(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_call  # noqa: N815 - http.server's names

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 200

            def handle_error(self, *_: object) -> None:
                """A client that gave up is none."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def pass_on(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        when, _, what = self._what().partition(" ")
        if when == "before" and what != "slow":
            _spoil(call, what)
            return
        if what == "slow":
            time.sleep(0.3)
        line = HTTPConnection(self.upstream, timeout=10)
        headers = {name: value for name, value in call.headers.items() if name.lower() not in (*_HOP, "host")}
        line.request(call.command, call.path, body or None, headers)
        reply: HTTPResponse = line.getresponse()
        text = reply.read()
        line.close()
        if what in ("", "slow", "half an answer"):
            told = {name: value for name, value in reply.headers.items() if name.lower() not in _HOP}
            _say(call, reply.status, text, told, cut=what == "half an answer")
        else:
            _spoil(call, what)

    def _what(self) -> str:
        with self._lock:
            if self._chance.random() >= self.share:
                what = "fine"
            elif self._chance.random() < 0.5:
                what = f"before {self._chance.choice(BEFORE)}"
            else:
                what = f"after {self._chance.choice(AFTER)}"
            self.seen[what] += 1
            return what

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _say(
    call: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str], *, cut: bool = False
) -> None:
    call.send_response_only(status)
    for name, value in headers.items():
        call.send_header(name, value)
    call.send_header("Content-Length", str(len(body)))
    call.end_headers()
    call.wfile.write(body[: len(body) // 2] if cut else body)
    call.close_connection = True


def _spoil(call: BaseHTTPRequestHandler, what: str) -> None:
    """Something in place of the store's answer: RST, or an error."""
    if what == "reset":
        call.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        call.close_connection = True
        call.connection.close()
    else:
        _say(call, int(what), b"{}", {"X-Rate-Limit-Time-Reset-Ms": "200"} if what == "429" else {})
