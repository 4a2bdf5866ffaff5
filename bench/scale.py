"""`python -m bench --scale`: sign-ins a second by number of worker processes, and what a thousand need.

Rounds of 1, 2 and 4 workers, interleaved. Bridge, Redis, provider and shoppers share this machine's cores,
so that beyond some number of workers sign-ins a second do not grow; CPU for each sign-in is what counts.
Then: what each sign-in leaves in Redis and for how long, from which follows what many need.
"""

import argparse
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import redis

from bench.driving import shop
from bench.processes import cpu_seconds, family, memory_of
from bench.served import Served, redis_client, served
from bench.sizing import LINK_BYTES, Cost, KeyCost, customer_bytes, live_bytes, need
from bench.spread import kind
from bench.verdicts import word

#: Customers that sign in; many, since sessions are kept by customer.
SUBJECTS = 2000
WARM = 600
#: How much dearer a sign-in may be with more processes on as many cores.
DEARER = 1.15
_SAMPLES = 300  # keys of each kind whose size is asked for


@dataclass(frozen=True, slots=True)
class Row:
    """One round, each figure for one sign-in but the first two."""

    rate: float  # sign-ins a second
    cores: float  # that the bridge kept busy
    cost: Cost

    def __str__(self) -> str:
        cost = self.cost
        return (
            f"{self.rate:5.0f} sign-ins/s on {self.cores:.2f} cores  CPU-ms {cost.bridge_ms:.2f}  "
            f"Redis: {cost.redis_ms:.3f} CPU-ms, {cost.commands:.1f} commands in {cost.trips:.1f} trips  "
            f"a worker {cost.worker_mb:.0f} MB (PSS), the server {cost.server_mb:.0f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", action="store_true", help="this benchmark")
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--sign-ins", type=int, default=3000, help="in each round")
    parser.add_argument("--shoppers", type=int, default=32, help="for each worker")
    parser.add_argument("--rate", type=float, default=1000, help="a second, to size for")
    parser.add_argument("--customers", type=int, default=100_000_000, help="to size for")
    given = parser.parse_args()
    rows: dict[int, list[Row]] = {int(one): [] for one in given.workers.split(",")}
    kinds: list[KeyCost] = []
    for _ in range(given.rounds):
        for workers, measured in rows.items():
            with served({"bench": 0}, workers=workers, subjects=SUBJECTS) as bridge:
                measured.append(measure(bridge, given.sign_ins, workers * given.shoppers))
                kinds = kinds or left_behind(redis_client(bridge.redis_url), WARM + given.sign_ins)
            print(f"{workers} workers  {measured[-1]}", flush=True)
    middle = {workers: medians(measured) for workers, measured in rows.items()}
    print("medians")
    for workers, row in middle.items():
        print(f"{workers} workers  {row}")
    print(verdict({workers: row.cost.bridge_ms for workers, row in middle.items()}, os.cpu_count() or 1))
    tell_needs(next(iter(middle.values())).cost, kinds, given.rate, given.customers)


def measure(bridge: Served, sign_ins: int, shoppers: int) -> Row:
    shop(bridge.port, "bench", WARM, shoppers, SUBJECTS).all_signed_in()  # warm
    client = redis_client(bridge.redis_url)
    pids = family(bridge.pid)
    busy, before = cpu_seconds(pids), redis_work(client)
    began = time.monotonic()
    shop(bridge.port, "bench", sign_ins, shoppers, SUBJECTS).all_signed_in()
    took = time.monotonic() - began
    busy, after = cpu_seconds(pids) - busy, redis_work(client)
    client.close()
    workers = [memory_of(pid).proportional for pid in bridge.worker_pids()]
    cost = Cost(
        bridge_ms=busy / sign_ins * 1000,
        redis_ms=(after[0] - before[0]) / sign_ins * 1000,
        commands=(after[1] - before[1]) / sign_ins,
        trips=(after[2] - before[2]) / sign_ins,
        worker_mb=sum(workers) / len(workers),
        server_mb=memory_of(bridge.pid).proportional,
    )
    return Row(sign_ins / took, busy / took, cost)


def redis_work(client: "redis.Redis") -> tuple[float, int, int]:
    """So far: seconds of CPU; commands, those that scripts run included; what came in one piece: trips."""
    cpu, stats = client.info("cpu"), client.info("stats")
    busy = float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])
    return busy, int(stats["total_commands_processed"]), int(stats["total_reads_processed"])


def medians(rows: list[Row]) -> Row:
    def of(*names: str) -> dict[str, float]:
        return {name: statistics.median(getattr(row.cost, name) for row in rows) for name in names}

    cost = Cost(**of("bridge_ms", "redis_ms", "commands", "trips", "worker_mb", "server_mb"))
    return Row(
        statistics.median(row.rate for row in rows), statistics.median(row.cores for row in rows), cost
    )


def verdict(bridge_ms: Mapping[int, float], cores: int) -> str:
    """`bridge_ms`: CPU-ms of a sign-in by number of workers. Only as many as there are cores are judged."""
    judged = [ms for workers, ms in bridge_ms.items() if workers <= cores]
    dearer = max(judged) / judged[0]
    told = f"up to {cores} workers a sign-in costs {dearer:.2f} x the CPU of the fewest, at most {DEARER} x"
    return f"{word(dearer <= DEARER)}: {told}"


def left_behind(client: "redis.Redis", sign_ins: int) -> list[KeyCost]:
    """What sign-ins leave in Redis, by kind of key: those that end, and streams, of which so much is kept."""
    names = defaultdict[str, list[str]](list)
    for name in client.scan_iter(count=1000):
        names[kind(name)].append(name)
    costs = []
    for what, found in sorted(names.items()):
        size = statistics.mean(client.memory_usage(name, samples=0) or 0 for name in found[:_SAMPLES])
        life = max(client.ttl(name) for name in found[:_SAMPLES])
        if life > 0:
            costs.append(KeyCost(what, len(found) / sign_ins, size, life))
        elif client.type(found[0]) == "stream":
            length = client.xlen(found[0])
            costs.append(KeyCost(what, length / sign_ins, size / max(1, length), 0))
    client.close()
    return costs


def tell_needs(cost: Cost, kinds: list[KeyCost], rate: float, customers: int) -> None:
    """Prints what follows for a rate and for a number of customers."""
    print("each sign-in leaves in Redis")
    for one in kinds:
        kept = f"for {one.life:.0f} s" if one.life else "as long as there is room in its stream"
        print(f"  {one.kind:14}{one.each:5.2f} of {one.size:5.0f} B {kept}")
    needed = need(cost, rate)
    print(f"{rate:,.0f} sign-ins a second need")
    print(f"  bridge: {needed.cores:.1f} cores busy, so {needed.workers} workers: {needed.memory_mb:,.0f} MB")
    print(f"  Redis: {needed.redis_share:.0%} of a core for {needed.redis_commands:,.0f} commands a second")
    for hours in (1 / 6, 1, 12):
        live = live_bytes(kinds, rate, hours * 3600)
        print(f"  Redis: {live / 1e9:.1f} GB for what lives after {hours * 60:.0f} minutes at that rate")
    print(f"{customers:,} customers need {customer_bytes(customers) / 1e9:.1f} GB ({LINK_BYTES} B a link)")


if __name__ == "__main__":
    main()
