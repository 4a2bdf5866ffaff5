"""The memory twin and Redis keep the contracts of codes, sessions and throttle."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.domain.grant import RenewalHandle
from bridge.domain.identity import IdentityKey
from bridge.domain.secret import Secret
from bridge.domain.session import Session
from bridge.state.codes import RedisCodes
from bridge.state.keys import links_of
from bridge.state.memory import MemoryState
from bridge.state.memory_tokens import MemoryTokens
from bridge.state.renewals import MOST, RedisRenewals
from bridge.state.throttle import RedisThrottle
from tests.contracts.people import ADA, EVE
from tests.contracts.tokens import (
    CODE,
    CodesContract,
    SessionsContract,
    ThrottleContract,
    TokensUnderTest,
    grant,
    handle,
)
from tests.contracts.world import NOON, FakeClock, counting_token

from .conftest import Adapters


class _Memory(TokensUnderTest):
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._state = MemoryState(clock.now, time.sleep)
        self.sign_ins = self._state
        self.codes = self.renewals = self.throttle = MemoryTokens(
            self._state, clock.now, counting_token("handle")
        )

    def pass_time(self, seconds: float) -> None:
        self._clock.advance(seconds)

    def end_session(self, session: Session) -> None:
        self._state.sessions.remove(session)

    def unlink(self, identity: IdentityKey, store: str) -> None:
        assert self._state.links.unlink(identity, store)


class _Redis(TokensUnderTest):
    def __init__(self, clock: FakeClock, adapters: Adapters, raw: Any) -> None:
        self._clock, self._keys, self._raw = clock, adapters.keys, raw
        self.sign_ins = adapters.sign_ins
        self._links = adapters.links
        self.codes = RedisCodes(adapters.server, adapters.keys)
        self.renewals = RedisRenewals(
            adapters.server, adapters.keys, adapters.seal, clock.now, counting_token("handle")
        )
        self.throttle = RedisThrottle(adapters.server, adapters.keys)

    def pass_time(self, seconds: float) -> None:
        self._clock.advance(seconds)
        for kind in ("code", "rate"):
            for name in self._raw.scan_iter(f"{self._keys.prefix}:{kind}:*"):
                left = self._raw.ttl(name)
                assert left > 0
                if left <= seconds:
                    self._raw.delete(name)

    def end_session(self, session: Session) -> None:
        self._raw.delete(self._keys.session(session.identity, session.id))

    def unlink(self, identity: IdentityKey, store: str) -> None:
        assert self._links.unlink(identity, store)


@pytest.fixture(params=["memory", "redis"])
def tokens(request: pytest.FixtureRequest, clock: FakeClock) -> Iterator[TokensUnderTest]:
    if request.param == "memory":
        yield _Memory(clock)
    else:
        yield _Redis(clock, request.getfixturevalue("adapters"), request.getfixturevalue("raw"))


class TestCodes(CodesContract):
    pass


class TestSessions(SessionsContract):
    pass


class TestThrottle(ThrottleContract):
    pass


@pytest.fixture
def redis(clock: FakeClock, adapters: Adapters, raw: Any) -> _Redis:
    return _Redis(clock, adapters, raw)


def test_neither_a_code_nor_a_handle_nor_a_refresh_token_can_be_read_in_redis(
    redis: _Redis, adapters: Adapters, raw: Any
) -> None:
    made = redis.signed_in()
    redis.codes.put(CODE, grant(made))
    lent = redis.renewals.lend(grant(made), CODE, "public")
    assert lent is not None
    handle = RenewalHandle.parse(lent.handle)
    assert handle is not None
    redis.renewals.keep_refresh_token(handle, Secret("planted-refresh-token"))
    names = list(raw.scan_iter(f"{adapters.keys.prefix}:*"))
    values = [raw.get(name) for name in names if raw.type(name) == "string"]
    values += [raw.hgetall(name) for name in names if raw.type(name) == "hash"]
    everything = f"{names} {values}"
    assert CODE not in everything
    assert handle.secret not in everything
    assert "planted" not in everything


def test_a_session_lends_to_a_limited_number_of_codes(redis: _Redis) -> None:
    made = redis.signed_in()
    lent = [redis.renewals.lend(grant(made), f"code-{number}", "public") for number in range(MOST + 2)]
    assert [bool(one and one.handle) for one in lent] == [True] * MOST + [False] * 2


def test_what_is_lent_lives_as_long_as_its_session_may(redis: _Redis, adapters: Adapters, raw: Any) -> None:
    """To redeem and to renew is to use the session: with an idle time it lives on."""
    made = redis.signed_in(idle=600, ends_at=int(NOON) + 1000)
    key = adapters.keys.session(ADA, made.id)
    assert raw.expire(key, 100)
    lent = redis.renewals.lend(grant(made), CODE, "confidential")
    assert 595 < raw.ttl(key) <= 600
    (renewals,) = raw.scan_iter(f"{adapters.keys.prefix}:renewals:*")
    assert 995 < raw.ttl(renewals) <= 1000
    redis.pass_time(700)
    assert redis.renewals.renew("us", handle(lent), "confidential")
    assert 295 < raw.ttl(key) <= 300
    assert 295 < raw.ttl(renewals) <= 300


def test_a_session_of_an_earlier_version_lends_as_long_as_it_lives(
    redis: _Redis, adapters: Adapters, raw: Any
) -> None:
    made = redis.signed_in()
    key = adapters.keys.session(ADA, made.id)
    raw.set(key, json.dumps(json.loads(raw.get(key))[:7]), ex=100)
    assert redis.renewals.lend(grant(made), CODE, "public")
    (renewals,) = raw.scan_iter(f"{adapters.keys.prefix}:renewals:*")
    assert 95 < raw.ttl(renewals) <= 100


def test_the_keys_of_one_renewal_share_a_hash_tag(adapters: Adapters) -> None:
    keys = adapters.keys
    names = (
        keys.renewals(ADA, "x"),
        keys.session(ADA.digest, "x", digested=True),
        links_of(keys, ADA.digest, "us"),
    )
    assert len({name.partition("{")[2].partition("}")[0] for name in names}) == 1
    assert keys.renewals(ADA, "x") != keys.renewals(EVE, "x")
