"""Serve a WSGI application on loopback, in a thread of this process."""

import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from bridge.demo.loopback import require_loopback

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class _Silent(WSGIRequestHandler):
    """The apps log their own steps; a line per request beside them would hide the story."""

    timeout = 30  # a client that opens a connection and says nothing must not hold a thread for ever

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


class Served:
    """A running server; it accepts connections from the moment it is made until `stop()`."""

    def __init__(self, app: "WSGIApplication", *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve `app`; port 0 takes a free one. Raises OSError when the port is taken."""
        self._start(lambda _url: app, host, port)

    @classmethod
    def knowing_its_url(
        cls, make_app: Callable[[str], "WSGIApplication"], *, host: str = "127.0.0.1", port: int = 0
    ) -> Self:
        """Serve what `make_app` makes when told its own address: for apps that must publish it."""
        served = cls.__new__(cls)
        served._start(make_app, host, port)  # noqa: SLF001 - its own, just made
        return served

    def _start(self, make_app: Callable[[str], "WSGIApplication"], host: str, port: int) -> None:
        require_loopback(host)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            # Bound here and handed over by number: werkzeug itself ends the process when a port is taken.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(128)
            self.port: int = listener.getsockname()[1]
            self.url = f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
            self._server: BaseWSGIServer = make_server(
                host,
                self.port,
                make_app(self.url),
                threaded=True,
                request_handler=_Silent,
                fd=listener.fileno(),
            )
        # A short poll makes stop() quick; the selector wakes for a connection at once either way.
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            name=f"demo {self.url}",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """Close the listening socket and wait for the thread. Stopping twice is allowed."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
