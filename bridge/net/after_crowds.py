"""After a crowd its memory is the system's again: the allocator would keep it for the next one."""

import ctypes
from collections.abc import Callable
from contextlib import suppress

#: Requests inside at once that are a crowd; each takes some 80 kB while it waits for its provider.
_CROWD = 128


class AfterCrowds:
    """Told how many requests are inside, it lets memory go when most of a crowd has left."""

    def __init__(self, let_go: Callable[[Callable[[], object]], object]) -> None:
        """`let_go` has what takes some milliseconds done elsewhere."""
        self._let_go = let_go
        self._most = 0

    def told(self, inside: int) -> None:
        """Whenever a request has left."""
        if inside > self._most:
            self._most = inside
        elif self._most >= _CROWD and inside < self._most // 8:
            self._most = inside
            self._let_go(_trim)


def _trim() -> None:
    """malloc_trim(3), where there is one (glibc)."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
