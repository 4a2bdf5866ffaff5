"""A link has two sides in two places: whoever dies or stands still between them harms nobody."""

import threading
import time
from typing import Any

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.link_rows import Conflict, LinkRow
from bridge.domain.refusal import Reason, Refused
from bridge.state import link_scripts
from bridge.state.growing import tag_of
from bridge.state.keys import Keys, links_of
from bridge.state.link_records import WHEN_LUA, claim_read, holder_field, when_text
from bridge.state.link_scripts import ABANDONED, CLAIM_GOOD, LINK, LINK_MANY
from bridge.state.links import RedisLinks
from bridge.state.server import RedisServer, Script
from tests.contracts.people import ADA, CUSTOMER, EVE, link
from tests.contracts.world import NOON

from .conftest import Adapters


class _Died(BaseException):
    """As kill -9 is: nothing of the process does anything more."""


class MortalServer(RedisServer):
    """A process that dies before its n-th word to Redis, or stands still until `before` has happened."""

    def __init__(self, url: str, dies_at: int = 0) -> None:
        super().__init__(url)
        self.dies_at, self.said = dies_at, 0
        self.before: dict[str, Any] = {}

    def run(self, script: Script, keys: tuple[str, ...], *arguments: str | int) -> Any:
        self._speak()
        if act := self.before.pop(script.sha, None):
            act()
        return super().run(script, keys, *arguments)

    def command(self, *words: str | int) -> Any:
        self._speak()
        return super().command(*words)

    def _speak(self) -> None:
        self.said += 1
        if self.dies_at and self.said >= self.dies_at:
            raise _Died


def age_claim(raw: Any, keys: Keys, customer: Customer, seconds: int, store: str = "us") -> None:
    """What time does to a claim."""
    part, field = keys.holders(tag_of(customer.id), store), holder_field(customer.id, "acme")
    digest, since = claim_read(raw.hget(part, field))
    raw.hset(part, field, digest + when_text(since - seconds))


def assert_agree(
    links: RedisLinks, people: list[IdentityKey], customer: Customer = CUSTOMER
) -> list[IdentityKey]:
    """Each link has its claim; those linked to the customer."""
    linked = []
    for person in people:
        found = links.find(person, "us")
        if found is not None and found.customer == customer:
            linked.append(person)
    holders = [one.identity for one in links.holders(customer, "us")]
    assert all(person.digest in holders for person in linked)
    assert len(linked) <= 1
    return linked


@pytest.mark.parametrize("later", [0, ABANDONED + 5])
@pytest.mark.parametrize("dies_at", range(1, 10))
def test_whenever_a_process_dies_the_same_person_is_linked_next_time(
    redis_server: DemoServer, adapters: Adapters, raw: Any, dies_at: int, later: int
) -> None:
    mortal = RedisLinks(MortalServer(redis_server.url, dies_at), adapters.keys)
    try:
        mortal.link(link())
    except _Died:
        if later and raw.exists(adapters.keys.holders(tag_of(CUSTOMER.id), "us")):
            age_claim(raw, adapters.keys, CUSTOMER, later)
    assert adapters.links.link(link())
    assert assert_agree(adapters.links, [ADA, EVE]) == [ADA]
    assert not adapters.links.link(link(EVE))


@pytest.mark.parametrize("dies_at", range(1, 10))
def test_a_claim_of_one_who_died_holds_for_two_minutes_and_a_link_for_ever(
    redis_server: DemoServer, adapters: Adapters, raw: Any, dies_at: int
) -> None:
    mortal = RedisLinks(MortalServer(redis_server.url, dies_at), adapters.keys)
    died = False
    try:
        mortal.link(link())
    except _Died:
        died = True
    claimed = raw.exists(adapters.keys.holders(tag_of(CUSTOMER.id), "us"))
    linked = adapters.links.find(ADA, "us") is not None
    assert adapters.links.link(link(EVE)) is not claimed
    if claimed:
        age_claim(raw, adapters.keys, CUSTOMER, ABANDONED + 5)
        assert adapters.links.link(link(EVE)) is not linked
        assert assert_agree(adapters.links, [ADA, EVE]) == [ADA if linked else EVE]
    assert died or linked


def test_one_who_stood_still_until_the_claim_was_another_s_writes_nothing(
    redis_server: DemoServer, adapters: Adapters, raw: Any
) -> None:
    sleeper = MortalServer(redis_server.url)

    def meanwhile() -> None:
        age_claim(raw, adapters.keys, CUSTOMER, ABANDONED + 5)
        assert adapters.links.link(link(EVE))

    sleeper.before[LINK.sha] = meanwhile
    assert not RedisLinks(sleeper, adapters.keys).link(link(ADA))
    assert assert_agree(adapters.links, [ADA, EVE]) == [EVE]


