"""How many requests a worker has at work at once, and whose turn it is next.

Without it a thousand would all be begun, and each would take as long as all of them together: those
of one provider would keep everybody else waiting, and answers would lie unread until their time is up.
"""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from bridge.net.waiting import wait_for

#: Requests at work at once (docs/decisions/0002-server.md).
WORKING = 32


class Turnstile:
    """Lets requests in: each crowd's in the order in which they came, one of each crowd in turn.

    Who waits for another server is outside meanwhile. Belongs to one event loop.
    """

    def __init__(self, working: int = WORKING) -> None:
        self._free = working  # more than none only while nobody waits
        #: Those who wait, by crowd: the next one first. Who comes back from another server is of a crowd
        #: of its own, or a thousand that are just beginning would keep it from ending.
        self._crowds: dict[tuple[str, bool], deque[asyncio.Future[None]]] = {}

    @property
    def waiting(self) -> int:
        """How many are not let in."""
        return sum(not turn.done() for queue in list(self._crowds.values()) for turn in list(queue))

    async def enter(self, crowd: str, patience: float) -> None:
        """Raises TimeoutError after `patience` seconds, and has not let in then."""
        turn = self._turn(crowd, again=False)
        if turn is None:
            return
        try:
            async with asyncio.timeout(patience):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.leave()  # let in at the very moment in which it gave up
            raise

    def leave(self) -> None:
        """Lets the next one in."""
        self._free += 1
        while self._free > 0 and self._crowds:
            crowd = next(iter(self._crowds))
            queue = self._crowds.pop(crowd)
            while queue:
                turn = queue.popleft()
                if not turn.done():  # it is when it has given up; then the crowd's turn is the next one's
                    self._free -= 1
                    turn.set_result(None)
                    break
            if queue:
                self._crowds[crowd] = queue  # behind the others

    def aside(self, crowd: str) -> "Aside":
        """A context in which the calling request, of that crowd, waits for another server."""
        return Aside(self, crowd)

    def come_back(self, crowd: str) -> None:
        """In again, when it is the caller's turn."""
        turn = self._turn(crowd, again=True)
        if turn is None:
            return
        try:
            wait_for(turn)
        except BaseException:
            if not turn.done() or turn.cancelled():
                turn.cancel()
                self._free -= 1  # it was not let in; but it has to end what it began, and leaves then
            raise

    def _turn(self, crowd: str, *, again: bool) -> "asyncio.Future[None] | None":
        """None for who is let in at once."""
        if self._free > 0:
            self._free -= 1
            return None
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._crowds.setdefault((crowd, again), deque()).append(turn)
        return turn


class Aside:
    """See `Turnstile.aside`."""

    __slots__ = ("_crowd", "_turnstile")

    def __init__(self, turnstile: Turnstile, crowd: str) -> None:
        self._turnstile = turnstile
        self._crowd = crowd

    def __enter__(self) -> Self:
        self._turnstile.leave()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turnstile.come_back(self._crowd)
