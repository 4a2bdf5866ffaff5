"""A kept value and requests: one fetches, the others wait, and the worker goes on."""

import threading
import time
from functools import partial

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.refusal import Reason, Refused
from bridge.net.kept import Kept
from bridge.net.waiting import pause

from .on_loop import Worker

pytestmark = pytest.mark.slow


class Fetched:
    """What is fetched: numbers, each after a while."""

    def __init__(self, seconds: float = 0.1) -> None:
        self.seconds = seconds
        self.begun = 0
        self.kept = Kept(self._fetch, fresh=60, stale=120, last_good=600, monotonic=time.monotonic)

    def get(self, seconds: float = 5) -> int:
        return self.kept.get(Deadline(seconds, time.monotonic))

    def _fetch(self, _deadline: Deadline) -> int:
        self.begun += 1
        number = self.begun
        pause(self.seconds)
        return number


def test_however_many_ask_one_fetches(worker: Worker) -> None:
    source = Fetched()
    began = time.monotonic()
    assert worker.all([source.get] * 300) == [1] * 300
    assert time.monotonic() - began < 2
    assert source.begun == 1


def test_a_fetch_that_is_cancelled_is_the_next_ones(worker: Worker) -> None:
    source = Fetched(0.3)
    fetching = worker.begin(source.get)
    worker.call(partial(pause, 0.05))
    waiting = [worker.begin(source.get) for _ in range(10)]
    worker.call(partial(pause, 0.05))
    fetching.cancel()
    assert {one.result(5) for one in waiting} == {2}


def test_who_waits_too_long_for_anothers_fetch_is_refused_in_time(worker: Worker) -> None:
    source = Fetched(1.5)
    fetching = worker.begin(source.get)
    worker.call(partial(pause, 0.05))

    def refused() -> float:
        began = time.monotonic()
        with pytest.raises(Refused) as caught:
            source.get(0.3)
        assert caught.value.reason is Reason.IDP_TIMEOUT
        return time.monotonic() - began

    for took in worker.all([refused] * 50):
        assert isinstance(took, float)
        assert took < 1
    assert fetching.result(5) == 1


def test_a_thread_that_fetches_stops_no_request(worker: Worker) -> None:
    source = Fetched(0.5)
    thread = threading.Thread(target=source.get)
    thread.start()
    time.sleep(0.05)
    waiting = worker.begin(source.get)
    worker.call(partial(pause, 0.01))
    assert thread.is_alive()
    assert waiting.result(5) == 1
    thread.join()


def test_a_request_that_fetches_stops_no_thread_and_is_waited_for(worker: Worker) -> None:
    source = Fetched(0.3)
    fetching = worker.begin(source.get)
    time.sleep(0.05)
    assert source.get() == 1
    assert fetching.result(5) == 1
    assert source.begun == 1


def test_what_is_stale_is_given_at_once_and_renewed_behind_the_requests_back(worker: Worker) -> None:
    source = Fetched(0.6)
    source.kept = Kept(source._fetch, fresh=0.01, stale=120, last_good=600, monotonic=time.monotonic)
    assert worker.call(source.get) == 1
    time.sleep(0.05)
    began = time.monotonic()
    assert worker.all([source.get] * 50) == [1] * 50
    assert time.monotonic() - began < 0.5
    give_up = time.monotonic() + 5
    while worker.call(source.get) == 1 and time.monotonic() < give_up:
        time.sleep(0.05)
    assert worker.call(source.get) > 1
