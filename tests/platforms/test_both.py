"""What every platform promises about customers, kept by each of them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from bridge.demo.commercelayer import Customer as Row
from bridge.demo.commercelayer import OrganizationOptions, create_platform
from bridge.demo.commercelayer.options import integration, sales_channel
from bridge.demo.commercelayer.tokens import SigningKey
from bridge.demo.serving import Served
from bridge.domain.customer import Customer, Profile
from bridge.domain.identity import IdentityKey
from bridge.domain.ports import Platform
from bridge.net.client import HttpClient, Trust
from bridge.platforms.commercelayer.platform import CommerceLayer
from tests.contracts.state import all_at_once
from tests.contracts.world import FakeClock

from .commercelayer.conftest import ACCOUNT
from .commercelayer.conftest import World as OrganizationWorld
from .commercelayer.organization import CHANNEL, INTEGRATION
from .conftest import World as StoreWorld
from .conftest import soon, store

EVE = Profile(
    email="eve@acme.example",
    first_name="Eve",
    last_name="Adams",
    identity=IdentityKey("https://idp.acme.example", "eve"),
)


class StoreUnderTest(ABC):
    """A store with one customer, Ada@Acme.example."""

    platform: Platform
    ada: Customer
    nobody: Customer

    @abstractmethod
    def count(self) -> int:
        """How many customers there are."""


class OnBigCommerce(StoreUnderTest):
    def __init__(self, world: StoreWorld) -> None:
        self.platform, self._shop = world.platform, world.shop
        self.ada, self.nobody = Customer("101"), Customer("999")
        self._others = len(world.shop.customers) - 1

    def count(self) -> int:
        return len(self._shop.customers) - self._others


class OnCommerceLayer(StoreUnderTest):
    def __init__(self, world: OrganizationWorld) -> None:
        self.platform, self._organization = world.platform, world.organization
        self.ada, self.nobody = Customer("AAAAAAAAAA"), Customer("ZZZZZZZZZZ")

    def count(self) -> int:
        return len(self._organization.rows)


class OnTheDemosCommerceLayer(StoreUnderTest):
    """By another hand than the organization above, and over real HTTP."""

    def __init__(self, url: str, organization: Any, clock: FakeClock) -> None:
        http = HttpClient(Trust(loopback=True, plain_http=True))
        account = replace(ACCOUNT, api_url=url, auth_url=url)
        self.platform = CommerceLayer(account, http, clock.now, clock.monotonic, clock.advance, "stores.eu")
        self._organization = organization
        self.ada, self.nobody = Customer("AAAAAAAAAA"), Customer("ZZZZZZZZZZ")

    def count(self) -> int:
        return len(self._organization.customers)


@cache
def demo_key() -> SigningKey:
    """One for all of them."""
    return SigningKey()


@contextmanager
def demo_platform(clock: FakeClock) -> Iterator[StoreUnderTest]:
    options = OrganizationOptions(
        sales_channel=sales_channel(*CHANNEL),
        integration=integration(*INTEGRATION),
        customers=(Row(id="AAAAAAAAAA", email="Ada@Acme.example"),),
    )
    apps = []

    def make(url: str) -> Any:
        apps.append(create_platform(options, url, clock=clock.now, key=demo_key()))
        return apps[0]

    with Served.knowing_its_url(make) as served:
        yield OnTheDemosCommerceLayer(served.url, apps[0].extensions["demo_platform"], clock)


@pytest.fixture(params=["bigcommerce", "commercelayer", "the demo's commercelayer"])
def shop(request: pytest.FixtureRequest, clock: FakeClock) -> Iterator[StoreUnderTest]:
    if request.param == "bigcommerce":
        with store(clock) as world:
            yield OnBigCommerce(world)
    elif request.param == "the demo's commercelayer":
        with demo_platform(clock) as demo:
            yield demo
    else:
        yield OnCommerceLayer(OrganizationWorld(clock))


def test_an_address_is_found_whatever_its_letters(shop: StoreUnderTest) -> None:
    assert list(shop.platform.find("ada@acme.example", soon())) == [shop.ada]


@pytest.mark.parametrize("email", ["nobody@acme.example", "da@acme.example", "ada@acme.example.com"])
def test_an_unknown_address_is_nobody(shop: StoreUnderTest, email: str) -> None:
    assert list(shop.platform.find(email, soon())) == []


def test_a_customer_exists_or_not(shop: StoreUnderTest) -> None:
    assert shop.platform.exists(shop.ada, soon())
    assert not shop.platform.exists(shop.nobody, soon())


@pytest.mark.parametrize("odd", ["", "../x", "101,102", "1/2", "a b", "ä"])
def test_what_can_be_no_id_is_no_customer(shop: StoreUnderTest, odd: str) -> None:
    assert not shop.platform.exists(Customer(odd), soon())


def test_a_new_customer_is_there_at_once(shop: StoreUnderTest) -> None:
    made = shop.platform.create(EVE, soon())
    assert made.plausible
    assert shop.platform.exists(made, soon())
    assert list(shop.platform.find(EVE.email, soon())) == [made]
    assert shop.platform.find_by_identity(IdentityKey("https://idp.acme.example", "eve"), soon()) in (
        made,
        None,
    )


def test_nobody_was_created_for_a_stranger(shop: StoreUnderTest) -> None:
    assert shop.platform.find_by_identity(IdentityKey("https://idp.acme.example", "ada"), soon()) is None


def test_who_was_created_a_moment_before_is_taken(shop: StoreUnderTest) -> None:
    again = Profile(email="ada@acme.example", first_name="Ada", last_name="L", identity=EVE.identity)
    assert shop.platform.create(again, soon()) == shop.ada
    assert shop.count() == 1


def test_many_who_create_one_customer_at_once_get_the_same(shop: StoreUnderTest) -> None:
    made = all_at_once(10, lambda _: shop.platform.create(EVE, soon()))
    assert len(set(made)) == 1
    assert shop.count() == 2
