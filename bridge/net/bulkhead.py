"""Who waits for whom: a server that hangs holds a share of this process's places, and never all."""

import threading
from types import TracebackType

from bridge.domain.http import HttpFailure

#: Requests of one process that may wait for other servers, all together (docs/decisions/0004-bulkheads.md).
PLACES = 2048


class Bulkheads:
    """The places of one process in which requests may wait for other servers."""

    def __init__(self, places: int) -> None:
        self.free = places
        self.lock = threading.Lock()

    def bulkhead(self) -> "Bulkhead":
        """A new one, for one connection or store."""
        return Bulkhead(self)


class Bulkhead:
    """Lets one server hold as many places as are still free for all the others, and no more.

    So one that hangs holds half of them at most, two a third each, and there is always as much left
    as the greediest has. A fixed share would have to be either too small for a provider that is merely
    slow on a busy morning, or too large for three that hang at once.
    """

    __slots__ = ("_all", "_inside")

    def __init__(self, together: Bulkheads) -> None:
        self._all = together
        self._inside = 0

    @property
    def inside(self) -> int:
        """How many places it holds now."""
        return self._inside

    def __enter__(self) -> None:
        """Raises `HttpFailure("busy")` at once: to wait here would hold a place as well."""
        together = self._all
        with together.lock:
            if self._inside < together.free:
                self._inside += 1
                together.free -= 1
                return
        raise HttpFailure("busy", f"{self._inside} requests are waiting for it already")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        together = self._all
        with together.lock:
            self._inside -= 1
            together.free += 1
