"""Exchanges of requests with servers of a test."""

import socket
import threading
import time
from collections.abc import Callable

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpFailure, HttpRequest
from bridge.net.client import HttpClient, Trust

from .servers import answer

HERE = Trust(loopback=True, plain_http=True)


def asking(
    client: HttpClient, url: str, time_limit: float = 5, size_limit: int = 10_000
) -> Callable[[], str]:
    """The body of an answer, or the name of its failure."""

    def work() -> str:
        request = HttpRequest("GET", url, time_limit=time_limit, size_limit=size_limit)
        try:
            return client.send(request, Deadline(20, time.monotonic)).body.decode()
        except HttpFailure as failure:
            return failure.kind

    return work


def echo(line: socket.socket, request: bytes) -> None:
    line.sendall(answer(request.split()[1]))


def echo_after(go_on: threading.Event) -> Callable[[socket.socket, bytes], None]:
    """The same, but nothing before that."""

    def converse(line: socket.socket, request: bytes) -> None:
        go_on.wait(5)
        echo(line, request)

    return converse


def silent(line: socket.socket, _request: bytes) -> None:
    line.recv(1)


def await_equal(seen: Callable[[], int], wanted: int) -> None:
    give_up = time.monotonic() + 5
    while seen() != wanted and time.monotonic() < give_up:
        time.sleep(0.01)
    assert seen() == wanted
