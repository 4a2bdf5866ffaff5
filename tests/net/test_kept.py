"""Values kept fresh behind the shoppers' backs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.refusal import Reason, Refused
from bridge.net.budget import BUDGET, BUDGET_REFILL
from bridge.net.kept import PATIENCE, RETRY_GAP, TROUBLE, Kept
from tests.contracts.state import all_at_once
from tests.contracts.world import FakeClock

FRESH, STALE, LAST_GOOD = 60.0, 600.0, 3600.0


class Source:
    """Gives number after number; stops at a gate, or refuses, when told to."""

    def __init__(self) -> None:
        self.fetched = 0
        self.failing = False
        self.gate = threading.Event()
        self.gate.set()
        self.busy = threading.Event()

    def fetch(self, _deadline: Deadline) -> list[int]:
        self.fetched += 1
        number = self.fetched
        self.busy.set()
        assert self.gate.wait(5)
        if self.failing:
            raise Refused(Reason.IDP_UNAVAILABLE, f"fetch {number}")
        return [number]


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def kept(source: Source, clock: FakeClock) -> Kept[list[int]]:
    return Kept(source.fetch, fresh=FRESH, stale=STALE, last_good=LAST_GOOD, monotonic=clock.monotonic)


def soon(seconds: float = 5) -> Deadline:
    return Deadline(seconds, time.monotonic)


def eventually(kept: Kept[list[int]], value: list[int]) -> None:
    give_up = time.monotonic() + 5
    while kept.value != value:
        assert time.monotonic() < give_up
        time.sleep(0.001)


def refusal(kept: Kept[list[int]], deadline: Deadline | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        kept.get(deadline or soon())
    return caught.value


class TestAges:
    def test_nothing_is_fetched_before_it_is_needed(self, kept: Kept[list[int]], source: Source) -> None:
        assert kept.value is None
        assert source.fetched == 0

    def test_a_fresh_value_is_given_without_asking(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.get(soon())
        clock.advance(FRESH - 1)
        assert kept.get(soon()) == [1]
        assert source.fetched == 1

    def test_a_stale_value_is_given_at_once_and_renewed_behind(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.get(soon())
        clock.advance(FRESH)
        source.gate.clear()
        assert kept.get(soon(0)) == [1]
        source.gate.set()
        eventually(kept, [2])
        assert kept.get(soon()) == [2]

    def test_an_old_value_is_fetched_while_the_shopper_waits(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.get(soon())
        clock.advance(STALE)
        assert kept.get(soon()) == [2]

    def test_the_last_good_value_serves_while_the_other_side_is_down(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.get(soon())
        source.failing = True
        clock.advance(LAST_GOOD - 1)
        assert kept.get(soon()) == [1]
        assert kept.value == [1]
        clock.advance(1)
        assert kept.value is None
        assert refusal(kept).reason is Reason.IDP_UNAVAILABLE

    def test_a_recovery_is_noticed(self, kept: Kept[list[int]], source: Source, clock: FakeClock) -> None:
        source.failing = True
        assert refusal(kept).detail == "fetch 1"
        assert kept.failure is not None
        source.failing = False
        clock.advance(RETRY_GAP + 0.1)
        assert kept.get(soon()) == [2]
        assert kept.failure is None

    def test_a_background_look_renews_what_is_stale_or_missing_and_nothing_else(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.renew_if_stale()
        eventually(kept, [1])
        kept.renew_if_stale()
        clock.advance(FRESH)
        kept.renew_if_stale()
        eventually(kept, [2])
        assert source.fetched == 2

    def test_a_background_look_that_fails_is_remembered_and_harms_nobody(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.get(soon())
        clock.advance(FRESH)
        source.failing = True
        kept.renew_if_stale()
        give_up = time.monotonic() + 5
        while kept.failure is None:
            assert time.monotonic() < give_up
            time.sleep(0.001)
        assert kept.get(soon()) == [1]


class TestOneAtATime:
    def test_twenty_who_ask_for_a_first_value_cause_one_fetch(
        self, kept: Kept[list[int]], source: Source
    ) -> None:
        source.gate.clear()
        threading.Timer(0.05, source.gate.set).start()
        assert all_at_once(20, lambda _: kept.get(soon())) == [[1]] * 20
        assert source.fetched == 1

    def test_twenty_who_hold_a_stale_value_cause_one_fetch(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.get(soon())
        clock.advance(FRESH)
        source.gate.clear()
        assert all_at_once(20, lambda _: kept.get(soon())) == [[1]] * 20
        source.gate.set()
        eventually(kept, [2])
        time.sleep(0.02)
        assert source.fetched == 2

    def test_twenty_for_whom_the_value_will_not_do_all_get_the_new_one_by_one_fetch(
        self, kept: Kept[list[int]], source: Source
    ) -> None:
        held = kept.get(soon())
        source.gate.clear()
        threading.Timer(0.05, source.gate.set).start()
        assert all_at_once(20, lambda _: kept.renew(held, soon())) == [[2]] * 20
        assert source.fetched == 2

    def test_who_waits_for_anothers_fetch_waits_no_longer_than_allowed(
        self, kept: Kept[list[int]], source: Source
    ) -> None:
        source.gate.clear()
        other = threading.Thread(target=kept.get, args=(soon(),))
        other.start()
        assert source.busy.wait(5)
        began = time.monotonic()
        assert refusal(kept, soon(0.05)).reason is Reason.IDP_TIMEOUT
        assert time.monotonic() - began < 1
        source.gate.set()
        other.join()
        assert kept.get(soon()) == [1]

    def test_a_bug_in_a_fetch_does_not_lock_everybody_out(self, clock: FakeClock) -> None:
        answers: Iterator[KeyError | list[int]] = iter([KeyError("a bug"), [1]])

        def fetch(_deadline: Deadline) -> list[int]:
            one = next(answers)
            if isinstance(one, KeyError):
                raise one
            return one

        kept = Kept(fetch, fresh=FRESH, stale=STALE, last_good=LAST_GOOD, monotonic=clock.monotonic)
        with pytest.raises(KeyError):
            kept.get(soon())
        assert kept.get(soon(0.5)) == [1]


class TestFailures:
    def test_a_failure_is_remembered_for_a_moment_so_that_nobody_hammers(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        source.failing = True
        assert refusal(kept).detail == "fetch 1"
        clock.advance(RETRY_GAP)
        assert refusal(kept).detail == "fetch 1"
        clock.advance(0.1)
        assert refusal(kept).detail == "fetch 2"

    def test_fifty_who_ask_a_failing_side_cause_one_fetch(
        self, kept: Kept[list[int]], source: Source
    ) -> None:
        source.failing = True
        assert {refused.detail for refused in all_at_once(50, lambda _: refusal(kept))} == {"fetch 1"}

    def test_each_gets_a_refusal_of_their_own(self, kept: Kept[list[int]], source: Source) -> None:
        source.failing = True
        first, second, third = refusal(kept), refusal(kept), refusal(kept)
        assert second is not third
        assert first is not second


class TestTrouble:
    def test_who_can_be_served_does_not_wait_while_the_other_side_is_away(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.get(soon())
        source.failing = True
        clock.advance(STALE)
        assert kept.get(soon()) == [1]
        clock.advance(RETRY_GAP + 0.1)
        source.gate.clear()
        assert kept.get(soon(0)) == [1], "another one asks in the background, and nobody waits for that"
        source.gate.set()

    def test_trouble_that_is_long_past_is_no_reason_to_serve_what_is_old(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.get(soon())
        source.failing = True
        clock.advance(STALE)
        kept.get(soon())
        source.failing = False
        clock.advance(TROUBLE)
        assert kept.get(soon()) == [3]

    def test_who_cannot_be_served_waits_a_moment_only_for_one_who_tries_again(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        source.failing = True
        refusal(kept)
        clock.advance(RETRY_GAP + 0.1)
        source.gate.clear()
        source.busy.clear()
        other = threading.Thread(target=refusal, args=(kept,))
        other.start()
        assert source.busy.wait(5)
        began = time.monotonic()
        assert refusal(kept, soon(4)).detail == "fetch 1"
        assert PATIENCE - 0.1 < time.monotonic() - began < 3
        source.gate.set()
        other.join()

    def test_those_who_wait_are_counted_and_may_be_too_many(self, source: Source, clock: FakeClock) -> None:
        @contextmanager
        def full() -> Iterator[None]:
            raise Refused(Reason.IDP_BUSY)
            yield

        kept = Kept(source.fetch, fresh=1, stale=2, last_good=3, monotonic=clock.monotonic, waiting=full)
        source.gate.clear()
        other = threading.Thread(target=kept.get, args=(soon(),))
        other.start()
        assert source.busy.wait(5)
        assert refusal(kept).reason is Reason.IDP_BUSY
        source.gate.set()
        other.join()
        assert kept.get(soon()) == [1]

    def test_what_is_expired_by_hand_serves_only_if_no_newer_can_be_had(
        self, kept: Kept[list[int]], source: Source
    ) -> None:
        kept.expire()
        assert kept.get(soon()) == [1]
        kept.expire()
        assert kept.get(soon()) == [2]
        source.failing = True
        kept.expire()
        assert kept.get(soon()) == [2]

    def test_a_check_up_asks_whatever_is_held(self, kept: Kept[list[int]], source: Source) -> None:
        assert [kept.ask(soon()) for _ in range(2)] == [[1], [2]]
        assert kept.get(soon()) == [2]


class TestBudget:
    def test_forced_renewals_have_a_budget_that_refills(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        kept.get(soon())
        for _ in range(BUDGET + 10):
            kept.renew(kept.get(soon()), soon())
        assert source.fetched == 1 + BUDGET
        clock.advance(BUDGET_REFILL)
        for _ in range(3):
            kept.renew(kept.get(soon()), soon())
        assert source.fetched == 2 + BUDGET

    def test_a_long_rest_does_not_save_up_more_than_the_budget(
        self, kept: Kept[list[int]], source: Source, clock: FakeClock
    ) -> None:
        clock.advance(100 * BUDGET_REFILL)
        kept.get(soon())
        for _ in range(BUDGET + 10):
            kept.renew(kept.get(soon()), soon())
        assert source.fetched == 1 + BUDGET

    def test_without_budget_the_value_in_hand_comes_back(self, kept: Kept[list[int]]) -> None:
        for _ in range(BUDGET):
            kept.renew(kept.get(soon()), soon())
        held = kept.get(soon())
        assert kept.renew(held, soon()) is held

    def test_who_comes_after_somebody_elses_renewal_gets_it_for_nothing(
        self, kept: Kept[list[int]], source: Source
    ) -> None:
        old = kept.get(soon())
        kept.renew(old, soon())
        for _ in range(BUDGET + 5):
            assert kept.renew(old, soon()) == [2]
        assert source.fetched == 2
