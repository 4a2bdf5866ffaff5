"""A way to Redis that loses an answer when told to."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit


class LossyWay:
    """Forwards to the server; after `lose_answer_to(word)` the next request with it is done, and never answered."""

    def __init__(self, url: str) -> None:
        self._path = urlsplit(url).path
        self._word = b""
        self.heard: Callable[[bytes], None] = lambda _: (
            None
        )  # told each request that was done, before its answer
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"
        self.lost = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def lose_answer_to(self, word: bytes) -> None:
        self._word = word

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for one in self._sockets:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._path)
            self._sockets += [client, server]
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError), client, server:
            while request := client.recv(65536):
                server.sendall(request)
                answer = server.recv(65536)
                self.heard(request)
                if self._word and self._word in request:
                    self._word = b""
                    self.lost += 1
                    return
                client.sendall(answer)


@contextlib.contextmanager
def lossy_way(url: str) -> Iterator[LossyWay]:
    way = LossyWay(url)
    try:
        yield way
    finally:
        way.close()
