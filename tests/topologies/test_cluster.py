"""Each command finds the server that has its key, also while keys move from one to another."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.crc import key_slot

from bridge.domain.deadline import Deadline
from bridge.domain.refusal import Reason, Refused
from bridge.state.cluster import RedisCluster
from bridge.state.growing import tag_of
from bridge.state.keys import links_of
from bridge.state.link_scripts import FIND, LINK
from bridge.state.old_links import OldLinks
from bridge.state.server import Script
from tests.contracts.people import ADA, attempt, link, session
from tests.journeys.process import quiet_port
from tests.state.conftest import Adapters

from .servers import Process
from .several import Clustered

_READ = Script("return redis.call('GET', KEYS[1])")


@pytest.fixture
def moving(cluster: Clustered, adapters: Adapters) -> Iterator["_Move"]:
    """The slot of Ada's links in the middle of its way to another server; back again after the test."""
    move = _Move(cluster, links_of(adapters.keys, ADA, "us"))
    yield move
    move.back()


class _Move:
    """A resharding, stopped at each step."""

    def __init__(self, cluster: Clustered, key: str) -> None:
        self.key, self.slot = key, key_slot(key.encode())
        self.source = cluster.of(key)
        self.target = next(one for one in cluster.primaries if one is not self.source)
        self._cluster = cluster

    def begin(self) -> None:
        self.target.ask("CLUSTER", "SETSLOT", self.slot, "IMPORTING", str(self.source.ask("CLUSTER", "MYID")))
        self.source.ask("CLUSTER", "SETSLOT", self.slot, "MIGRATING", str(self.target.ask("CLUSTER", "MYID")))

    def carry(self, *keys: str) -> None:
        self.source.ask("MIGRATE", "127.0.0.1", self.target.port, "", 0, 5000, "KEYS", *keys)

    def carry_all(self) -> None:
        while keys := self.source.ask("CLUSTER", "GETKEYSINSLOT", self.slot, 100):
            assert isinstance(keys, list)
            self.carry(*keys)

    def end(self) -> None:
        self.carry_all()
        told = str(self.target.ask("CLUSTER", "MYID"))
        for one in (self.target, self.source, *self._cluster.primaries):
            one.ask("CLUSTER", "SETSLOT", self.slot, "NODE", told)

    def back(self) -> None:
        self.end()
        self.source, self.target = self.target, self.source
        self.begin()
        self.end()


def test_keys_are_spread_and_each_is_found(adapters: Adapters, cluster: Clustered) -> None:
    for number in range(100):
        adapters.server.command("SET", f"{adapters.keys.prefix}:{number}", number)
    sizes = [len(_keys_of(one, adapters)) for one in cluster.primaries]
    assert min(sizes) > 10
    assert sum(sizes) == 100
    asked = [("GET", f"{adapters.keys.prefix}:{number}") for number in range(100)]
    assert adapters.server.each(*asked) == [str(number) for number in range(100)]
    found = [name for names in adapters.server.scan(f"{adapters.keys.prefix}:*", 10) for name in names]
    assert len(set(found)) == 100


def test_links_of_older_versions_are_found_on_every_server(adapters: Adapters) -> None:
    digests = [f"identity{number:04}" for number in range(30)]
    for digest in digests:
        adapters.server.command(
            "SET", f"{adapters.keys.prefix}:link:{{{digest}}}:us", "1 7 claim 1700000000 acme"
        )
    assert sorted(OldLinks(adapters.server, adapters.keys).all()) == [(digest, "us") for digest in digests]


def test_servers_that_forgot_the_scripts_are_told_them_again(adapters: Adapters, cluster: Clustered) -> None:
    put = attempt()
    adapters.attempts.put(put)
    for one in cluster.primaries:
        one.ask("SCRIPT", "FLUSH")
    assert adapters.attempts.take(put.state) == put
    adapters.links.link(link())
    for one in cluster.primaries:
        one.ask("SCRIPT", "FLUSH")
    many = [((links_of(adapters.keys, ADA, "us"),), (ADA.digest,))] * 3
    assert len(set(adapters.server.run_many(FIND, many))) == 1


