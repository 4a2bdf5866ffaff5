"""Who may do what how often; who proves itself is always heard."""

from dataclasses import replace

import pytest

from bridge.domain.rates import Rate, TooOftenError
from bridge.domain.refusal import Reason, Refused
from bridge.flows.limits import REMEMBERED, Limits
from bridge.state.memory_tokens import MemoryTokens
from tests.contracts.world import FakeClock, counting_token
from tests.flows.scene import Scene, callback, person, signed_in

HOME, OTHER = "203.0.113.7", "198.51.100.9"


class CountingThrottle:
    """Counts, and how often it was asked; or is away."""

    def __init__(self, clock: FakeClock) -> None:
        self._counts = MemoryTokens(Scene(clock).state, clock.now, counting_token())
        self.asked, self.away = 0, False

    def wait(self, what: str, limit: int) -> int:
        raise AssertionError("counting tells")

    def count(self, what: str, limit: int) -> int:
        self.asked += 1
        if self.away:
            raise Refused(Reason.STATE_UNAVAILABLE)
        return self._counts.count(what, limit)


@pytest.fixture
def throttle(clock: FakeClock) -> CountingThrottle:
    return CountingThrottle(clock)


def limited(clock: FakeClock, throttle: CountingThrottle, **limits: int) -> Scene:
    scene = Scene(clock)
    scene.flow = replace(scene.flow, limits=Limits(throttle, clock.now, **limits))
    return scene


def start(scene: Scene, address: str) -> None:
    scene.flow.start("us", "acme", "/cart", "", scene.clock.deadline(), client_address=address)


def refused_start(scene: Scene, address: str) -> Refused:
    with pytest.raises(Refused) as caught:
        start(scene, address)
    assert caught.value.reason is Reason.TOO_MANY_REQUESTS
    return caught.value


def test_one_address_begins_so_many_sign_ins_in_a_minute(
    clock: FakeClock, throttle: CountingThrottle
) -> None:
    scene = limited(clock, throttle, starts_per_address=3)
    for _ in range(3):
        start(scene, HOME)
    assert 0 < refused_start(scene, HOME).retry_after <= 60
    start(scene, OTHER)
    clock.advance(61)
    start(scene, HOME)


@pytest.mark.parametrize(
    ("one", "another"),
    [("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), ("::ffff:203.0.113.7", "203.0.113.7")],
)
def test_addresses_of_one_network_count_as_one(
    clock: FakeClock, throttle: CountingThrottle, one: str, another: str
) -> None:
    scene = limited(clock, throttle, starts_per_address=1)
    start(scene, one)
    refused_start(scene, another)
    start(scene, "2001:db8:1:3::1")


@pytest.mark.parametrize("nobody", ["127.0.0.1", "::1", ""])
def test_a_proxy_of_this_machine_is_nobody_in_particular(
    clock: FakeClock, throttle: CountingThrottle, nobody: str
) -> None:
    scene = limited(clock, throttle, starts_per_address=1)
    for _ in range(5):
        start(scene, nobody)


def test_attack_many_addresses_use_up_no_provider(clock: FakeClock, throttle: CountingThrottle) -> None:
    scene = limited(clock, throttle, starts_per_connection=4)
    for number in range(4):
        start(scene, f"203.0.113.{number}")
    refused_start(scene, OTHER)


def test_attack_who_is_over_its_own_limit_uses_up_nobody_elses(
    clock: FakeClock, throttle: CountingThrottle
) -> None:
    scene = limited(clock, throttle, starts_per_address=2, starts_per_connection=4)
    start(scene, HOME)
    start(scene, HOME)
    for _ in range(10):
        refused_start(scene, HOME)
    start(scene, OTHER)
    start(scene, OTHER)


def test_who_is_known_to_be_over_costs_neither_the_provider_nor_redis_nor_a_record(
    clock: FakeClock, throttle: CountingThrottle
) -> None:
    scene = limited(clock, throttle, starts_per_address=1)
    start(scene, HOME)
    assert not refused_start(scene, HOME).recorded
    begun = len(scene.state.told)
    scene.provider.down = True
    assert refused_start(scene, HOME).recorded
    assert len(scene.state.told) == begun


def test_zero_is_no_limit(clock: FakeClock, throttle: CountingThrottle) -> None:
    limits = Limits(throttle, clock.now)
    assert limits.starts(HOME, "acme") == ()
    limits.failed("callback", HOME)
    assert throttle.asked == 0


def guess(scene: Scene, address: str) -> Reason:
    with pytest.raises(Refused) as caught:
        scene.flow.finish(
            callback("A" * 43 + ".nowhere", "x"),
            None,
            scene.clock.deadline(),
            other_tickets=False,
            client_address=address,
        )
    return caught.value.reason


def test_attack_callbacks_of_no_attempt_are_counted_and_one_with_its_ticket_is_heard_all_the_same(
    clock: FakeClock, throttle: CountingThrottle
) -> None:
    scene = limited(clock, throttle, failures_per_address=2)
    ticket, code = scene.go(), scene.code_for(person())
    assert [guess(scene, HOME) for _ in range(2)] == [Reason.ATTEMPT_EXPIRED] * 2
    assert {guess(scene, HOME) for _ in range(5)} == {Reason.TOO_MANY_REQUESTS}
    assert throttle.asked == 3, "who is known to be over is not counted on"
    assert guess(scene, OTHER) is Reason.ATTEMPT_EXPIRED

    end = scene.flow.finish(
        callback(ticket.state, code), ticket, clock.deadline(), other_tickets=False, client_address=HOME
    )
    assert signed_in(end)


def test_without_redis_there_is_one_trouble_and_no_second(
    clock: FakeClock, throttle: CountingThrottle
) -> None:
    throttle.away = True
    scene = limited(clock, throttle, failures_per_address=1)
    assert {guess(scene, HOME) for _ in range(3)} == {Reason.ATTEMPT_EXPIRED}


def test_attack_a_flood_of_addresses_fills_no_memory(clock: FakeClock, throttle: CountingThrottle) -> None:
    limits = Limits(throttle, clock.now, starts_per_address=1)
    for number in range(REMEMBERED + 100):
        limits.over(TooOftenError(Rate(f"starts {number}", 1), 60))
    assert len(limits._over) == REMEMBERED
    clock.advance(61)
    limits.over(TooOftenError(Rate("starts anew", 1), 60))
    assert len(limits._over) == 1
