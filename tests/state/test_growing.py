"""Hashes that are split while people read and write: no entry is ever out of sight."""

import itertools
import random
import threading
from typing import Any

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.identity import IdentityKey
from bridge.domain.link_rows import EmailRow, LinkRow
from bridge.state.growing import FULL, GROWING, TAGS, every_tag, tag_of
from bridge.state.keys import links_of
from bridge.state.link_scripts import FIND
from bridge.state.links import RedisLinks
from bridge.state.server import RedisServer, Script
from tests.contracts.people import ADA, CUSTOMER, attempt, link, session

from .conftest import Adapters

_PUT = Script(
    GROWING
    + "local name = at(KEYS[1], ARGV[1]) redis.call('HSET', name, ARGV[1], ARGV[2]) grew(KEYS[1], name) return 1"
)


def test_tags_are_three_digits_and_spread_evenly() -> None:
    assert len(set(every_tag())) == TAGS
    assert all(len(tag) == 3 for tag in every_tag())
    counts: dict[str, int] = {}
    for number in range(200_000):
        tag = tag_of(str(1_000_000 + number))
        counts[tag] = counts.get(tag, 0) + 1
    assert len(counts) == TAGS
    assert max(counts.values()) < 2 * 200_000 / TAGS


def test_a_tag_never_changes() -> None:
    # Links in production are found by these.
    assert tag_of("101") == "07c"
    assert tag_of(IdentityKey("https://idp.acme.example", "ada").digest) == "f9f"


@pytest.mark.parametrize("count", [1, FULL, FULL + 1, 1000, 3000])
def test_everything_is_found_whatever_the_size(adapters: Adapters, raw: Any, count: int) -> None:
    part = adapters.keys.links("abc", "us")
    for number in range(count):
        adapters.server.run(_PUT, (part,), f"field{number} x", number)
    for number in range(count):
        assert adapters.server.run(FIND, (part,), f"field{number} x") == str(number)
    assert adapters.server.run(FIND, (part,), "another") is None
    hashes = [name for name in raw.scan_iter(f"{part}*") if not name.endswith(":n")]
    assert sum(raw.hlen(name) for name in hashes) == count
    assert max(raw.hlen(name) for name in hashes) < 128, "Redis keeps these compact"
    if count >= 1000:
        assert len(hashes) > count / FULL
        assert {raw.object("encoding", name) for name in hashes} == {"listpack"}


def test_people_of_a_part_that_grew_are_signed_in(adapters: Adapters, raw: Any) -> None:
    part = links_of(adapters.keys, ADA, "us")
    for number in range(20 * FULL):
        adapters.server.run(_PUT, (part,), f"field{number}", number)
    adapters.sign_ins.link(link())
    assert int(raw.get(f"{part}:n")) > 10
    assert not raw.hexists(part, ADA.digest)
    assert adapters.sign_ins.record(attempt(), session()) == CUSTOMER


def test_nobody_misses_an_entry_while_hashes_are_split(adapters: Adapters) -> None:
    part = adapters.keys.links("abc", "us")
    written: list[int] = []
    missed: list[int] = []
    done = threading.Event()

    def write(start: int) -> None:
        for number in range(start, start + 1500):
            adapters.server.run(_PUT, (part,), f"f{number}", number)
            written.append(number)

    def read() -> None:
        chance = random.Random(7)
        while not done.is_set():
            if written:
                number = chance.choice(written)
                if adapters.server.run(FIND, (part,), f"f{number}") != str(number):
                    missed.append(number)

    readers = [threading.Thread(target=read) for _ in range(3)]
    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 10_000, 20_000)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert len(written) == 4500
    assert missed == []


@pytest.mark.slow
def test_an_export_meets_entries_that_are_moved_while_it_reads(
    redis_server: DemoServer, adapters: Adapters
) -> None:
    """Between the question how many hashes there are and their reading, the part is split many times."""
    same_part = (str(number) for number in itertools.count() if tag_of(str(number)) == "abc")
    rows = [
        LinkRow(f"{n:022d}", "acme", customer) for n, customer in zip(range(2000), same_part, strict=False)
    ]
    adapters.links.import_links("us", rows[:40])

    class Slow(RedisServer):
        def each(self, *commands: tuple[str | int, ...]) -> list[Any]:
            if commands[0][0] == "HGETALL" and any("{abc}" in str(name) for _, name in commands):
                adapters.links.import_links("us", rows[40:])
            return super().each(*commands)

    slow = Slow(redis_server.url)
    exported = {row.customer for row in RedisLinks(slow, adapters.keys).all_links("us")}
    slow.close()
    assert exported >= {row.customer for row in rows[:40]}


@pytest.mark.slow
def test_an_export_misses_nothing_that_stood_there_before(adapters: Adapters) -> None:
    before = [EmailRow(f"old{n:019d}", str(n)) for n in range(3000)]
    adapters.links.import_emails("us", before)
    rows = [LinkRow(f"{n:022d}", "acme", f"c{n}") for n in range(3000)]
    adapters.links.import_links("us", rows)
    growing = threading.Event()

    def grow() -> None:
        for start in range(100_000, 140_000, 2000):
            adapters.links.import_links(
                "us", [LinkRow(f"{n:022d}", "acme", f"c{n}") for n in range(start, start + 2000)]
            )
            growing.set()

    thread = threading.Thread(target=grow)
    thread.start()
    growing.wait()
    exported = {row.customer for row in adapters.links.all_links("us")}
    thread.join()
    assert exported >= {row.customer for row in rows}
    assert set(adapters.links.all_emails("us")) == set(before)
