"""Customers: found on the right channel, created once, and every trouble by its name."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from bridge.domain.customer import Customer, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.net.client import HttpClient, Trust
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.platform import BigCommerce
from tests.contracts.state import all_at_once
from tests.contracts.world import FakeClock

from .conftest import Says, World, soon, store

EVE = Profile(email="eve@acme.example", first_name="Eve", last_name="Adams")


def found(world: World, email: str) -> list[str]:
    return [customer.id for customer in world.platform.find(email, soon())]


CALLS: dict[str, Callable[[World], object]] = {
    "find": lambda world: world.platform.find("ada@acme.example", soon(0.3)),
    "exists": lambda world: world.platform.exists(Customer("101"), soon(0.3)),
    "create": lambda world: world.platform.create(EVE, soon(0.3)),
}


class FailsOnce:
    """A way to the API on which the first call of one kind is answered with 503."""

    def __init__(self, http: HttpClient, part: str) -> None:
        self._http, self._part, self.failed = http, part, False

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        if self._part in request.url and not self.failed:
            self.failed = True
            return HttpReply(503, {}, b"")
        return self._http.send(request, deadline)


class TestFinding:
    def test_an_address_is_found_whatever_its_letters(self, world: World) -> None:
        assert found(world, "ada@acme.example") == ["101"]

    @pytest.mark.parametrize("email", ["nobody@acme.example", "da@acme.example", "ada@acme.example.com"])
    def test_an_unknown_address_is_nobody(self, world: World, email: str) -> None:
        assert found(world, email) == []

    def test_an_address_with_a_plus_is_found(self, world: World) -> None:
        world.platform.create(Profile(email="eve+shop@acme.example", first_name="E", last_name="A"), soon())
        assert len(found(world, "eve+shop@acme.example")) == 1
        assert found(world, "eve shop@acme.example") == []

    def test_who_belongs_to_another_channel_is_not_found_here(self, world: World) -> None:
        assert found(world, "two@acme.example") == []
        assert found(world, "both@acme.example") == ["103"]
        assert not world.platform.exists(Customer("102"), soon())

    def test_who_belongs_to_no_channel_is_found_where_the_channel_lets_them(self, clock: FakeClock) -> None:
        with store(clock, channel_id=2) as world:
            assert found(world, "ada@acme.example") == []
            assert found(world, "two@acme.example") == ["102"]
        with store(clock, channel_id=2) as world:
            world.shop.customers.set_global_logins(2, allowed=True)
            assert found(world, "ada@acme.example") == ["101"]

    def test_a_channel_that_lets_nobody_in_globally_finds_nobody(self, world: World) -> None:
        world.shop.customers.set_global_logins(1, allowed=False)
        assert found(world, "ada@acme.example") == []

    def test_a_moment_of_trouble_is_not_kept_as_the_channels_setting(self, clock: FakeClock) -> None:
        with store(clock, channel_id=2) as world:
            world.shop.customers.set_global_logins(2, allowed=True)
            flaky = FailsOnce(HttpClient(Trust(loopback=True, plain_http=True)), "/settings/")
            platform = BigCommerce(world.url, world.account, flaky, clock.now, clock.monotonic, "stores.us")
            with suppress(Refused):
                platform.find("ada@acme.example", soon())
            clock.advance(5)
            assert platform.find("ada@acme.example", soon()) == [Customer("101")]
            assert flaky.failed

    def test_one_address_on_two_channels_is_two_people_and_we_find_ours(self, world: World) -> None:
        row = {"email": "two@acme.example", "first_name": "A", "last_name": "B", "channel_ids": [1]}
        (here,) = world.shop.customers.create([row])
        assert found(world, "two@acme.example") == [str(here.id)]

    @pytest.mark.parametrize(
        ("customer", "known"),
        [
            ("101", True),
            ("999", False),
            ("abc", False),
            ("0101", False),
            ("101,103", False),
            ("\u0661", False),
            ("1e2", False),
        ],
    )
    def test_a_customer_number_is_known_or_not(self, world: World, customer: str, known: bool) -> None:
        assert world.platform.exists(Customer(customer), soon()) is known


class TestCreating:
    def test_a_new_customer_can_sign_in(self, world: World) -> None:
        made = world.platform.create(EVE, soon())
        assert world.visit(world.url_for(made.id)) == "/cart"
        row = world.shop.customers.get(int(made.id))
        assert row is not None
        assert (row.email, row.first_name, row.last_name) == (EVE.email, "Eve", "Adams")
        assert row.channel_ids is None

    def test_on_a_channel_without_global_logins_too_and_there_alone(self, clock: FakeClock) -> None:
        with store(clock, channel_id=2) as world:
            made = world.platform.create(EVE, soon())
            assert world.visit(world.url_for(made.id)) == "/cart"
            row = world.shop.customers.get(int(made.id))
            assert row is not None
            assert (row.channel_ids, row.origin_channel_id) == ((2,), 2)

    def test_who_was_created_a_moment_before_is_taken(self, world: World) -> None:
        again = Profile(email="ada@acme.example", first_name="Ada", last_name="L")
        assert world.platform.create(again, soon()) == Customer("101")
        assert len(world.shop.customers) == 3

    def test_many_who_create_one_customer_at_once_get_the_same(self, world: World) -> None:
        made = all_at_once(10, lambda _: world.platform.create(EVE, soon()))
        assert len(set(made)) == 1
        assert len(world.shop.customers) == 4

    def test_an_address_that_is_taken_by_somebody_who_may_not_sign_in_here_is_refused(
        self, world: World
    ) -> None:
        with pytest.raises(Refused) as caught:
            world.platform.create(Profile(email="two@acme.example", first_name="A", last_name="B"), soon())
        assert caught.value.reason is Reason.STORE_REJECTED
        assert "two@" not in str(caught.value)

    def test_when_the_answer_got_lost_the_customer_is_found_and_not_made_again(self, world: World) -> None:
        world.shop.fault = "lost_answer"
        with pytest.raises(Refused) as caught:
            world.platform.create(EVE, soon())
        assert caught.value.reason is Reason.STORE_UNAVAILABLE
        world.shop.fault = ""
        assert len(found(world, EVE.email)) == 1

    def test_endless_names_are_cut_to_what_the_store_takes(self, world: World) -> None:
        made = world.platform.create(
            Profile(email=EVE.email, first_name="x" * 500, last_name="y" * 500), soon()
        )
        assert made.plausible


class TestTroubles:
    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize(
        ("fault", "reason"),
        [
            ("down", Reason.STORE_UNAVAILABLE),
            ("500", Reason.STORE_UNAVAILABLE),
            ("429", Reason.STORE_BUSY),
            ("overload", Reason.STORE_BUSY),
            ("slow", Reason.STORE_UNAVAILABLE),
            ("401", Reason.STORE_MISCONFIGURED),
        ],
    )
    def test_each_trouble_of_the_api_has_its_name(
        self, world: World, call: str, fault: str, reason: Reason
    ) -> None:
        world.shop.fault = fault
        began = time.monotonic()
        with pytest.raises(Refused) as caught:
            CALLS[call](world)
        assert caught.value.reason is reason
        assert time.monotonic() - began < 2
        assert "acme.example" not in str(caught.value)

    def test_a_used_up_quota_says_when_it_is_free_again(self, world: World) -> None:
        world.shop.fault = "429"
        with pytest.raises(Refused, match=r"free again in \d+ ms"):
            world.platform.find("ada@acme.example", soon())

    @pytest.mark.parametrize("call", CALLS)
    def test_a_wrong_access_token_is_the_operators_business(self, clock: FakeClock, call: str) -> None:
        with store(clock, {"access_token": Secret("planted-wrong")}) as world:
            with pytest.raises(Refused) as caught:
                CALLS[call](world)
            assert caught.value.reason is Reason.STORE_MISCONFIGURED
            assert "planted" not in str(caught.value)

    def test_a_wrong_store_hash_is_a_refusal(self, clock: FakeClock) -> None:
        with store(clock, {"store_hash": "another"}) as world, pytest.raises(Refused):
            found(world, "ada@acme.example")

    def test_without_an_access_token_nobody_is_found_or_made_and_nothing_is_called(
        self, clock: FakeClock
    ) -> None:
        with store(clock, {"access_token": None}) as world:
            for act in (lambda: found(world, "ada@acme.example"), lambda: world.platform.create(EVE, soon())):
                with pytest.raises(Refused) as caught:
                    act()
                assert caught.value.reason is Reason.CUSTOMER_UNKNOWN
            assert world.platform.exists(Customer("101"), soon())
            assert not world.platform.exists(Customer("abc"), soon())
            assert world.api_calls() == []


@pytest.mark.parametrize("call", ["find", "exists", "create"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"), (200, b""), (200, b"[]"), (200, b"{}"), (200, b'{"data":null}'), (200, b'{"data":{}}'),
        (200, b'{"data":[7]}'), (200, b'{"data":[{"id":"101"}]}'), (200, b'{"data":[{"id":true}]}'), (200, b'{"data":[{}]}'),
        (302, b""), (404, b"{}"), (422, b"{}"), (409, b"{}"), (204, b""),
    ],
)  # fmt: skip
def test_an_api_that_answers_nonsense_is_a_refusal(
    clock: FakeClock, call: str, status: int, body: bytes
) -> None:
    account = Account(store_hash="a", client_id="b", client_secret=Secret("c"), access_token=Secret("d"))
    platform = BigCommerce("https://s", account, Says(body, status), clock.now, clock.monotonic, "stores.us")
    acts: dict[str, Any] = {
        "find": lambda: platform.find("ada@acme.example", soon()),
        "exists": lambda: platform.exists(Customer("101"), soon()),
        "create": lambda: platform.create(EVE, soon()),
    }
    with pytest.raises(Refused) as caught:
        acts[call]()
    assert caught.value.reason in {Reason.STORE_UNAVAILABLE, Reason.STORE_REJECTED}


def test_a_known_customer_costs_no_call_of_the_api(world: World) -> None:
    world.measure()
    for _ in range(5):
        assert world.visit(world.url_for()) == "/cart"
    assert world.api_calls() == []
    assert len(world.shop.calls) == 1


def test_the_channels_setting_is_read_once(world: World) -> None:
    for _ in range(3):
        found(world, "ada@acme.example")
    assert len([path for path in world.api_calls() if "settings" in path]) == 1
