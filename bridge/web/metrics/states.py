"""What is no event but a state: looked at every few seconds in each worker, for all of them to be told."""

import os
import threading
import time
from collections.abc import Callable, Iterator

from bridge.net.lane import Lane
from bridge.web.metrics.declared import (
    CPU,
    DOCUMENT_AGE,
    FAILING,
    HELD,
    IN_FLIGHT,
    MEMORY,
    OPEN,
    REDIS_IN_USE,
    STARTS,
    WAITING,
    WORKERS,
)
from bridge.web.metrics.memory import Key
from bridge.web.metrics.numbers import Numbers
from bridge.wiring.bridge import Bridge

#: Seconds between two looks.
LOOK = 5.0

#: A worker's requests: how many are inside, and how many of them wait for their turn.
Busy = Callable[[], tuple[int, int]]


class States:
    """The states of one worker, written to its slot."""

    def __init__(self, numbers: Numbers, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._numbers = numbers
        self._monotonic = monotonic
        self._bridge: Bridge | None = None
        self._busy: Busy = lambda: (0, 0)
        self._cpu = 0.0
        self._written: set[Key] = set()
        numbers.note(numbers.add, (STARTS.name,))

    def of(self, bridge: Bridge, busy: Busy | None = None) -> None:
        """From now on those of `bridge`; what is left out stays as it is."""
        self._bridge = bridge
        self._busy = busy or self._busy

    def start(self) -> None:
        """Looks now and then until the process ends."""
        threading.Thread(target=self._run, name="metrics", daemon=True).start()

    def look(self) -> None:
        """Writes what there is now. What is not there any more (a connection that was taken out) is gone."""
        self._numbers.note(self._write, dict(self._seen()))

    def _run(self) -> None:
        while True:
            self.look()
            time.sleep(LOOK)

    def _write(self, seen: dict[Key, float]) -> None:
        numbers = self._numbers
        for key, value in seen.items():
            numbers.put(key, value)
        for key in self._written - seen.keys():
            numbers.put(key, float("nan"))
        self._written = set(seen)
        cpu = time.process_time()
        numbers.add((CPU.name,), cpu - self._cpu)
        self._cpu = cpu
        numbers.slot.alive_at = self._monotonic()

    def _seen(self) -> Iterator[tuple[Key, float]]:
        inside, waiting = self._busy()
        yield (WORKERS.name,), 1.0
        yield (IN_FLIGHT.name,), inside
        yield (WAITING.name,), waiting
        memory = resident_memory()
        if memory:
            yield (MEMORY.name,), memory
        bridge = self._bridge
        if bridge is None:
            return
        yield (REDIS_IN_USE.name,), bridge.redis.connections_in_use
        for subject, lane in _lanes(bridge):
            yield (OPEN.name, subject), float(bool(lane.breaker.state))
            yield (HELD.name, subject), lane.held
        for name, provider in bridge.providers.items():
            published = provider.published
            failing = published.metadata.failure or published.keys.failure
            yield (FAILING.name, name), float(failing is not None)
            for document, kept in (("metadata", published.metadata), ("keys", published.keys)):
                age = kept.age
                if age is not None:
                    yield (DOCUMENT_AGE.name, name, document), age


def _lanes(bridge: Bridge) -> Iterator[tuple[str, Lane]]:
    yield from bridge.lanes.items()
    for name, receiver in bridge.receivers.items():
        if isinstance(receiver.http, Lane):
            yield f"stores.{name}.webhook", receiver.http


def resident_memory() -> float:
    """Bytes of this process; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - in one breath
            return float(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, IndexError):
        return 0.0
