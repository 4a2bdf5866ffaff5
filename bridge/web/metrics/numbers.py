"""Counting: no request ever waits for another one's numbers."""

import logging
import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from typing import Any

from bridge.web.logs import LOGGER
from bridge.web.metrics.declared import LOST, METRICS, READ_AT, READ_OK, READS, Metric
from bridge.web.metrics.memory import Key, Slot

_LOG = logging.getLogger(LOGGER)


class Numbers:
    """The numbers of this process.

    `x += 1` is no single step, and a lock would make requests wait. So each thread puts what it has to count
    into a queue, and whoever finds nobody counting counts all that is there; the others go on at once.
    """

    def __init__(self, slot: Slot) -> None:
        """`slot`: nobody else writes to it. What it says of a state, a process before us said: forgotten."""
        self.slot = slot
        self._cells = slot.cells
        self._known: dict[Key, int] = dict(slot.series())
        self._queue: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._counting = threading.Lock()
        if (LOST.name,) not in self._known:
            self._new((LOST.name,))  # while there is room for it
        for key, cell in self._known.items():
            if METRICS[key[0]].kind == "gauge":
                self._cells[cell] = float("nan")

    def note(self, count: Callable[..., None], *told: Any) -> None:
        """Has `count(*told)` called soon, by this thread or another, never by two at once."""
        queue = self._queue
        queue.append((count, told))
        while queue and self._counting.acquire(blocking=False):
            try:
                while queue:
                    one, arguments = queue.popleft()
                    one(*arguments)
            except Exception:  # noqa: BLE001 - a fault in a count must not end a sign-in
                _LOG.exception("fault")
            finally:
                self._counting.release()

    # -- for those that are called so -------------------------------------------------------

    def add(self, key: Key, amount: float = 1.0) -> None:
        """Adds to a counter."""
        cell = self._known.get(key)
        if cell is None:
            cell = self._new(key)
            if cell is None:
                return
        self._cells[cell] += amount

    def observe(self, key: Key, metric: Metric, value: float) -> None:
        """Counts a value of a histogram."""
        cell = self._known.get(key)
        if cell is None:
            cell = self._new(key)
            if cell is None:
                return
        bounds = metric.bounds
        cells = self._cells
        cells[cell + bisect_left(bounds, value)] += 1.0
        cells[cell + len(bounds) + 1] += value

    def put(self, key: Key, value: float, when: float = 0.0) -> None:
        """Sets a gauge; `when`: of one that says of which worker the newest is told."""
        cell = self._known.get(key)
        if cell is None:
            cell = self._new(key)
            if cell is None:
                return
        self._cells[cell] = value
        if METRICS[key[0]].across == "newest":
            self._cells[cell + 1] = when

    def _new(self, key: Key) -> int | None:
        cell = self.slot.add_series(key)
        if cell is None:
            self.add((LOST.name,))
            return None
        self._known[key] = cell
        return cell


class Reads:
    """What became of configurations that changed; told by the server, in a slot of its own."""

    def __init__(self, numbers: Numbers, now: Callable[[], float] = time.time) -> None:
        self._numbers = numbers
        self._now = now

    def began(self) -> None:
        """The server began with one."""
        self._numbers.note(self._put, True)

    def read(self, used: bool) -> None:
        """Read again: it is in use now; or it has faults, and the one before serves on."""
        self._numbers.note(self._numbers.add, (READS.name, "used" if used else "refused"))
        self._numbers.note(self._put, used)

    def kept(self) -> None:
        """A worker could not take it up, and serves on with the one before."""
        self._numbers.note(self._numbers.add, (READS.name, "kept"))

    def _put(self, used: bool) -> None:
        now = self._now()
        self._numbers.put((READ_OK.name,), float(used), now)
        if used:
            self._numbers.put((READ_AT.name,), now, now)
