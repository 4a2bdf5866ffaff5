"""Requests of a worker: work on an event loop that runs in a thread of its own."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from bridge.net.waiting import run

T = TypeVar("T")


class Worker:
    """An event loop with its requests."""

    def __init__(self) -> None:
        self.faults: list[dict[str, Any]] = []
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda _loop, context: self.faults.append(context))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def begin(self, work: Callable[[], T]) -> "Future[T]":
        """A request, which is cancelled with what is returned."""
        return asyncio.run_coroutine_threadsafe(run(work), self.loop)

    def call(self, work: Callable[[], T], seconds: float = 20) -> T:
        """What a request gives or raises."""
        return self.begin(work).result(seconds)

    def all(self, works: Sequence[Callable[[], T]], seconds: float = 20) -> list[T | BaseException]:
        """What requests give or raise that are begun in one turn of the loop."""

        async def gathered() -> list[T | BaseException]:
            return await asyncio.gather(*(run(work) for work in works), return_exceptions=True)

        return asyncio.run_coroutine_threadsafe(gathered(), self.loop).result(seconds)

    def watched(self) -> int:
        """How many sockets the loop looks at, besides its own."""

        async def count() -> int:
            return len(self.loop._selector.get_map()) - 1  # type: ignore[attr-defined]

        return asyncio.run_coroutine_threadsafe(count(), self.loop).result(5)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        assert not self._thread.is_alive(), "a request stopped the loop"

    def _run(self) -> None:
        self.loop.run_forever()
        self.loop.run_until_complete(self._end())
        self.loop.close()

    async def _end(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self.loop.shutdown_default_executor()


@contextmanager
def working() -> Iterator[Worker]:
    """A worker in which nothing may go wrong unheard."""
    worker = Worker()
    try:
        yield worker
    finally:
        worker.close()
    gc.collect()
    assert worker.faults == []
