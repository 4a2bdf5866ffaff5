"""How long sessions live in a real Redis: unused, used, and at the latest."""

import time
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.customer import Customer
from bridge.domain.grant import RenewalHandle
from bridge.domain.identity import IdentityKey
from bridge.domain.secret import Secret
from bridge.domain.session import SessionRef
from bridge.state.memory import MemoryState
from bridge.state.memory_sessions import MemorySessions
from bridge.state.renewals import RedisRenewals
from bridge.state.sessions import RedisSessions
from tests.contracts.people import ADA, EVE, attempt, link, session
from tests.contracts.tokens import CODE, grant
from tests.contracts.world import NOON, FakeClock, counting_token

from .conftest import Adapters


class Lives:
    """Sessions of real seconds."""

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters
        self.sessions = RedisSessions(adapters.server, adapters.keys, adapters.seal, time.time)
        self.renewals = RedisRenewals(
            adapters.server, adapters.keys, adapters.seal, time.time, counting_token("lives")
        )

    def sign_in(self, *, lifetime: int, idle: int, identity: IdentityKey = ADA) -> SessionRef:
        now = int(time.time())
        self._adapters.sign_ins.link(link(identity, Customer({ADA: "101", EVE: "102"}[identity])))
        self.made = session(identity, created_at=now, ends_at=now + lifetime, idle=idle)
        assert self._adapters.sign_ins.record(attempt(), self.made)
        ref = SessionRef.of(self.made.handle)
        assert ref
        return ref

    def lend(self) -> RenewalHandle:
        lent = self.renewals.lend(grant(self.made), CODE, "confidential")
        handle = RenewalHandle.parse(lent.handle) if lent else None
        assert handle
        return handle

    def renew(self, handle: RenewalHandle) -> bool:
        return self.renewals.renew("us", handle, "confidential") is not None

    def until(self, begun: float, after: float) -> None:
        time.sleep(max(0.0, begun + after - time.time()))


@pytest.fixture
def lives(adapters: Adapters) -> Lives:
    return Lives(adapters)


@pytest.mark.slow
def test_a_session_without_use_ends_and_to_look_at_it_is_no_use(lives: Lives) -> None:
    begun = time.time()
    ref = lives.sign_in(lifetime=60, idle=2)
    handle = lives.lend()
    for after in (0.5, 1.0, 1.5):
        lives.until(begun, after)
        assert lives.sessions.get(ref)
        assert lives.sessions.lives([ref])[0] in (1, 2)
        assert lives.sessions.of_identity(ADA)
        assert list(lives.sessions.all())
    lives.until(begun, 2.3)
    assert lives.sessions.get(ref) is None
    assert lives.sessions.touch(ref) is None
    assert lives.sessions.lives([ref]) == [0]
    assert lives.sessions.of_identity(ADA) == []
    assert lives.sessions.of_sid("acme", "sid-1") == []
    assert not lives.renew(handle)
    assert not lives.renewals.keep_refresh_token(handle, Secret("too late"))


@pytest.mark.slow
@pytest.mark.parametrize("use", ["a renewal", "a question"])
def test_with_use_it_goes_on_to_its_end_and_not_beyond(lives: Lives, use: str) -> None:
    begun = time.time()
    ref = lives.sign_in(lifetime=4, idle=2)
    handle = lives.lend()
    for after in (1.2, 2.4, 2.9):
        lives.until(begun, after)
        assert lives.renew(handle) if use == "a renewal" else lives.sessions.touch(ref)
        assert lives.sessions.lives([ref])[0] <= 4 - int(after)
    lives.until(begun, 4.3)
    assert lives.sessions.touch(ref) is None
    assert not lives.renew(handle)


@pytest.mark.slow
def test_without_an_idle_time_it_lives_to_its_end_unused(lives: Lives) -> None:
    begun = time.time()
    ref = lives.sign_in(lifetime=2, idle=0)
    other = lives.sign_in(lifetime=60, idle=0, identity=EVE)
    lives.until(begun, 1)
    assert lives.sessions.touch(ref), "which lengthens nothing"
    lives.until(begun, 2.3)
    assert lives.sessions.get(ref) is None
    assert lives.sessions.lives([ref, other])[0] == 0
    assert 55 <= lives.sessions.lives([other])[0] <= 60


def test_use_lengthens_an_idle_life_to_no_more_than_what_is_left(
    lives: Lives, adapters: Adapters, raw: Any
) -> None:
    ref = lives.sign_in(lifetime=1000, idle=600)
    key = adapters.keys.session(ADA, ref.id, digested=True)
    text = raw.get(key)
    raw.expire(key, 5)
    assert lives.sessions.touch(ref)
    assert 595 <= raw.ttl(key) <= 600
    late = RedisSessions(adapters.server, adapters.keys, adapters.seal, lambda: time.time() + 900)
    assert late.touch(ref)
    assert 95 <= raw.ttl(key) <= 100
    over = RedisSessions(adapters.server, adapters.keys, adapters.seal, lambda: time.time() + 1001)
    assert over.touch(ref) is None, "over by the bridge's clock, whatever Redis still has"
    assert raw.get(key) in (text, None)


def test_what_redis_does_not_know_any_more_is_not_begun_anew_by_use(lives: Lives, raw: Any) -> None:
    ref = lives.sign_in(lifetime=1000, idle=600)
    handle = lives.lend()
    assert lives.sessions.end(ref)
    assert not lives.sessions.end(ref)
    assert lives.sessions.touch(ref) is None
    assert not lives.renew(handle)
    assert lives.sessions.get(ref) is None


@pytest.mark.parametrize("idle", [0, 600])
def test_the_memory_twin_knows_the_same_lives(clock: FakeClock, idle: int) -> None:
    state = MemoryState(clock.now, time.sleep)
    sessions = MemorySessions(state, clock.now)
    made = replace(session(), ends_at=int(NOON) + 1000, idle=idle)
    state.links.link(link())
    assert state.record(attempt(), made)
    ref = SessionRef.of(made.handle)
    assert ref
    assert sessions.lives([ref, SessionRef("x", "y")]) == [idle or 1000, 0]
    clock.advance(500)
    assert sessions.touch(ref)
    assert sessions.lives([ref]) == [500]
    clock.advance(500)
    assert sessions.touch(ref) is None
    assert sessions.lives([ref]) == [0]