def test_an_unfinished_claim_is_renewed_by_its_person_before_anybody_takes_it_over(
    redis_server: DemoServer, adapters: Adapters, raw: Any
) -> None:
    with pytest.raises(_Died):
        RedisLinks(MortalServer(redis_server.url, dies_at=6), adapters.keys).link(link(ADA))
    assert adapters.links.holders(CUSTOMER, "us")
    assert adapters.links.find(ADA, "us") is None
    age_claim(raw, adapters.keys, CUSTOMER, ABANDONED + 5)
    again = MortalServer(redis_server.url)
    taken: list[bool] = []
    again.before[LINK.sha] = lambda: taken.append(adapters.links.link(link(EVE)))
    assert RedisLinks(again, adapters.keys).link(link(ADA))
    assert taken == [False]
    assert assert_agree(adapters.links, [ADA, EVE]) == [ADA]


def test_a_link_is_not_written_on_an_old_claim(adapters: Adapters, raw: Any) -> None:
    part = links_of(adapters.keys, ADA, "us")
    keys = part, adapters.keys.creating(ADA, "us")
    now = int(raw.time()[0])
    assert adapters.server.run(LINK, keys, ADA.digest, "eAAAAA101", now - CLAIM_GOOD - 2, "") is None
    assert adapters.server.run(LINK_MANY, (part,), now - CLAIM_GOOD - 2, ADA.digest + "eAAAAA101") is None
    assert adapters.server.run(LINK, keys, ADA.digest, "eAAAAA101", now, "") == "eAAAAA101"


def test_who_lost_the_lock_writes_nothing_and_lets_the_customer_go(
    redis_server: DemoServer, adapters: Adapters, raw: Any
) -> None:
    raw.set(adapters.keys.creating(ADA, "us"), "another's")
    with pytest.raises(Refused) as caught:
        adapters.links.link(link(), "the fence I once had")
    assert caught.value.reason is Reason.CUSTOMER_BUSY
    assert adapters.links.find(ADA, "us") is None
    assert adapters.links.holders(CUSTOMER, "us") == []
    assert adapters.links.link(link(), "another's")


def test_an_operator_who_unlinks_in_between_leaves_both_sides_agreed(
    redis_server: DemoServer, adapters: Adapters
) -> None:
    sleeper = MortalServer(redis_server.url)
    slow = RedisLinks(sleeper, adapters.keys)

    def meanwhile() -> None:
        assert adapters.links.link(link(ADA))
        assert adapters.links.unlink(ADA, "us") == CUSTOMER
        assert adapters.links.link(link(EVE))

    sleeper.before[LINK.sha] = meanwhile
    assert not slow.link(link(ADA))
    assert assert_agree(adapters.links, [ADA, EVE]) == [EVE]


def test_one_person_linked_to_two_customers_at_once_gets_one_and_frees_the_other(adapters: Adapters) -> None:
    start = threading.Barrier(20)

    def act(number: int) -> None:
        start.wait()
        assert adapters.links.link(link(ADA, Customer(str(number))))

    threads = [threading.Thread(target=act, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = adapters.links.find(ADA, "us")
    assert found is not None
    held = [n for n in range(20) if adapters.links.holders(Customer(str(n)), "us")]
    assert held == [int(found.customer.id)]


class TestImport:
    ROW = LinkRow(EVE.digest, "acme", CUSTOMER.id, "imported", int(NOON))

    def claimed_by_the_dead(self, redis_server: DemoServer, adapters: Adapters) -> None:
        mortal = MortalServer(redis_server.url)

        def die() -> None:
            raise _Died

        mortal.before[LINK.sha] = die
        with pytest.raises(_Died):
            RedisLinks(mortal, adapters.keys).link(link(ADA))

    def test_a_claim_of_the_dead_is_in_the_way_until_it_is_old(
        self, redis_server: DemoServer, adapters: Adapters, raw: Any
    ) -> None:
        self.claimed_by_the_dead(redis_server, adapters)
        assert adapters.links.import_links("us", [self.ROW]) == [Conflict(identity=ADA.digest)]
        age_claim(raw, adapters.keys, CUSTOMER, ABANDONED + 5)
        assert adapters.links.import_links("us", [self.ROW]) == ["new"]
        assert assert_agree(adapters.links, [ADA, EVE]) == [EVE]

    def test_an_export_leaves_out_claims_without_links(
        self, redis_server: DemoServer, adapters: Adapters
    ) -> None:
        self.claimed_by_the_dead(redis_server, adapters)
        assert list(adapters.links.all_links("us")) == []

    def test_a_server_that_forgot_the_scripts_is_told_them_again(self, adapters: Adapters, raw: Any) -> None:
        raw.script_flush()
        assert adapters.links.import_links("us", [self.ROW]) == ["new"]


def test_redis_writes_times_as_we_do(adapters: Adapters, raw: Any) -> None:
    script = Script(WHEN_LUA + "local t = tonumber(ARGV[1]) return {stamp(t), age(ARGV[2], t)}")
    for seconds in (1_577_836_800, int(NOON), int(time.time()), 1_577_836_800 + 64**5 - 1):
        claim = ADA.digest + when_text(seconds - 1_000 if seconds > NOON - 1e9 else seconds)
        text, age = adapters.server.run(script, (), seconds, claim)
        assert text == when_text(seconds)
        assert age == seconds - claim_read(claim)[1]


def test_the_ages_leave_room_for_clocks_that_differ() -> None:
    assert link_scripts.CLAIM_OLD + CLAIM_GOOD + 30 <= ABANDONED
