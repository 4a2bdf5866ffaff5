"""The bridge's side of an organization."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from bridge.domain.customer import Customer
from bridge.domain.hand_off import Visit
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.net.bulkhead import Bulkheads
from bridge.platforms.commercelayer.account import Account, Client
from bridge.platforms.commercelayer.platform import CommerceLayer
from tests.contracts.world import FakeClock

from .organization import API, CHANNEL, INTEGRATION, SCOPE, Organization

ADA = IdentityKey("https://idp.acme.example", "ada")
ACCOUNT = Account(
    api_url=API,
    client=Client(id=CHANNEL[0], secret=Secret(CHANNEL[1])),
    scope=SCOPE,
    integration=Client(id=INTEGRATION[0], secret=Secret(INTEGRATION[1])),
)


class World:
    """An organization and the platform that speaks to it."""

    def __init__(self, clock: FakeClock, **account: Any) -> None:
        self.clock = clock
        self.organization = Organization(clock.now)
        self.account = replace(ACCOUNT, **account)
        self.pauses: list[float] = []
        self.bulkhead = Bulkheads(256).bulkhead()
        self.platform = self.another()

    def another(self, **account: Any) -> CommerceLayer:
        """One more process of the bridge."""
        clock = self.clock
        return CommerceLayer(
            replace(self.account, **account),
            self.organization,
            clock.now,
            clock.monotonic,
            self._pause,
            "stores.eu",
            lambda: self.bulkhead,
        )

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds)

    def token_requests(self) -> int:
        return len(self.organization.asked("/oauth/token"))


@pytest.fixture
def world(clock: FakeClock) -> World:
    return World(clock)


def visit(customer: str = "AAAAAAAAAA", session: str = "handle-1", **more: Any) -> Visit:
    return Visit(customer=Customer(customer), identity=ADA, session=session, return_to="", **more)


def says(
    status: int, body: bytes = b"", on: str = "", headers: Mapping[str, str] = MappingProxyType({})
) -> Callable[[HttpRequest], HttpReply | None]:
    """Every request to a path with `on` in it is answered alike."""
    return lambda request: HttpReply(status, headers, body) if on in request.url else None


def fails(kind: Any, on: str = "") -> Callable[[HttpRequest], HttpReply | None]:
    def fail(request: HttpRequest) -> HttpReply | None:
        if on in request.url:
            raise HttpFailure(kind, "as told")
        return None

    return fail


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def reason(act: Callable[[], object]) -> Reason:
    return refused(act).reason
