"""First sign-ins in bad weather: each person is one customer, whatever the store's API or Redis did meanwhile."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from bridge.demo.europe import Europe
from bridge.demo.idp import Person
from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks
from bridge.state.server import RedisServer
from tests.journeys.browser import Answer, Browser
from tests.journeys.process import BridgeProcess, quiet_port
from tests.journeys.stage import Stage
from tests.takeover.chaos import Weather

pytestmark = pytest.mark.slow

CROWD = tuple(
    Person(subject=f"p-{number}", name=f"Person {number:02d}", email=f"p{number}@acme.example", shows="")
    for number in range(12)
)


class Town:
    """Both stores, their APIs behind the weather, and two bridges."""

    def __init__(self, folder: Path, started: ExitStack, share: float) -> None:
        self.stage = started.enter_context(Stage(folder, people=CROWD))
        europe = Europe(started, self.stage.bridge_url)
        tables = self.stage.tables
        tables |= {name: dict(table) for name, table in europe.tables("acme").items()}
        self.weather = {
            "us": started.enter_context(Weather(self.stage.store_url, share)),
            "eu": started.enter_context(Weather(europe.platform_url, share, seed=7)),
        }
        tables["stores.us.bigcommerce"]["api_url"] = self.weather["us"].url
        tables["stores.eu.commercelayer"]["api_url"] = self.weather["eu"].url
        self.europe = europe
        self.bridges: list[BridgeProcess] = []

    def serve(self, count: int = 2) -> None:
        self.bridges += [self.stage.serve(port=quiet_port() if self.bridges else 0) for _ in range(1)]
        self.bridges += [self.stage.serve(port=quiet_port()) for _ in range(count - 1)]

    def ids(self, store: str, email: str) -> list[str]:
        """The ids of all customers of the store who have the address."""
        if store == "us":
            return [str(one.id) for one in self.stage.shop.customers.find(emails=[email])]
        return [one.id for one in self.europe.platform.customers.find({"email_eq": email})]

    def keeps_trying(self, number: int, person: Person, store: str, seconds: float = 25) -> Counter[str]:
        """As a person does who wants in; how each try ended. Tabs go to either bridge."""
        ends: Counter[str] = Counter()
        give_up = time.monotonic() + seconds
        while not ends["303"] and time.monotonic() < give_up:
            try:
                answer = self.one_try(number + ends.total(), person, store)
            except (OSError, AssertionError) as error:  # not even led to the provider
                ends[type(error).__name__] += 1
                time.sleep(0.2)
                continue
            ends[answer.refusal or str(answer.status)] += 1
            if answer.status != 303:
                time.sleep(0.3)
        return ends

    def one_try(self, turn: int, person: Person, store: str) -> Answer:
        browser = Browser()
        callback = self.stage.callback_url(browser, person.name, store=store)
        return browser.fetch(
            callback.replace(self.stage.bridge_url, self.bridges[turn % len(self.bridges)].url)
        )

    def assert_one_customer_each(self, store: str, people: Sequence[Person]) -> None:
        links = RedisLinks(RedisServer(self.stage.redis_server.url), Keys("bridge"))
        for person in people:
            (customer,) = self.ids(store, person.email or "")
            key = IdentityKey(self.stage.acme.url, person.subject)
            found = links.find(key, store)
            assert found is not None, person
            assert found.customer.id == customer, person
            assert [one.identity for one in links.holders(Customer(customer), store)] == [key.digest]
        rows = {row.identity for row in links.all_links(store)}
        assert len(rows) == len(people)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Callable[..., Town]]:
    with ExitStack() as started:
        yield lambda share: Town(tmp_path, started, share)


def everybody(town: Town, store: str, tabs: int = 2) -> Counter[str]:
    """All of the crowd at once, each in some tabs."""
    people = [person for person in CROWD for _ in range(tabs)]
    with ThreadPoolExecutor(len(people)) as threads:
        told = threads.map(lambda one: town.keeps_trying(one[0], one[1], store), enumerate(people))
        return sum(told, Counter[str]())


@pytest.mark.parametrize("store", ["us", "eu"])
def test_a_store_whose_api_fails_at_a_third_of_all_calls(town: Callable[..., Town], store: str) -> None:
    made = town(0.3)
    made.serve()
    ends = everybody(made, store)
    assert ends["303"] == 2 * len(CROWD), ends
    assert set(ends) <= {"303", "store_unavailable", "store_busy", "store_rejected", "customer_busy"}, ends
    made.assert_one_customer_each(store, CROWD)
    seen = made.weather[store].seen
    assert seen.total() - seen["fine"] > 5, seen


def test_redis_crashes_and_a_bridge_is_killed_while_people_sign_in_for_the_first_time(
    town: Callable[..., Town],
) -> None:
    """Locks of the dead run out after a quarter of a minute: so long somebody may read that they are busy."""
    made = town(0.1)
    made.serve()

    def trouble() -> None:
        time.sleep(0.7)
        made.bridges[1].kill()
        made.bridges[1] = made.stage.serve(port=quiet_port())
        made.stage.redis_server.kill()
        time.sleep(0.3)
        made.stage.redis_server.restart()

    with ThreadPoolExecutor(1) as thread:
        troubled = thread.submit(trouble)
        ends = everybody(made, "us")
        troubled.result()
    assert ends["303"] == 2 * len(CROWD), ends
    made.assert_one_customer_each("us", CROWD)


def test_fifty_first_sign_ins_of_one_person_at_two_bridges_of_commerce_layer(
    town: Callable[..., Town],
) -> None:
    made = town(0)
    made.serve()
    with ThreadPoolExecutor(50) as threads:
        ends = sum(threads.map(lambda n: made.keeps_trying(n, CROWD[0], "eu"), range(50)), Counter[str]())
    assert ends["303"] == 50, ends
    made.assert_one_customer_each("eu", CROWD[:1])
