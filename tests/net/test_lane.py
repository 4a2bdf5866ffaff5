"""Bulkheads and circuit breakers: what goes wrong with one server stays with it."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.http import FailureKind, HttpFailure, HttpReply, HttpRequest
from bridge.net.breaker import FAILURES, FIRST_COOL_DOWN, LONGEST_COOL_DOWN, WINDOW
from bridge.net.bulkhead import Bulkhead, Bulkheads
from bridge.net.lane import FAIR, Lane
from tests.contracts.world import FakeClock

OK = HttpReply(200, {}, b"")
DOWN = HttpFailure("unreachable", "no route")
REQUEST = HttpRequest("POST", "https://idp.example/token", {}, b"")


class Server:
    """Answers as told, and counts."""

    def __init__(self) -> None:
        self.answer: HttpReply | HttpFailure | Exception = OK
        self.asked = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        self.asked += 1
        self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def lane(server: Server, clock: FakeClock) -> Lane:
    return Lane(server, Bulkheads(8), "connections.acme", clock.now, clock.monotonic)


def send(lane: Lane, clock: FakeClock, seconds: float = 9) -> str:
    """The status, or the kind of the failure."""
    try:
        return str(lane.send(REQUEST, clock.deadline(seconds)).status)
    except HttpFailure as failure:
        return failure.kind


def break_it(lane: Lane, server: Server, clock: FakeClock) -> None:
    server.answer = DOWN
    assert [send(lane, clock) for _ in range(FAILURES)] == ["unreachable"] * FAILURES


class TestBreaker:
    def test_ten_failures_in_a_row_and_nobody_asks_any_more(
        self, lane: Lane, server: Server, clock: FakeClock
    ) -> None:
        break_it(lane, server, clock)
        assert send(lane, clock) == "circuit_open"
        assert server.asked == FAILURES
        assert "unreachable: no route" in lane.breaker.state
        assert "2027-" in lane.breaker.state, "since when"

    def test_nine_do_not_nor_do_more_with_one_success_between(
        self, lane: Lane, server: Server, clock: FakeClock
    ) -> None:
        for _ in range(3):
            server.answer = DOWN
            for _ in range(FAILURES - 1):
                send(lane, clock)
            server.answer = OK
            assert send(lane, clock) == "200"
        assert lane.breaker.state == ""

    def test_failures_far_apart_are_no_outage(self, lane: Lane, server: Server, clock: FakeClock) -> None:
        server.answer = DOWN
        for _ in range(3 * FAILURES):
            clock.advance(WINDOW)
            assert send(lane, clock) == "unreachable"

    def test_after_a_cool_down_one_tries_and_success_closes(
        self, lane: Lane, server: Server, clock: FakeClock
    ) -> None:
        break_it(lane, server, clock)
        clock.advance(FIRST_COOL_DOWN)
        server.answer = OK
        others: list[str] = []
        server.meanwhile = lambda: others.append(send(lane, clock)) if not others else None
        assert send(lane, clock) == "200"
        assert others == ["circuit_open"], "while one tries, the others do not"
        assert send(lane, clock) == "200"
        assert lane.breaker.state == ""

    def test_the_cool_down_grows_up_to_half_a_minute_and_begins_anew_after_a_success(
        self, lane: Lane, server: Server, clock: FakeClock
    ) -> None:
        break_it(lane, server, clock)
        waited = []
        for _ in range(8):
            seconds = 0.0
            while send(lane, clock) == "circuit_open":
                clock.advance(0.5)
                seconds += 0.5
            waited.append(seconds)
        assert waited == [1, 2, 4, 8, 16, 30, 30, 30]
        assert waited[-1] == LONGEST_COOL_DOWN
        clock.advance(LONGEST_COOL_DOWN)
        server.answer = OK
        assert send(lane, clock) == "200"
        break_it(lane, server, clock)
        clock.advance(FIRST_COOL_DOWN)
        assert send(lane, clock) == "unreachable"

    @pytest.mark.parametrize("status", [502, 503, 504])
    def test_a_gateway_that_says_there_is_nobody_counts(
        self, lane: Lane, server: Server, clock: FakeClock, status: int
    ) -> None:
        server.answer = HttpReply(status, {}, b"")
        for _ in range(FAILURES):
            assert send(lane, clock) == str(status)
        assert send(lane, clock) == "circuit_open"

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
    def test_nobody_can_shut_others_out_by_sending_nonsense(
        self, lane: Lane, server: Server, clock: FakeClock, status: int
    ) -> None:
        """ATTACK: made-up codes, to which some providers answer 500."""
        server.answer = HttpReply(status, {}, b"")
        for _ in range(3 * FAILURES):
            assert send(lane, clock) == str(status)

    def test_who_had_no_time_left_says_nothing_about_the_server(
        self, lane: Lane, server: Server, clock: FakeClock
    ) -> None:
        server.answer = HttpFailure("timeout", "slow")
        for _ in range(3 * FAILURES):
            assert send(lane, clock, FAIR - 0.1) == "timeout"
        for _ in range(FAILURES):
            assert send(lane, clock, FAIR) == "timeout"
        assert send(lane, clock) == "circuit_open"

    @pytest.mark.parametrize("kind", ["tls", "refused_address", "too_large", "protocol"])
    def test_a_probe_that_says_nothing_is_followed_by_another(
        self, lane: Lane, server: Server, clock: FakeClock, kind: FailureKind
    ) -> None:
        break_it(lane, server, clock)
        clock.advance(FIRST_COOL_DOWN)
        server.answer = HttpFailure(kind, "odd")
        assert send(lane, clock) == kind
        assert send(lane, clock) == "circuit_open"
        clock.advance(FIRST_COOL_DOWN)
        server.answer = OK
        assert send(lane, clock) == "200"

    def test_a_bug_during_the_probe_does_not_keep_the_circuit_open_for_ever(
        self, lane: Lane, server: Server, clock: FakeClock
    ) -> None:
        break_it(lane, server, clock)
        clock.advance(FIRST_COOL_DOWN)
        server.answer = KeyError("a bug")
        with pytest.raises(KeyError):
            send(lane, clock)
        clock.advance(FIRST_COOL_DOWN)
        server.answer = OK
        assert send(lane, clock) == "200"

    def test_opening_and_closing_are_logged_once_each(
        self, lane: Lane, server: Server, clock: FakeClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "bridge")
        break_it(lane, server, clock)
        send(lane, clock)
        clock.advance(FIRST_COOL_DOWN)
        server.answer = OK
        send(lane, clock)
        assert [record.msg for record in caplog.records] == ["circuit_opened", "circuit_closed"]
        assert {record.__dict__["subject"] for record in caplog.records} == {"connections.acme"}
        assert "no route" in caplog.records[0].__dict__["detail"]

    def test_two_clients_of_one_connection_share_their_circuit(
        self, lane: Lane, server: Server, clock: FakeClock
    ) -> None:
        other = lane.by(Server())
        break_it(lane, server, clock)
        assert send(other, clock) == "circuit_open"


def fill(stack: ExitStack, bulkhead: Bulkhead) -> int:
    """How many it lets in until it is busy."""
    for count in range(10_000):
        try:
            stack.enter_context(bulkhead)
        except HttpFailure:
            return count
    raise AssertionError("it never was")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


class TestBulkheads:
    @pytest.mark.parametrize(("greedy", "most"), [(1, 45), (2, 30), (5, 15)])
    def test_however_many_hang_each_holds_no_more_than_is_left_for_the_others(
        self, stack: ExitStack, greedy: int, most: int
    ) -> None:
        bulkheads = Bulkheads(90)
        crowd = [bulkheads.bulkhead() for _ in range(greedy)]
        for _ in range(90):
            for one in crowd:
                try:
                    stack.enter_context(one)
                except HttpFailure:
                    continue
        assert max(one.inside for one in crowd) <= most + 1
        assert fill(stack, bulkheads.bulkhead()) >= most // 2

    def test_what_ends_makes_room(self, stack: ExitStack) -> None:
        bulkhead = Bulkheads(10).bulkhead()
        with ExitStack() as first:
            assert fill(first, bulkhead) == 5
        assert bulkhead.inside == 0
        assert fill(stack, bulkhead) == 5

    def test_who_comes_beyond_is_refused_at_once_and_the_server_is_not_asked(
        self, server: Server, clock: FakeClock
    ) -> None:
        gate, inside = threading.Event(), threading.Semaphore(0)

        def hang() -> None:
            inside.release()
            gate.wait(5)

        server.meanwhile = hang
        bulkheads = Bulkheads(8)
        lane = Lane(server, bulkheads, "connections.acme", clock.now, clock.monotonic)
        threads = [threading.Thread(target=send, args=(lane, clock)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert inside.acquire(timeout=5)
        began = time.monotonic()
        assert send(lane, clock) == "busy"
        assert time.monotonic() - began < 1
        assert server.asked == 4
        well = Lane(Server(), bulkheads, "connections.globex", clock.now, clock.monotonic)
        assert send(well, clock) == "200"
        gate.set()
        for thread in threads:
            thread.join()
        assert send(lane, clock) == "200"
        assert lane.breaker.state == ""

    def test_busy_is_no_failure_of_the_server(self, server: Server, clock: FakeClock) -> None:
        lane = Lane(server, Bulkheads(2), "connections.acme", clock.now, clock.monotonic)
        with lane.waiting():
            for _ in range(2 * FAILURES):
                assert send(lane, clock) == "busy"
        assert send(lane, clock) == "200"

    def test_many_threads_leave_the_count_right(self) -> None:
        bulkheads = Bulkheads(1000)
        one = bulkheads.bulkhead()

        def work() -> None:
            for _ in range(500):
                with one:
                    pass

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (one.inside, bulkheads.free) == (0, 1000)
