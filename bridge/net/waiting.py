"""Waiting without a thread: a request that waits for others lets its worker go on with the next one.

A request is a greenlet on the worker's event loop. Its code is plain: a call that has to wait hands
an awaitable to the loop and is called back with the result. The same code runs in threads as well
(background work, commands, any WSGI server); there it waits as threads do.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

_T = TypeVar("_T")

#: Seconds between two looks at a lock; longer and longer, for a thousand that look cost what work would.
_LOOK_AGAIN, _LAST_LOOK = 0.005, 0.08
_Aside = Callable[[], AbstractContextManager[object]]


class _Request(greenlet):
    """One that may be left waiting."""

    def __init__(self, work: Callable[[], object], aside: _Aside, threads: Executor | None) -> None:
        super().__init__(work)
        self.aside = aside
        self.threads = threads


async def run(work: Callable[[], _T], aside: _Aside = nullcontext, threads: Executor | None = None) -> _T:
    """The result of `work`, which may call `wait_for`; raises what it raises.

    `aside`: a context for the time in which it waits for another server, or another request. `threads`: for
    what cannot be left waiting; the loop's own by default.
    """
    request = _Request(work, aside, threads)
    wanted: Any = request.switch()
    while not request.dead:
        try:
            given = await wanted
        except BaseException as error:  # noqa: BLE001 - it is the request's to handle, a cancellation too
            wanted = request.throw(error)
        else:
            wanted = request.switch(given)
    result: _T = wanted
    return result


def may_wait() -> bool:
    """Whether the caller is such a request."""
    return isinstance(getcurrent(), _Request)


def wait_for(awaited: Awaitable[_T]) -> _T:
    """Its result; only for requests. Raises what it raises."""
    loop: Any = getcurrent().parent
    result: _T = loop.switch(awaited)
    return result


def aside() -> AbstractContextManager[object]:
    """A context in which the caller waits for another server, or another request; see `run`."""
    request = getcurrent()
    return request.aside() if isinstance(request, _Request) else nullcontext()


def pause(seconds: float) -> None:
    """Does nothing for so long."""
    if may_wait():
        with aside():
            wait_for(asyncio.sleep(seconds))
    else:
        time.sleep(seconds)


def in_thread(work: Callable[[], _T]) -> _T:
    """The result of what cannot be left waiting: in a thread, where that is needed."""
    request = getcurrent()
    if isinstance(request, _Request):
        with request.aside():
            return wait_for(asyncio.get_running_loop().run_in_executor(request.threads, work))
    return work()


def take(lock: threading.Lock, seconds: float) -> bool:
    """Takes a lock behind which somebody may wait for others; False when it is not free in time.

    A request that took it as threads do would stop the loop, and with it the one that holds it.
    """
    if not may_wait():
        return lock.acquire(timeout=seconds)
    give_up, gap = time.monotonic() + seconds, _LOOK_AGAIN
    while not lock.acquire(blocking=False):
        left = give_up - time.monotonic()
        if left <= 0:
            return False
        pause(min(gap, left))
        gap = min(1.5 * gap, _LAST_LOOK)
    return True
