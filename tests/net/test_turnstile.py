"""How many threads work at once, and that none that waits keeps others waiting."""

import threading
import time
from collections.abc import Callable

from bridge.net.turnstile import GRACE, WORK, Turnstile


def until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.001)
    return False


class Crowd:
    """Jobs that stay until they are let go, and are counted."""

    def __init__(self, turnstile: Turnstile) -> None:
        self.turnstile = turnstile
        self.begun = 0
        self.ended = 0
        self._free = threading.Event()
        self._count = threading.Lock()

    def come(self, number: int, *, asking: bool = False) -> None:
        for _ in range(number):
            self.turnstile.admit(self._ask if asking else self._stay)

    def let_go(self) -> None:
        self._free.set()

    def _stay(self) -> None:
        with self._count:
            self.begun += 1
        self._free.wait(5)
        with self._count:
            self.ended += 1

    def _ask(self) -> None:
        with self.turnstile.aside():
            self._stay()


def test_no_more_begin_at_once_than_may_work() -> None:
    crowd = Crowd(Turnstile(working=2))
    crowd.come(5)

    assert until(lambda: crowd.begun == 2)
    assert crowd.begun == 2, "and not one more, before somebody looks again"
    crowd.let_go()
    assert until(lambda: crowd.ended == 5), "who ends lets the next one begin"


def test_who_takes_longer_than_any_work_lets_others_begin() -> None:
    turnstile = Turnstile(working=2)
    crowd = Crowd(turnstile)
    crowd.come(4)
    time.sleep(WORK * 1.5)

    assert turnstile.look() is False
    assert until(lambda: crowd.begun == 4)
    crowd.let_go()


def test_who_asks_another_server_lets_others_begin_sooner() -> None:
    turnstile = Turnstile(working=1)
    crowd = Crowd(turnstile)
    crowd.come(1, asking=True)
    assert until(lambda: crowd.begun == 1)
    began = time.monotonic()
    crowd.come(1)

    assert until(lambda: not turnstile.look() and crowd.begun == 2)
    assert time.monotonic() - began < WORK * 10
    assert GRACE < WORK
    crowd.let_go()


def test_a_hundred_that_hang_do_not_keep_the_next_one_waiting_for_long() -> None:
    turnstile = Turnstile(working=4)
    hanging, quick = Crowd(turnstile), threading.Event()
    hanging.come(100, asking=True)
    began = time.monotonic()
    turnstile.admit(quick.set)

    assert until(lambda: not turnstile.look() and quick.is_set())
    assert time.monotonic() - began < 2
    hanging.let_go()
    assert until(lambda: hanging.ended == 100)


def test_there_are_never_more_threads_than_allowed() -> None:
    turnstile = Turnstile(working=3, threads=3)
    crowd = Crowd(turnstile)
    crowd.come(6, asking=True)
    time.sleep(WORK * 2)

    assert turnstile.look() is True
    assert crowd.begun == 3
    crowd.let_go()
    assert until(lambda: crowd.ended == 6)


def test_stepping_aside_outside_of_a_job_changes_nothing() -> None:
    turnstile = Turnstile(working=1)
    with turnstile.aside():
        crowd = Crowd(turnstile)
        crowd.come(1)
        crowd.let_go()
        assert until(lambda: crowd.ended == 1)
