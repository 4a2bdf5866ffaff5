"""A server to Redis whose methods are called in requests of a worker, whoever calls them."""

from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any

from bridge.net.waiting import may_wait
from bridge.state.cluster import RedisCluster
from bridge.state.server import RedisServer
from bridge.state.whereabouts import Access
from tests.net.on_loop import Worker

ASKS = frozenset({"command", "each", "run", "keep", "run_many", "primaries"})


class Way:
    """Takes a call to a request, unless it comes from one."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    def of(self, work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def called(*given: Any, **named: Any) -> Any:
            act = partial(work, *given, **named)
            return act() if may_wait() else self.worker.call(act)

        return called


class ServerInRequests(RedisServer):
    def __init__(self, worker: Worker, url: str, access: Access = Access()) -> None:  # noqa: B008 - frozen
        super().__init__(url, access=access)
        _lead(self, worker)

    def scan(self, pattern: str, page: int = 1000) -> Iterator[list[str]]:
        yield from _scanned(self, super().scan(pattern, page))


class ClusterInRequests(RedisCluster):
    def __init__(self, worker: Worker, url: str, access: Access = Access()) -> None:  # noqa: B008 - frozen
        super().__init__(url, access=access)
        _lead(self, worker)

    def scan(self, pattern: str, page: int = 1000) -> Iterator[list[str]]:
        yield from _scanned(self, super().scan(pattern, page))


def _lead(server: Any, worker: Worker) -> None:
    way = Way(worker)
    server.way = way
    for name in ASKS:
        setattr(server, name, way.of(getattr(server, name)))


def _scanned(server: Any, pages: Iterator[list[str]]) -> Iterator[list[str]]:
    following: Callable[..., list[str] | None] = server.way.of(partial(next, pages, None))
    while (page := following()) is not None:
        yield page
