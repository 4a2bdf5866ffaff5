"""A provider, and the bridge's side of it."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.connection import Connection
from bridge.domain.ports import Verified
from bridge.domain.refusal import Reason, Refused
from bridge.idp.provider import OpenIdProvider
from tests.contracts.world import FakeClock, counting_token

from .fake_idp import ACCESS_TOKEN, ATTEMPT, CODE, CONNECTION, SECRET, FakeIdp, callback


class World:
    """The provider and the bridge's side of it."""

    def __init__(self, clock: FakeClock, idp: FakeIdp | None = None, **changes: Any) -> None:
        self.clock, self.idp = clock, idp or FakeIdp(clock)
        self.connection: Connection = replace(CONNECTION, **changes)
        self.provider = OpenIdProvider(
            self.connection, self.idp, clock.now, clock.monotonic, counting_token()
        )

    def redeem(self, **changes: Any) -> Verified:
        self.idp.codes.add(CODE)
        return self.provider.redeem(ATTEMPT, callback(**changes), self.clock.deadline())

    def refused(self, **changes: Any) -> Reason:
        with pytest.raises(Refused) as caught:
            self.redeem(**changes)
        for planted in (CODE, SECRET, ACCESS_TOKEN, ATTEMPT.code_verifier, ATTEMPT.nonce):
            assert planted not in str(caught.value)
        return caught.value.reason


@pytest.fixture
def world(clock: FakeClock) -> World:
    return World(clock)
