"""`kill -9` after each single word to Redis and to the store: always one customer, one link, both sides agreed."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bridge.demo.idp import SAMPLE_PEOPLE, Person
from bridge.domain.customer import Customer
from bridge.domain.link_rows import LinkRow
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks
from bridge.state.server import RedisServer
from tests.journeys.browser import Answer, Browser
from tests.journeys.process import BridgeProcess, quiet_port
from tests.journeys.stage import Stage
from tests.state.proxy import LossyWay, lossy_way

pytestmark = pytest.mark.slow

GRACE, EMAIL = "Grace Hopper", "grace.hopper@acme.example"
CROWD = 50


class Executioner:
    """Counts words to Redis and to the store that were done, and ends the bridge after a given one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.done: list[str] = []
        self._bridge: BridgeProcess | None = None
        self._after = 0
        self._word = ""

    def arm(self, bridge: BridgeProcess | None, after: int, word: str = "") -> None:
        """Strikes after so many words; of one kind, if `word` says which."""
        with self._lock:
            self.done, self._after, self._bridge, self._word = [], after, bridge, word

    def saw(self, word: str) -> None:
        with self._lock:
            if self._word and word != self._word:
                return
            self.done.append(word)
            if self._bridge is not None and len(self.done) == self._after:
                self._bridge.kill()
                self._bridge = None

    @property
    def struck(self) -> bool:
        """Whether the armed bridge is dead by now."""
        with self._lock:
            return self._bridge is None


class Calls(list[Any]):
    """The store's list of calls that it worked off, the answers still to be sent."""

    def __init__(self, saw: Callable[[str], None]) -> None:
        super().__init__()
        self._saw = saw

    def append(self, call: Any) -> None:
        super().append(call)
        self._saw(f"store {call.method}")


@pytest.fixture
def executioner() -> Executioner:
    return Executioner()


@pytest.fixture
def way(tmp_path: Path, executioner: Executioner) -> Iterator[tuple[Stage, LossyWay]]:
    """A stage whose bridges speak to Redis and the store within the executioner's hearing."""
    with Stage(tmp_path) as stage, lossy_way(stage.redis_server.url) as way:
        stage.tables["redis"]["url"] = way.url
        way.heard = lambda request: executioner.saw(f"redis {_word(request)}")
        stage.shop.calls = Calls(executioner.saw)
        yield stage, way


def _word(request: bytes) -> str:
    words = request.split(b"\r\n")
    return words[2].decode() if len(words) > 2 else "?"


def links_of(stage: Stage) -> tuple[list[LinkRow], RedisLinks]:
    links = RedisLinks(RedisServer(stage.redis_server.url), Keys("bridge"))
    return list(links.all_links("us")), links


def time_passes(stage: Stage) -> None:
    """The quarter of a minute in which locks of the dead run out."""
    for pattern in ("bridge:lock:*", "bridge:creating:*"):
        for key in stage.redis.scan_iter(pattern):
            assert 0 < stage.redis.ttl(key) <= 15
            stage.redis.delete(key)


def begin_anew(stage: Stage) -> None:
    stage.redis.flushall()
    stage.shop.customers.delete([one.id for one in stage.shop.customers.find(emails=[EMAIL])])


def assert_one_customer(stage: Stage, step: str) -> None:
    """One at the store, linked to one identity, which is linked to it."""
    (customer,) = stage.shop.customers.find(emails=[EMAIL])
    rows, links = links_of(stage)
    (row,) = (row for row in rows if row.customer == str(customer.id))
    assert [one.identity for one in rows].count(row.identity) == 1, step
    assert [one.identity for one in links.holders(Customer(row.customer), "us")] == [row.identity], step
    found = links.find(row.identity, "us")
    assert found is not None, step
    assert found.customer.id == row.customer, step
    theirs = {holder.identity for row in rows for holder in links.holders(Customer(row.customer), "us")}
    assert theirs == {row.identity for row in rows}, f"{step}: a claim without its link was left behind"


