"""A request that waits lets its worker go on; in threads the same code waits as threads do."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial

import pytest

from bridge.net.turnstile import Turnstile
from bridge.net.waiting import in_thread, may_wait, pause, run, take, wait_for

from .on_loop import Worker

_NAME: ContextVar[str] = ContextVar("_NAME", default="nobody")


async def _later(value: str, seconds: float = 0.01) -> str:
    await asyncio.sleep(seconds)
    return value


async def _broken() -> None:
    await asyncio.sleep(0.01)
    raise ValueError("broken")


def test_a_request_gives_what_its_work_gives(worker: Worker) -> None:
    assert worker.call(lambda: "at once") == "at once"
    assert worker.call(lambda: wait_for(_later("a")) + wait_for(_later("b"))) == "ab"
    assert worker.call(lambda: None) is None


def test_only_a_request_may_wait(worker: Worker) -> None:
    assert not may_wait()
    assert worker.call(may_wait)
    assert not worker.call(lambda: in_thread(may_wait))


def test_what_goes_wrong_is_raised_where_it_was_waited_for(worker: Worker) -> None:
    def work() -> str:
        try:
            wait_for(_broken())
        except ValueError:
            with pytest.raises(ValueError, match="broken"):
                wait_for(_broken())
            return wait_for(_later("goes on"))
        return "never"

    assert worker.call(work) == "goes on"
    with pytest.raises(ValueError, match="broken"):
        worker.call(lambda: wait_for(_broken()))
    with pytest.raises(ZeroDivisionError):
        worker.call(lambda: 1 / 0)


def test_what_is_handled_in_one_request_is_not_in_another(worker: Worker) -> None:
    """The exception that is being handled belongs to the request, not to the thread."""

    def of_nothing() -> BaseException | None:
        try:
            int("nothing")
        except ValueError as error:
            return error.__context__
        return None

    def broken() -> BaseException | None:
        try:
            wait_for(_broken())
        except ValueError:
            pause(0.05)
            return of_nothing()
        return None

    def sound() -> BaseException | None:
        pause(0.03)
        return of_nothing()

    told = worker.all([broken, sound])
    assert str(told[0]) == "broken"
    assert told[1] is None


def test_who_pauses_keeps_nobody_waiting(worker: Worker) -> None:
    began = time.monotonic()
    worker.all([partial(pause, 0.2)] * 200)
    assert 0.2 <= time.monotonic() - began < 2


def test_in_a_thread_all_of_it_waits_as_threads_do() -> None:
    began = time.monotonic()
    pause(0.05)
    assert time.monotonic() - began >= 0.05
    assert in_thread(threading.get_ident) == threading.get_ident()
    lock = threading.Lock()
    assert take(lock, 0.01)
    assert not take(lock, 0.01)


def test_what_cannot_be_left_waiting_is_done_in_a_thread(worker: Worker) -> None:
    go_on = threading.Event()

    def blocking() -> int:
        assert go_on.wait(5), "the loop went on meanwhile"
        return threading.get_ident()

    def quick() -> int:
        go_on.set()
        return threading.get_ident()

    thread, loop = worker.all([lambda: in_thread(blocking), quick])
    assert thread != loop
    with pytest.raises(ZeroDivisionError):
        worker.call(lambda: in_thread(lambda: 1 / 0))


class TestLocks:
    def test_two_requests_behind_one_lock_do_not_stop_the_loop(self, worker: Worker) -> None:
        lock = threading.Lock()
        order: list[str] = []

        def work(name: str) -> None:
            assert take(lock, 5)
            order.append(f"{name} in")
            pause(0.05)
            order.append(f"{name} out")
            lock.release()

        assert worker.all([partial(work, "a"), partial(work, "b")]) == [None, None]
        assert order == ["a in", "a out", "b in", "b out"]

    def test_who_is_not_let_in_in_time_goes_without(self, worker: Worker) -> None:
        lock = threading.Lock()
        with lock:
            began = time.monotonic()
            assert worker.call(lambda: take(lock, 0.2)) is False
            assert 0.2 <= time.monotonic() - began < 2
        assert worker.call(lambda: take(lock, 0)) is True

    def test_a_lock_that_a_thread_holds_is_waited_for(self, worker: Worker) -> None:
        lock = threading.Lock()
        lock.acquire()
        taken = worker.begin(lambda: take(lock, 5))
        time.sleep(0.05)
        assert worker.call(lambda: "goes on") == "goes on"
        lock.release()
        assert taken.result(5) is True

    def test_who_is_cancelled_while_it_waits_for_a_lock_does_not_hold_it(self, worker: Worker) -> None:
        lock = threading.Lock()
        lock.acquire()
        waiting = worker.begin(lambda: take(lock, 5))
        worker.call(lambda: pause(0.02))
        waiting.cancel()
        worker.call(lambda: pause(0.02))
        lock.release()
        assert worker.call(lambda: take(lock, 0)) is True

    @pytest.mark.slow
    def test_a_thousand_that_wait_for_a_lock_leave_the_loop_time_for_others(self, worker: Worker) -> None:
        lock = threading.Lock()
        lock.acquire()

        def lag() -> float:
            pause(0.5)
            longest = 0.0
            for _ in range(20):
                began = time.monotonic()
                pause(0.001)
                longest = max(longest, time.monotonic() - began)
            return longest

        looking: list[Callable[[], float]] = [partial(take, lock, 1.5)] * 1000
        told = worker.all([lag, *looking])
        assert isinstance(told[0], float)
        assert told[0] < 0.5
        assert told[1:] == [False] * 1000


class TestCancellation:
    def test_it_is_raised_where_the_request_waits_and_cleaned_up_after(self, worker: Worker) -> None:
        steps: list[str] = []

        def work() -> None:
            try:
                pause(60)
            except asyncio.CancelledError:
                steps.append("cancelled")
                raise
            finally:
                steps.append(wait_for(_later("has cleaned up")))

        began = worker.begin(work)
        worker.call(lambda: pause(0.02))
        began.cancel()
        worker.call(lambda: pause(0.1))
        assert steps == ["cancelled", "has cleaned up"]

    def test_one_before_the_request_began_does_nothing(self, worker: Worker) -> None:
        done: list[str] = []

        async def walk() -> None:
            task = asyncio.ensure_future(run(lambda: done.append("never")))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(walk(), worker.loop).result(5)
        assert done == []

    def test_what_is_done_in_a_thread_outlives_its_request_and_harms_nobody(self, worker: Worker) -> None:
        free, ended = threading.Event(), threading.Event()

        def slow() -> None:
            free.wait(5)
            ended.set()

        began = worker.begin(lambda: in_thread(slow))
        worker.call(lambda: pause(0.02))
        began.cancel()
        worker.call(lambda: pause(0.02))
        free.set()
        assert ended.wait(5)
        assert worker.call(lambda: "goes on") == "goes on"


def test_context_variables_of_two_requests_do_not_mix(worker: Worker) -> None:
    def work(name: str) -> list[str]:
        seen = [_NAME.get()]
        _NAME.set(name)
        for _ in range(5):
            pause(0.005)
            seen.append(_NAME.get())
        return seen

    told = worker.all([partial(work, str(number)) for number in range(10)])
    assert told == [["nobody"] + [str(number)] * 5 for number in range(10)]


@pytest.mark.parametrize("what", ["a lock", "a pause", "a thread"])
def test_who_waits_for_another_request_gives_its_place_to_others(worker: Worker, what: str) -> None:
    """As many as may work wait for one fetch: they would keep everybody out until a hanging server's time is up."""

    async def walk() -> list[str]:
        turnstile, lock = Turnstile(working=1), threading.Lock()
        order: list[str] = []
        lock.acquire()

        def work(name: str, seconds: float) -> None:
            if what == "a lock":
                assert not take(lock, seconds)
            elif what == "a pause":
                pause(seconds)
            else:
                in_thread(partial(time.sleep, seconds))
            order.append(name)

        async def request(name: str, seconds: float) -> None:
            await turnstile.enter("", 5)
            try:
                await run(partial(work, name, seconds), partial(turnstile.aside, ""))
            finally:
                turnstile.leave()

        slow = [asyncio.ensure_future(request("slow", 0.3)) for _ in range(5)]
        await asyncio.sleep(0.05)
        await asyncio.wait_for(request("quick", 0), 0.2)
        await asyncio.gather(*slow)
        await turnstile.enter("", 0)
        with pytest.raises(TimeoutError):
            await turnstile.enter("", 0)
        return order

    order = asyncio.run_coroutine_threadsafe(walk(), worker.loop).result(10)
    assert order == ["quick"] + ["slow"] * 5
