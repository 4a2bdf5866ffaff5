"""A store that enforces the platform's rules, and the bridge's side of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from typing import Any

import pytest

from bridge.demo.bigcommerce import Customer as Row
from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.serving import Served
from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import Visit
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.identity import IdentityKey
from bridge.domain.secret import Secret
from bridge.net.client import HttpClient, Trust
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.platform import BigCommerce
from tests.contracts.world import FakeClock

OPTIONS = StoreOptions(
    bridge_login_url="http://127.0.0.1:1/login/us",
    store_hash="abc123",
    client_id="bc-client",
    client_secret="5ecret" * 10,
    access_token="bc-token",
    slow_seconds=0.5,
    customers=(
        Row(id=101, email="Ada@Acme.example", first_name="Ada", last_name="Lovelace"),
        Row(id=102, email="two@acme.example", first_name="On", last_name="Two", channel_ids=(2,)),
        Row(id=103, email="both@acme.example", first_name="On", last_name="Both", channel_ids=(1, 2)),
    ),
)


class World:
    """The store, and the platform that signs people in to it."""

    def __init__(self, url: str, shop: Shop, clock: FakeClock, account: dict[str, Any]) -> None:
        self.url, self.shop, self.clock = url, shop, clock
        settings: dict[str, Any] = {
            "store_hash": OPTIONS.store_hash,
            "client_id": OPTIONS.client_id,
            "client_secret": Secret(OPTIONS.client_secret),
            "access_token": Secret(OPTIONS.access_token),
            "channel_id": shop.options.channel_id,
            "api_url": url,
        }
        self.account = Account(**{**settings, **account})
        http = HttpClient(Trust(loopback=True, plain_http=True))
        self.platform = BigCommerce(url, self.account, http, clock.now, clock.monotonic, "stores.us")

    def measure(self) -> None:
        """Waits until the store's clock is known."""
        self.platform.start()
        give_up = time.monotonic() + 5
        while self.platform.clock.offset.value is None:
            assert time.monotonic() < give_up
            time.sleep(0.002)

    def url_for(self, customer: str = "101", return_to: str = "/cart", ahead: float | None = None) -> str:
        """The one-time address."""
        visit = Visit(
            customer=Customer(customer),
            identity=IdentityKey("https://idp.acme.example", "ada"),
            session="handle",
            return_to=return_to,
            provider_clock=ahead,
        )
        return self.platform.hand_off(visit, soon()).url

    def visit(self, url: str) -> str:
        """Where the store sends a browser that opens the address; its reason, when it signs nobody in."""
        line = HTTPConnection("127.0.0.1", int(self.url.rpartition(":")[2]))
        try:
            line.request("GET", url.removeprefix(self.url))
            answer = line.getresponse()
            answer.read()
        finally:
            line.close()
        visited = self.shop.attempts[-1]
        return answer.headers["Location"] if visited.signed_in else visited.reason

    def api_calls(self) -> list[str]:
        """The calls of the management API, but for looks at the clock."""
        return [call.path for call in self.shop.calls if not call.path.endswith("/v2/time")]


class Says:
    """An API that answers everything alike."""

    def __init__(self, body: bytes, status: int = 200, **headers: str) -> None:
        self._reply = HttpReply(status, {"content-type": "application/json", **headers}, body)

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        return self._reply


@contextmanager
def store(clock: FakeClock, account: dict[str, Any] | None = None, **options: Any) -> Iterator[World]:
    app = create_store(replace(OPTIONS, **options), clock=clock.now)
    with Served(app) as served:
        yield World(served.url, app.extensions["demo_store"], clock, account or {})


@pytest.fixture
def world(clock: FakeClock) -> Iterator[World]:
    with store(clock) as made:
        yield made


def soon(seconds: float = 5) -> Deadline:
    return Deadline(seconds, time.monotonic)