def test_whatever_the_bridge_had_just_said_when_it_was_killed(
    way: tuple[Stage, LossyWay], executioner: Executioner
) -> None:
    stage, _ = way
    bridge = warm_bridge(stage)
    killed: list[str] = []
    while first_sign_in(stage, bridge, executioner, len(killed) + 1):
        killed.append(executioner.done[len(killed)])
        bridge = warm_bridge(stage)
        comes_again(stage, executioner, f"killed after {killed}")
    executioner.arm(None, 0)
    assert_one_customer(stage, "nobody was killed any more")
    assert len(killed) > 15
    # What a bridge asks in the background may have come in between: so the worst moment once more, by its name.
    assert first_sign_in(stage, bridge, executioner, 1, "store POST")
    warm_bridge(stage)
    comes_again(stage, executioner, "killed when the customer was created")


def first_sign_in(
    stage: Stage, bridge: BridgeProcess, executioner: Executioner, after: int, word: str = ""
) -> bool:
    """Whether the bridge was killed in it."""
    begin_anew(stage)
    browser = Browser()
    callback = stage.callback_url(browser, GRACE)
    executioner.arm(bridge, after, word)
    with suppress(OSError, AssertionError):
        browser.fetch(callback)
    return executioner.struck


def comes_again(stage: Stage, executioner: Executioner, where: str) -> None:
    executioner.arm(None, 0)
    time_passes(stage)
    again = stage.sign_in(Browser(), GRACE)
    assert (again.status, again.refusal) == (303, ""), where
    assert_one_customer(stage, where)


def warm_bridge(stage: Stage) -> BridgeProcess:
    """One that has asked already what it asks but once: keys, clocks, scripts."""
    bridge = stage.serve()
    assert stage.sign_in(Browser(), "Ada Lovelace").status == 303
    assert stage.sign_in(Browser(), "Sujata").status == 303
    return bridge


def at_once(stage: Stage, bridges: list[str], people: list[str]) -> list[Answer]:
    """The ends of sign-ins of all these people, who come back at the same moment to bridges in turn."""
    browsers = [Browser() for _ in people]
    callbacks = [
        stage.callback_url(browser, who).replace(stage.bridge_url, bridges[number % len(bridges)])
        for number, (browser, who) in enumerate(zip(browsers, people, strict=True))
    ]
    start = threading.Barrier(len(people))

    def back(number: int) -> Answer:
        start.wait()
        return browsers[number].fetch(callbacks[number])

    with ThreadPoolExecutor(len(people)) as threads:
        return list(threads.map(back, range(len(people))))


def test_fifty_first_sign_ins_of_one_person_at_two_bridges(own_stage: Stage) -> None:
    bridges = [own_stage.serve().url, own_stage.serve(port=quiet_port()).url]
    answers = at_once(own_stage, bridges, [GRACE] * CROWD)
    assert Counter((answer.status, answer.refusal) for answer in answers) == {(303, ""): CROWD}
    assert_one_customer(own_stage, "fifty at once")


def test_fifty_people_with_one_address_at_two_bridges(tmp_path: Path) -> None:
    crowd = tuple(
        Person(subject=f"twin-{number}", name=f"Twin {number:02d}", email=EMAIL, shows="")
        for number in range(CROWD)
    )
    with Stage(tmp_path, people=SAMPLE_PEOPLE[:1] + crowd) as stage:
        bridges = [stage.serve().url, stage.serve(port=quiet_port()).url]
        answers = at_once(stage, bridges, [person.name for person in crowd])
        ends = Counter(answer.refusal or answer.status for answer in answers)
        assert ends[303] == 1
        assert set(ends) <= {303, "customer_already_linked", "customer_busy"}, ends
        assert_one_customer(stage, "fifty people")
        pending = stage.redis.hlen("bridge:pending:{us}")
        assert pending == ends["customer_already_linked"]
