"""Requests at a turnstile, driven turn by turn of the loop."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from bridge.net.turnstile import Turnstile
from bridge.net.waiting import run as as_request
from bridge.net.waiting import wait_for

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: the browser tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


async def turns(number: int = 3) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def free_places(turnstile: Turnstile) -> int:
    """How many get in at once; they leave again."""
    inside = 0
    while True:
        try:
            await turnstile.enter("", 0)
        except TimeoutError:
            break
        inside += 1
    for _ in range(inside):
        turnstile.leave()
    return inside


class Asking:
    """A request inside that waits for another server until it is told to come back."""

    def __init__(self, turnstile: Turnstile, crowd: str = "") -> None:
        self._turnstile, self._crowd = turnstile, crowd
        self.answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_back = False
        self.task = asyncio.ensure_future(as_request(self._work))

    def _work(self) -> None:
        try:
            with self._turnstile.aside(self._crowd):
                wait_for(self.answer)
            self.is_back = True
        finally:
            self._turnstile.leave()
