"""Links that older versions wrote: honoured, moved at the next sign-in, or all at once meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.link_rows import Conflict, LinkRow
from bridge.state.links import RedisLinks
from tests.contracts.people import ADA, CUSTOMER, EVE, attempt, link, session
from tests.contracts.world import NOON

from .conftest import Adapters
from .test_two_sides import MortalServer, _Died


def write_old(
    adapters: Adapters, raw: Any, identity: IdentityKey = ADA, customer: str = CUSTOMER.id, store: str = "us"
) -> None:
    """As the version before this one did, byte for byte."""
    prefix = adapters.keys.prefix
    raw.set(f"{prefix}:link:{{{identity.digest}}}:{store}", f"1 {customer} email {int(NOON)} acme")
    raw.hset(f"{prefix}:held:{store}:{customer}", "acme", identity.digest)


def old_keys(adapters: Adapters, raw: Any) -> list[str]:
    prefix = adapters.keys.prefix
    return [*raw.scan_iter(f"{prefix}:link:*"), *raw.scan_iter(f"{prefix}:held:*")]


def test_whoever_has_an_old_link_signs_in_and_it_is_moved(adapters: Adapters, raw: Any) -> None:
    write_old(adapters, raw)
    assert adapters.sign_ins.record(attempt(), session()) == CUSTOMER
    assert old_keys(adapters, raw) == []
    found = adapters.links.find(ADA, "us")
    assert found is not None
    assert (found.customer, found.evidence, found.created_at) == (CUSTOMER, "email", int(NOON))
    assert [one.identity for one in adapters.links.holders(CUSTOMER, "us")] == [ADA.digest]
    assert adapters.sign_ins.record(attempt(), session()) == CUSTOMER


def test_who_only_looks_finds_an_old_link_and_leaves_it_where_it_is(adapters: Adapters, raw: Any) -> None:
    assert adapters.links.peek(ADA, "us") is None
    write_old(adapters, raw)
    before = old_keys(adapters, raw)
    looked = adapters.links.peek(ADA, "us")
    assert looked is not None
    assert looked.customer == CUSTOMER
    assert old_keys(adapters, raw) == before
    assert adapters.links.find(ADA, "us") == looked, "which moves it"
    assert adapters.links.peek(ADA, "us") == looked


def test_a_customer_held_by_an_old_link_is_held(adapters: Adapters, raw: Any) -> None:
    write_old(adapters, raw)
    assert not adapters.sign_ins.link(link(EVE))
    assert adapters.sign_ins.record(attempt(), session(EVE)) is None
    assert adapters.sign_ins.record(attempt(), session(ADA)) == CUSTOMER


def test_an_import_sees_customers_held_by_old_links(adapters: Adapters, raw: Any) -> None:
    write_old(adapters, raw)
    row = LinkRow(EVE.digest, "acme", CUSTOMER.id)
    assert adapters.links.import_links("us", [row]) == [Conflict(identity=ADA.digest)]


def test_what_was_unlinked_does_not_come_back_from_an_old_link(adapters: Adapters, raw: Any) -> None:
    write_old(adapters, raw)
    assert adapters.links.unlink(ADA, "us") == CUSTOMER
    assert adapters.sign_ins.record(attempt(), session()) is None
    assert adapters.links.link(link(EVE))


@pytest.mark.parametrize("text", ["", "1", "2 101 email 1 acme", "1 101 dream 1 acme", "1 101 email x acme"])
def test_what_cannot_be_read_is_no_link(adapters: Adapters, raw: Any, text: str) -> None:
    raw.set(f"{adapters.keys.prefix}:link:{{{ADA.digest}}}:us", text)
    assert adapters.sign_ins.record(attempt(), session()) is None


def test_an_old_link_to_a_customer_that_is_anothers_by_now_is_left_and_told(
    adapters: Adapters, raw: Any
) -> None:
    adapters.links.link(link(EVE))
    write_old(adapters, raw)
    assert adapters.sign_ins.record(attempt(), session(ADA)) is None
    assert adapters.links.migrate() == (0, 1)
    assert len(old_keys(adapters, raw)) == 2


@pytest.mark.parametrize("dies_at", range(1, 12))
def test_whoever_dies_while_moving_a_link_loses_nothing(
    redis_server: DemoServer, adapters: Adapters, raw: Any, dies_at: int
) -> None:
    write_old(adapters, raw)
    mortal = RedisLinks(MortalServer(redis_server.url, dies_at), adapters.keys)
    try:
        mortal.migrate()
    except _Died:
        """And the others go on."""
    assert not adapters.links.link(link(EVE))
    assert adapters.sign_ins.record(attempt(), session()) == CUSTOMER
    adapters.links.migrate()
    assert old_keys(adapters, raw) == []


def test_all_are_moved_while_sign_ins_go_on(adapters: Adapters, raw: Any) -> None:
    people = [IdentityKey(ADA.issuer, f"person-{number}") for number in range(400)]
    for number, person in enumerate(people):
        write_old(adapters, raw, person, str(number), "us" if number % 2 else "eu")

    def sign_in(number: int) -> tuple[object, Customer]:
        store = "us" if number % 2 else "eu"
        return (
            adapters.sign_ins.record(attempt(store=store), session(people[number], store=store)),
            Customer(str(number)),
        )

    with ThreadPoolExecutor(8) as threads:
        moving = [threads.submit(adapters.links.migrate) for _ in range(2)]
        for round_ in range(3):
            del round_
            for got, wanted in threads.map(sign_in, range(len(people))):
                assert got == wanted
        assert all(task.result()[1] == 0 for task in moving)
    adapters.links.migrate()
    assert old_keys(adapters, raw) == []
    exported = [*adapters.links.all_links("us"), *adapters.links.all_links("eu")]
    assert sorted(int(row.customer) for row in exported) == list(range(400))
