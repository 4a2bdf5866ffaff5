"""`python -m bench --links N`: what a link costs, and how fast links are imported, found and exported."""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis

from bridge.demo.redis_server import start_redis
from bridge.domain.identity import IdentityKey, identity_digest
from bridge.domain.link_rows import LinkRow
from bridge.state.growing import tag_of
from bridge.state.keys import Keys
from bridge.state.link_scripts import FIND
from bridge.state.links import RedisLinks
from bridge.state.server import RedisServer

ISSUER = "https://acme.okta.com/oauth2/default"
_BATCH = 20_000
_LOOKED_UP = 200_000


def link_shoppers(url: str, store: str, issuer: str, shoppers: int) -> None:
    """Makes every shopper of the other benchmarks a known customer."""
    rows = [
        LinkRow(IdentityKey(issuer, f"shopper{number}").digest, store, str(1000 + number))
        for number in range(shoppers)
    ]
    server = RedisServer(url)
    RedisLinks(server, Keys("bridge")).import_links(store, rows)
    server.close()


def people(count: int) -> Iterator[list[LinkRow]]:
    """Batches of rows with subjects as Okta has them and customers as BigCommerce numbers them."""
    for start in range(0, count, _BATCH):
        yield [
            LinkRow(
                identity_digest(ISSUER, f"00u{number:012d}5d7"),
                "acme",
                str(1_000_000 + number),
                "imported",
                1_700_000_000,
            )
            for number in range(start, min(start + _BATCH, count))
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=100_000)
    parser.add_argument("--no-disk", action="store_true", help="Redis writes neither its log nor snapshots")
    given = parser.parse_args()
    count = given.links
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        started = stack.enter_context(start_redis(folder / "redis"))
        client = redis.Redis.from_url(started.url)
        stack.callback(client.close)
        server = RedisServer(started.url)
        stack.callback(server.close)
        links = RedisLinks(server, Keys("bridge"))
        if given.no_disk:
            client.config_set("appendonly", "no")
            client.config_set("save", "")
        before = client.info("memory")
        with measured(client, "import", count):
            links.make_room("us", count)
            for became in links.import_batches("us", people(count)):
                assert became == ["new"] * len(became)
        after = client.info("memory")
        for what in ("used_memory", "used_memory_rss"):
            print(f"{what}: {(after[what] - before[what]) / count:.1f} bytes per link")
        with measured(client, "import again, nothing new", count):
            for became in links.import_batches("us", people(count)):
                assert became == ["same"] * len(became)
        look_up(client, server, count)
        with measured(client, "export", count):
            assert sum(1 for _ in links.all_links("us")) == count
        print(f"RDB: {size_on_disk(client, folder) / count:.1f} bytes per link; keys: {client.dbsize()}")


def look_up(client: "redis.Redis", server: RedisServer, count: int) -> None:
    """As a sign-in does, one identity each, a hundred in flight."""
    keys = Keys("bridge")
    digests = [identity_digest(ISSUER, f"00u{n * 7919 % count:012d}5d7") for n in range(_LOOKED_UP)]
    with measured(client, "look-up, pipelined", _LOOKED_UP):
        for start in range(0, _LOOKED_UP, 100):
            calls = [((keys.links(tag_of(one), "us"),), (one,)) for one in digests[start : start + 100]]
            assert all(server.run_many(FIND, calls))
    links = RedisLinks(server, keys)
    few = digests[:5000]
    with measured(client, "look-up, one after the other", len(few)):
        assert all(links.find(one, "us") for one in few)


@contextmanager
def measured(client: "redis.Redis", what: str, count: int) -> Iterator[None]:
    """Prints how many a second, and the CPU of this process and of the server."""
    busy = cpu(client)
    own, began = time.process_time(), time.monotonic()
    yield
    took, mine = time.monotonic() - began, time.process_time() - own
    theirs = cpu(client) - busy
    print(
        f"{what}: {count / took:,.0f}/s; CPU per one: client {mine / count * 1e6:.1f} us, "
        f"server {theirs / count * 1e6:.1f} us"
    )


def cpu(client: "redis.Redis") -> float:
    info = client.info("cpu")
    return float(info["used_cpu_sys"]) + float(info["used_cpu_user"])


def size_on_disk(client: "redis.Redis", folder: Path) -> int:
    client.save()
    return max((file.stat().st_size for file in folder.rglob("*.rdb")), default=0)
