"""Names are looked up once for all, and whose name server hangs keeps nobody else waiting."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bridge.net.client import HttpClient, Trust
from bridge.net.names import Names

from .exchanging import HERE, asking, echo
from .on_loop import Worker
from .servers import serving

pytestmark = pytest.mark.slow


class NameServer:
    """Knows `*.test` as this machine; hangs over what begins with `hangs`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.goes_on = threading.Event()
        self.trouble: Exception | None = None
        self.hangs: Callable[[str], bool] = lambda name: name.startswith("hangs")

    def look_up(self, name: str, port: int, **_hints: Any) -> list[Any]:
        self.asked.append(name)
        if self.hangs(name):
            self.goes_on.wait(30)
        if self.trouble is not None:
            raise self.trouble
        if not name.rstrip(".").endswith(".test"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    monkeypatch.setattr("bridge.net.names.socket.getaddrinfo", server.look_up)
    yield server
    server.goes_on.set()


def test_attack_one_name_server_that_hangs_keeps_other_names_from_being_looked_up(
    worker: Worker, names: NameServer
) -> None:
    """libcurl looks up twenty names at a time, of all providers together."""
    with serving(echo) as server:
        client = HttpClient(HERE)
        hanging = [worker.begin(asking(client, f"http://hangs.test:{server.port}/")) for _ in range(100)]
        began = time.monotonic()
        for number in range(10):
            assert worker.call(asking(client, f"http://there{number}.test:{server.port}/{number}")) == (
                f"/{number}"
            )
        assert time.monotonic() - began < 1.5
        assert {one.result(10) for one in hanging} == {"timeout"}
        assert names.asked.count("hangs.test") == 1, "once for all who want it"


def test_a_crowd_at_one_new_name_asks_for_it_once(worker: Worker, names: NameServer) -> None:
    with serving(echo) as server:
        client = HttpClient(HERE)
        url = f"http://shop.test:{server.port}/all"
        assert worker.all([asking(client, url)] * 50) == ["/all"] * 50
        assert worker.call(asking(client, url)) == "/all"
        assert names.asked == ["shop.test"]


def test_old_addresses_serve_on_while_no_newer_ones_are_to_be_had(
    worker: Worker, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.net.names._GOOD", 0.0)
    monkeypatch.setattr("bridge.net.names._LOOK_AGAIN", 0.0)
    with serving(echo) as server:
        client = HttpClient(HERE)
        url = f"http://shop.test:{server.port}/on"
        assert worker.call(asking(client, url)) == "/on"
        names.trouble = socket.gaierror(socket.EAI_AGAIN, "away")
        assert worker.call(asking(client, url)) == "/on"
        names.trouble, names.hangs = None, lambda _name: True
        began = time.monotonic()
        assert worker.call(asking(client, url)) == "/on"
        assert time.monotonic() - began < 2
        assert len(names.asked) == 3


def test_an_unknown_name_is_unreachable_and_a_lookup_is_part_of_the_time_limit(
    worker: Worker, names: NameServer
) -> None:
    client = HttpClient(HERE)
    assert worker.call(asking(client, "http://nobody.invalid/")) == "unreachable"
    began = time.monotonic()
    assert worker.call(asking(client, "http://hangs.test/", 0.4)) == "timeout"
    assert time.monotonic() - began < 1.5


def test_attack_a_name_that_leads_inside_is_refused_as_before(worker: Worker, names: NameServer) -> None:
    with serving(echo) as server:
        client = HttpClient(Trust(plain_http=True))
        assert worker.call(asking(client, f"http://rebound.test:{server.port}/")) == "refused_address"
        assert server.peers == []
        assert names.asked == ["rebound.test"]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f.1", "[::1]", "localhost", "a.localhost", "localhost.", "b\u00fccher.test", "*", "",
     "a.test:port", "[::1", "a b.test", "a,b.test", "a%2cb.test", "a%3a1", "x.0x1"],
)  # fmt: skip
def test_what_is_no_plain_name_is_left_to_libcurl(worker: Worker, host: str) -> None:
    assert Names(worker.loop).due(f"https://{host}/a?b") is None
    assert Names(worker.loop).due(f"https://{host}") is None


@pytest.mark.parametrize("url", ["https://A.test", "https://a.test/x:7@y", "https://u:p@a.test:443?x",
                                 "https://%61.t%45st"])  # fmt: skip
def test_the_name_and_port_of_an_address(worker: Worker, url: str) -> None:
    assert Names(worker.loop).due(url) == ("a.test", 443)


@pytest.mark.parametrize("spelt", ["h%61ngs.test", "hangs.test.", "HANGS.test", "ha_ngs~.test"])
def test_attack_a_name_is_spelt_so_that_libcurl_looks_it_up(
    worker: Worker, names: NameServer, spelt: str
) -> None:
    names.hangs = lambda _name: False
    with serving(echo) as server:
        assert worker.call(asking(HttpClient(HERE), f"http://{spelt}:{server.port}/in")) == "/in"
        assert len(names.asked) == 1