def test_a_slot_that_was_moved_is_followed(adapters: Adapters, moving: _Move) -> None:
    assert adapters.links.link(link())
    moving.begin()
    moving.end()
    assert adapters.links.find(ADA, "us")
    assert adapters.sign_ins.record(attempt(), session())


def test_a_key_that_is_on_its_way_is_asked_for_where_it_went(adapters: Adapters, moving: _Move) -> None:
    key = f"{moving.key}:other"
    adapters.server.command("SET", key, "here")
    moving.begin()
    moving.carry(key)
    assert adapters.server.command("GET", key) == "here"
    assert adapters.server.run(_READ, (key,)) == "here"
    assert adapters.server.each(("GET", key)) == ["here"]
    assert adapters.server.run_many(_READ, [((key,), ())]) == ["here"]


def test_a_link_on_its_way_is_never_taken_for_none(adapters: Adapters, moving: _Move) -> None:
    """Its part has moved, and how many hashes the part has is still at the old place: ASK would find nothing."""
    adapters.links.link(link())
    adapters.server.command("SET", f"{moving.key}:n", 2)  # Ada's link is in either of two hashes
    server = adapters.server
    for field, text in server.command("HGETALL", moving.key).items():
        server.command("HSET", f"{moving.key}:1", field, text)
    moving.begin()
    moving.carry(moving.key)
    began = time.monotonic()
    with pytest.raises(Refused) as caught:
        adapters.links.find(ADA, "us")
    assert caught.value.reason is Reason.STATE_UNAVAILABLE
    assert time.monotonic() - began < 1.5
    moving.end()
    assert adapters.links.find(ADA, "us")


def test_a_link_on_its_way_is_waited_for_a_moment(adapters: Adapters, moving: _Move) -> None:
    adapters.links.link(link())
    moving.begin()
    moving.carry(moving.key)
    later = threading.Timer(0.15, moving.end)
    later.start()
    assert adapters.links.find(ADA, "us")
    later.join()


def test_which_scripts_may_follow_to_a_server_that_lacks_some_keys() -> None:
    assert _READ.names_its_keys
    assert not FIND.names_its_keys
    assert not LINK.names_its_keys


def test_a_cluster_without_slots_says_so(tmp_path: Path) -> None:
    alone = Process(tmp_path, cluster_enabled="yes", cluster_port=str(quiet_port())).start()
    server = RedisCluster(f"redis+cluster://{alone.place}")
    try:
        alone.await_pong()
        with pytest.raises(Refused) as caught:
            server.command("GET", "x")
        assert "has not been made yet" in caught.value.detail
    finally:
        server.close()
        alone.kill()


def test_no_server_at_all_refuses_at_once() -> None:
    server = RedisCluster(f"redis+cluster://127.0.0.1:{quiet_port()},127.0.0.1:{quiet_port()}")
    began = time.monotonic()
    acts: list[Any] = [
        lambda: server.command("GET", "x"),
        lambda: server.each(("GET", "x")),
        lambda: server.run(_READ, ("x",)),
        lambda: list(server.scan("*")),
    ]
    for act in acts:
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.reason is Reason.STATE_UNAVAILABLE
    assert time.monotonic() - began < 1
    server.close()


def test_locks_are_let_go_on_two_servers(adapters: Adapters, raw: Any) -> None:
    with adapters.sign_ins.creating("us", ADA, "ada@acme.com", Deadline(5, time.monotonic)):
        assert raw.exists(adapters.keys.lock("us", "ada@acme.com"))
    assert not raw.exists(adapters.keys.lock("us", "ada@acme.com"))


def _keys_of(one: Process, adapters: Adapters) -> list[str]:
    found = one.ask("KEYS", f"{adapters.keys.prefix}:*")
    assert isinstance(found, list)
    return found


def test_tags_are_in_many_slots() -> None:
    assert len({key_slot(f"{{{tag_of(str(number))}}}".encode()) for number in range(1000)}) > 500
