"""Somebody comes between two steps of somebody else: an operator, an eraser, an import, a death."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.link_rows import Became, Conflict, LinkRow
from bridge.domain.pending import PendingCase
from bridge.domain.refusal import Reason, Refused
from bridge.flows.by_hand import ByHand
from bridge.flows.ending import SessionEnder
from bridge.flows.erasing import Erasing
from bridge.flows.pending import Pending
from bridge.state.blocks import RedisBlocks
from bridge.state.endings import RedisEndings
from bridge.state.erasure import RedisErasure
from bridge.state.link_import import LinkImport
from bridge.state.link_scripts import BEGINNING, CLAIM, LINK, LINK_MANY, UNCLAIM, UNLINK
from bridge.state.links import RedisLinks
from bridge.state.server import RedisServer, Script
from bridge.state.sessions import RedisSessions
from tests.contracts.people import ADA, CUSTOMER, EVE, link
from tests.contracts.world import NOON
from tests.state.conftest import Adapters
from tests.state.one_slot import OneSlotServer
from tests.state.test_two_sides import MortalServer, _Died, assert_agree

HERS = LinkRow(ADA.digest, "acme", CUSTOMER.id, "imported", int(NOON))
OTHER = Customer("8")


class Sleeper(RedisServer):
    """Stands still before a script of many until something has happened."""

    def __init__(self, url: str, script: Script, meanwhile: Callable[[], object]) -> None:
        super().__init__(url)
        self._script, self._meanwhile = script, [meanwhile]

    def run_many(self, script: Script, calls: Any) -> Any:
        if script is self._script and self._meanwhile:
            self._meanwhile.pop()()
        return super().run_many(script, calls)


class _Killed(BaseException):
    """kill -9, in the middle of an import."""


def die() -> None:
    raise _Killed


def claim_and_die(redis_server: DemoServer, adapters: Adapters, who: IdentityKey, whom: Customer) -> None:
    """Leaves a claim without its link."""
    mortal = MortalServer(redis_server.url)
    mortal.before[LINK.sha] = die
    with pytest.raises(_Killed):
        RedisLinks(mortal, adapters.keys).link(link(who, whom))


def customer_of(links: RedisLinks, who: IdentityKey) -> str:
    found = links.find(who, "us")
    return found.customer.id if found else ""


@pytest.fixture
def blocks(adapters: Adapters) -> RedisBlocks:
    return RedisBlocks(adapters.server, adapters.keys, adapters.links)


@pytest.fixture
def hand(adapters: Adapters, blocks: RedisBlocks) -> ByHand:
    erasure = RedisErasure(adapters.server, adapters.keys)
    return ByHand(
        links=adapters.links,
        cases=adapters.pending,
        blocks=blocks,
        erasure=erasure,
        ender=SessionEnder(
            sessions=RedisSessions(adapters.server, adapters.keys, adapters.seal, lambda: NOON),
            endings=RedisEndings(adapters.server, adapters.keys),
            links=adapters.links,
            now=lambda: NOON,
        ),
        now=lambda: NOON,
    )


# -- an import ---------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [True, False])
def test_an_operator_unlinks_while_an_import_links_and_somebody_else_comes_in(
    redis_server: DemoServer, adapters: Adapters, before: bool
) -> None:
    if before:
        assert adapters.links.link(link(ADA))

    def meanwhile() -> None:
        assert adapters.links.link(link(ADA))
        assert adapters.links.unlink(ADA, "us") == CUSTOMER
        assert adapters.links.link(link(EVE))

    slow = RedisLinks(Sleeper(redis_server.url, LINK_MANY, meanwhile), adapters.keys)
    assert slow.import_links("us", [HERS]) == [Conflict(identity=EVE.digest)]
    assert assert_agree(adapters.links, [ADA, EVE]) == [EVE]


def test_an_operator_unlinks_while_an_import_links_and_nobody_comes_in(
    redis_server: DemoServer, adapters: Adapters
) -> None:
    def meanwhile() -> None:
        assert adapters.links.link(link(ADA))
        assert adapters.links.unlink(ADA, "us") == CUSTOMER

    slow = RedisLinks(Sleeper(redis_server.url, LINK_MANY, meanwhile), adapters.keys)
    assert slow.import_links("us", [HERS]) == ["new"]
    assert assert_agree(adapters.links, [ADA, EVE]) == [ADA]
    assert not adapters.links.link(link(EVE))


def test_an_import_that_dies_leaves_nobody_linked_to_a_blocked_customer_unblocked(
    redis_server: DemoServer, adapters: Adapters, blocks: RedisBlocks
) -> None:
    blocks.block_customer(CUSTOMER, "us")
    for dies_at in range(1, 60):
        mortal = RedisLinks(MortalServer(redis_server.url, dies_at), adapters.keys)
        try:
            assert mortal.import_links("us", [HERS]) in (["new"], ["same"])
        except _Died:
            if adapters.links.find(ADA, "us") is not None:
                assert adapters.sign_ins.is_blocked(ADA, "us"), dies_at
    assert customer_of(adapters.links, ADA) == CUSTOMER.id
    assert adapters.sign_ins.is_blocked(ADA, "us")


def test_a_customer_blocked_while_an_import_links_it(
    redis_server: DemoServer, adapters: Adapters, blocks: RedisBlocks
) -> None:
    for script in (CLAIM, LINK_MANY):
        slow = RedisLinks(
            Sleeper(redis_server.url, script, lambda: blocks.block_customer(CUSTOMER, "us")), adapters.keys
        )
        assert slow.import_links("us", [HERS]) == ["new"]
        assert adapters.sign_ins.is_blocked(ADA, "us")
        assert adapters.links.unlink(ADA, "us") == CUSTOMER
        assert blocks.unblock_customer(CUSTOMER, "us")
        assert not adapters.sign_ins.is_blocked(ADA, "us")


def test_a_row_in_conflict_blocks_nobody(adapters: Adapters, blocks: RedisBlocks) -> None:
    """A file says that Eve, who is 8, is the blocked 101: that does not make her so."""
    blocks.block_customer(CUSTOMER, "us")
    assert adapters.links.link(link(EVE, OTHER))
    wrong = LinkRow(EVE.digest, "acme", CUSTOMER.id, "imported", int(NOON))
    assert adapters.links.import_links("us", [wrong]) == [Conflict(customer=OTHER.id)]
    assert not adapters.sign_ins.is_blocked(EVE, "us")
    assert adapters.links.import_links("us", [HERS]) == ["new"]
    stranger = IdentityKey(ADA.issuer, "stranger")
    third = LinkRow(stranger.digest, "acme", CUSTOMER.id, "imported", int(NOON))
    assert adapters.links.import_links("us", [third]) == [Conflict(identity=ADA.digest)]
    assert not adapters.sign_ins.is_blocked(stranger, "us")


def test_among_many_rows_those_of_blocked_customers_keep_their_places(
    adapters: Adapters, blocks: RedisBlocks
) -> None:
    blocks.block_customer(Customer("3"), "us")
    rows = [
        LinkRow(IdentityKey("https://i", str(n)).digest, "acme", str(n % 5), "imported", int(NOON))
        for n in range(10)
    ]
    became = adapters.links.import_links("us", rows)
    assert became[:5] == ["new"] * 5
    assert became[5:] == [Conflict(identity=row.identity) for row in rows[:5]]
    assert [n for n in range(10) if adapters.sign_ins.is_blocked(IdentityKey("https://i", str(n)), "us")] == [
        3
    ]
    assert adapters.links.import_links("us", rows[:5]) == ["same"] * 5


# -- claims of the dead --------------------------------------------------------------------------


def test_an_operator_who_gives_a_customer_away_takes_nothing_else(
    redis_server: DemoServer, adapters: Adapters, hand: ByHand
) -> None:
    """Eve claimed 101 and died, and is 8 since: giving 101 to Ada leaves her what she has."""
    claim_and_die(redis_server, adapters, EVE, CUSTOMER)
    assert adapters.links.link(link(EVE, OTHER))
    with pytest.raises(Refused) as caught:  # for two minutes
        hand.link("us", HERS, replacing=True)
    assert caught.value.reason is Reason.CUSTOMER_BUSY
    assert customer_of(adapters.links, EVE) == OTHER.id
    case = PendingCase(
        store="us", connection="acme", identity=ADA, reason=Reason.CUSTOMER_ALREADY_LINKED,
        candidates=(CUSTOMER,), first=int(NOON), last=int(NOON),
    )  # fmt: skip
    adapters.pending.add(case)
    desk = Pending(cases=adapters.pending, links=adapters.links, now=lambda: NOON)
    with pytest.raises(Refused):
        desk.approve("us", ADA.digest, CUSTOMER, replacing=True)
    assert customer_of(adapters.links, EVE) == OTHER.id


def test_who_is_erased_takes_nobody_along_who_only_claimed_their_customer(
    redis_server: DemoServer, adapters: Adapters, hand: ByHand
) -> None:
    claim_and_die(redis_server, adapters, EVE, CUSTOMER)
    assert adapters.links.link(link(EVE, OTHER))
    erasing = Erasing(
        links=adapters.links,
        cases=adapters.pending,
        erasure=hand.erasure,
        ender=hand.ender,
        endings=RedisEndings(adapters.server, adapters.keys),
    )
    person = erasing.person(["us"], customer=CUSTOMER.id)
    assert person.identities == set()
    erasing.forget(person, ["us"])
    assert customer_of(adapters.links, EVE) == OTHER.id


# -- everybody at once -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("server", [RedisServer, OneSlotServer])
def test_sign_ins_imports_and_operators_at_once_leave_both_sides_agreed(
    redis_server: DemoServer, adapters: Adapters, server: type[RedisServer]
) -> None:
    """Four people, two customers, and hands that link, import and unlink as fast as they can."""
    people = [IdentityKey("https://i", str(number)) for number in range(4)]
    ends: Counter[str] = Counter()
    stop = time.monotonic() + 2

    def act(seed: int) -> None:
        links, chance = RedisLinks(server(redis_server.url), adapters.keys), random.Random(seed)
        while time.monotonic() < stop:
            who, whom = chance.choice(people), Customer(chance.choice(["101", "102"]))
            if seed % 3 == 0:
                links.unlink(who, "us")
            elif seed % 3 == 1:
                links.link(link(who, whom))
            else:
                row = LinkRow(who.digest, "acme", whom.id, "imported", int(NOON))
                became: list[Became] = links.import_links("us", [row])
                ends[became[0] if isinstance(became[0], str) else "conflict"] += 1

    threads = [threading.Thread(target=act, args=(seed,)) for seed in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(ends["new"], ends["conflict"]) > 5, ends
    held: dict[str, list[str]] = {}
    for who in people:
        if theirs := customer_of(adapters.links, who):
            held.setdefault(theirs, []).append(who.digest)
    for customer, identities in held.items():
        assert [one.identity for one in adapters.links.holders(Customer(customer), "us")] == identities


def test_a_batch_that_is_sent_twice_finds_its_own_rows(adapters: Adapters) -> None:
    rows = [HERS, HERS]
    assert LinkImport(adapters.server, adapters.keys, "us").links(rows) == ["new", "same"]


# -- an operator who is slow ---------------------------------------------------------------------


@pytest.mark.parametrize("eve_comes", [True, False])
def test_somebody_is_linked_again_before_their_claim_is_given_up(
    redis_server: DemoServer, adapters: Adapters, *, eve_comes: bool
) -> None:
    """The customer must not be free while its link stands: whoever came next would share it."""
    assert adapters.links.link(link(ADA))
    slow = MortalServer(redis_server.url)
    slow.before[UNCLAIM.sha] = lambda: adapters.links.link(link(ADA))
    assert RedisLinks(slow, adapters.keys).unlink(ADA, "us") == CUSTOMER
    if eve_comes:
        assert not adapters.links.link(link(EVE))
    assert assert_agree(adapters.links, [ADA, EVE]) == [ADA]


def test_somebody_is_linked_again_to_a_blocked_customer_while_they_are_unlinked(
    redis_server: DemoServer, adapters: Adapters, blocks: RedisBlocks
) -> None:
    assert adapters.links.link(link(ADA))
    blocks.block_customer(CUSTOMER, "us")
    for step in (UNLINK, BEGINNING, UNCLAIM):
        slow = MortalServer(redis_server.url)
        slow.before[step.sha] = lambda: adapters.links.link(link(ADA))
        RedisLinks(slow, adapters.keys).unlink(ADA, "us")
        if adapters.links.find(ADA, "us") is None:
            assert adapters.links.link(link(ADA))
        assert adapters.sign_ins.is_blocked(ADA, "us"), step
