"""`python -m bench --spread`: how a bridge's keys and work spread over a Redis Cluster.

First by arithmetic: the customers of one store, by the slots of their keys, over 3, 6 and 12 primaries.
Then on a real Cluster of three primaries: shoppers sign in through a bridge, and each primary tells which
keys it has, how many commands it ran, and the CPU it took. The measure is the busiest against the mean.
"""

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from redis.crc import key_slot

from bench.cluster import SLOTS, start_cluster, url_of
from bench.driving import shop
from bench.links import ISSUER
from bench.served import served
from bench.verdicts import word
from bridge.domain.identity import IdentityKey, identity_digest
from bridge.domain.link_rows import LinkRow
from bridge.state.cluster import RedisCluster
from bridge.state.growing import every_tag, tag_of
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks

#: How much more than the mean one primary may have: of customers, and of work.
CUSTOMERS, WORK = 1.15, 1.25
PRIMARIES = 3
#: Commands of the Cluster itself, and of this benchmark.
_NOT_ASKED = {"ping", "info", "cluster", "cluster|slots", "cluster|info", "scan", "xlen", "config", "hello"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one primary has done so far."""

    commands: Counter[str]
    cpu: float  # seconds


def uneven(counts: Sequence[float]) -> float:
    """The largest against the mean; 1 where all are the same."""
    return max(counts) * len(counts) / sum(counts) if sum(counts) else 0.0


def primary_of(slot: int, primaries: int) -> int:
    """Which of them has a slot, when each has as many neighbouring ones."""
    return next(number for number in range(primaries) if slot < SLOTS * (number + 1) // primaries)


def shares(tags: Mapping[str, int], primaries: int) -> list[int]:
    """How many customers each primary has; `tags`: how many have keys with that tag."""
    held = [0] * primaries
    for tag, count in tags.items():
        held[primary_of(key_slot(f"{{{tag}}}".encode()), primaries)] += count
    return held


def customers(count: int) -> Counter[str]:
    """Subjects as Okta has them, by the tag of their keys."""
    return Counter(tag_of(identity_digest(ISSUER, f"00u{number:012d}5d7")) for number in range(count))


def kind(key: str) -> str:
    """`bridge:links:{abc}:us:3` is of the kind `links`."""
    return re.split(r"[:{]", key.split(":", 1)[1], maxsplit=1)[0]


def link_people(url: str, store: str, issuer: str, shoppers: int) -> None:
    """Makes every shopper a known customer, on a Cluster."""
    server = RedisCluster(url)
    people = (IdentityKey(issuer, f"shopper{number}").digest for number in range(shoppers))
    rows = [LinkRow(digest, store, str(1000 + number)) for number, digest in enumerate(people)]
    RedisLinks(server, Keys("bridge")).import_links(store, rows)
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spread", action="store_true", help="this benchmark")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=600, help="who sign in on the real Cluster")
    parser.add_argument("--sign-ins", type=int, default=3000)
    given = parser.parse_args()
    by_slots(given.customers)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        clients = stack.enter_context(start_cluster(folder, PRIMARIES))
        url = url_of(clients)
        bridge = stack.enter_context(
            served({"bench": 0}, redis_url=url, subjects=given.people, link=link_people)
        )
        shop(bridge.port, "bench", given.people, 32, given.people).all_signed_in()
        before = [taken(client) for client in clients]
        shop(bridge.port, "bench", given.sign_ins, 32, given.people).all_signed_in()
        tell(clients, before, given.sign_ins)


def by_slots(count: int) -> None:
    tags = customers(count)
    print(f"{count:,} customers of one store: {len(tags)} of {len(every_tag())} tags in use")
    for primaries in (3, 6, 12):
        held = shares(tags, primaries)
        most = uneven(held)
        print(f"  {primaries:2} primaries: {min(held):,} to {max(held):,} each")
        print(f"  {word(most <= CUSTOMERS)}: the fullest has {most:.2f} x the mean, at most {CUSTOMERS} x")


def taken(client: "redis.Redis") -> Taken:
    stats: dict[str, Any] = client.info("commandstats")
    names = {name.removeprefix("cmdstat_"): int(told["calls"]) for name, told in stats.items()}
    cpu = client.info("cpu")
    busy = float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])
    return Taken(Counter({name: calls for name, calls in names.items() if name not in _NOT_ASKED}), busy)


def tell(clients: "list[redis.Redis]", before: list[Taken], sign_ins: int) -> None:
    """Keys by kind, commands by name, CPU; a column for each primary."""
    print(f"a real Cluster of {len(clients)} primaries, {sign_ins} sign-ins: keys")
    _table([Counter(kind(key) for key in client.scan_iter(count=1000)) for client in clients])
    after = [taken(client) for client in clients]
    commands = [now.commands - then.commands for now, then in zip(after, before, strict=True)]
    print("commands for each sign-in, those that scripts run included")
    _table([Counter({name: calls / sign_ins for name, calls in one.items()}) for one in commands])
    cpu = [(now.cpu - then.cpu) / sign_ins * 1e6 for now, then in zip(after, before, strict=True)]
    print("CPU us for each sign-in: " + "  ".join(f"{one:.1f}" for one in cpu))
    for what, counts in (("commands", [one.total() for one in commands]), ("CPU", cpu)):
        most = uneven(counts)
        print(f"{word(most <= WORK)}: the busiest has {most:.2f} x the mean of {what}, at most {WORK} x")


def _table(columns: Sequence[Counter[Any]]) -> None:
    names: Iterable[str] = sorted({name for column in columns for name in column})
    for name in names:
        row = [float(column[name]) for column in columns]
        if sum(row) >= 0.01:
            told = "".join(f"{value:10.2f}" if value % 1 else f"{value:10.0f}" for value in row)
            print(f"  {name:16}{told}   max/mean {uneven(row):.2f}")


if __name__ == "__main__":
    main()
