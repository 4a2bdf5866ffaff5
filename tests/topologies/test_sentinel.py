"""Behind Sentinel: who the primary is, and that an old one is never written to."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.state.server import RedisServer, Script
from bridge.state.whereabouts import Access
from tests.contracts.people import ADA, link
from tests.journeys.process import quiet_port
from tests.state.conftest import Adapters

from .servers import until_true
from .several import Watched

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("both_ways")]

_WRITE = Script("return redis.call('SET', KEYS[1], ARGV[1])")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with Watched(tmp_path_factory.mktemp("watched"), sentinel_password="open-sesame") as made:
        yield made


def server_of(watched: Watched, **access: Any) -> RedisServer:
    return RedisServer(watched.url, access=Access(sentinel_password=Secret("open-sesame"), **access))


@pytest.fixture
def server(watched: Watched) -> Iterator[RedisServer]:
    made = server_of(watched)
    yield made
    made.close()


def test_the_primary_is_found(server: RedisServer, watched: Watched) -> None:
    assert server.command("SET", "found", "1")
    assert watched.primary.ask("GET", "found") == "1"


def test_a_wrong_password_of_the_sentinels_is_named(watched: Watched) -> None:
    server = RedisServer(watched.url)
    with pytest.raises(Refused) as caught:
        server.command("GET", "x")
    assert caught.value.reason is Reason.STATE_UNAVAILABLE
    assert "no Sentinel names the primary" in caught.value.detail
    assert "uthentication" in caught.value.detail
    server.close()


def test_a_name_that_nobody_watches_is_named(watched: Watched) -> None:
    access = Access(sentinel_password=Secret("open-sesame"))
    server = RedisServer(watched.url.replace("/main/", "/other/"), access=access)
    with pytest.raises(Refused) as caught:
        server.command("GET", "x")
    assert "watches no master of that name" in caught.value.detail
    server.close()


def test_sentinels_that_are_gone_are_passed_over(watched: Watched) -> None:
    gone = f"127.0.0.1:{quiet_port()},"
    server = RedisServer(
        watched.url.replace("://", "://" + gone), access=Access(sentinel_password=Secret("open-sesame"))
    )
    assert server.command("SET", "passed", "1")
    server.close()


def test_without_any_sentinel_it_refuses_in_time() -> None:
    server = RedisServer(f"redis+sentinel://127.0.0.1:{quiet_port()},127.0.0.1:{quiet_port()}/main/0")
    began = time.monotonic()
    with pytest.raises(Refused):
        server.command("GET", "x")
    assert time.monotonic() - began < 1
    server.close()


def test_a_link_waits_for_replicas(watched: Watched) -> None:
    server = server_of(watched, wait_replicas=2)
    adapters = Adapters.on(server)
    try:
        assert adapters.links.link(link())
        for replica in watched.replicas:
            assert replica.ask("KEYS", f"{adapters.keys.prefix}:links:*")
        for replica in watched.replicas:
            replica.stand_still()
        began = time.monotonic()
        with pytest.raises(Refused) as caught:
            adapters.links.link(link(store="other"))
        assert caught.value.reason is Reason.STATE_UNAVAILABLE
        assert "wait_replicas" in caught.value.detail
        assert time.monotonic() - began < 2
    finally:
        for replica in watched.replicas:
            replica.go_on()
    until_true(lambda: adapters.links.link(link(store="other")))
    assert adapters.links.find(ADA, "other")
    server.close()


def test_an_old_primary_that_came_back_is_not_written_to(watched: Watched) -> None:
    """Last: the primary is another one after it. Sentinel makes it a replica a while after it is back."""
    server = server_of(watched)
    server.command("SET", "mine", "0")
    for one in watched.sentinels:  # nobody tells the old one
        one.ask("SENTINEL", "SET", "main", "down-after-milliseconds", 300, password="open-sesame")
    watched.primary.stand_still()
    until_true(lambda: server.run(_WRITE, ("mine",), "1") == "OK")
    for one in watched.sentinels:
        one.stand_still()
    watched.primary.go_on()
    try:
        time.sleep(0.1)  # in which what Sentinel said last still counts
        server.close()
        with pytest.raises(Refused):  # nobody tells who is in charge; the old connections are gone
            server.command("SET", "mine", "2")
        assert watched.primary.ask("GET", "mine") != "2"
    finally:
        for one in watched.sentinels:
            one.go_on()
    until_true(lambda: server.command("SET", "mine", "2"))
    assert any(replica.ask("GET", "mine") == "2" for replica in watched.replicas)
    server.close()
