"""What a sign-in asks of Redis, counted by Redis itself in a round of its own: watching it is not free."""

import time
from collections import Counter
from collections.abc import Callable

import redis

from bench.contenders import Contender
from bench.rounds import Row, shop

_BEGIN, _END = "the benchmark begins to look", "the benchmark has seen enough"
_QUIET = 2.0  # seconds


def count(url: str, contender: Contender, shoppers: int, seconds: float) -> Row:
    """Per sign-in: commands sent, commands that scripts called, and round trips.

    Round trips are of a shopper who is alone: those of many at once may travel together. What the contender
    asks without any sign-in is taken off, and told by itself.
    """
    client = redis.Redis.from_url(url)
    try:
        quiet = watch(client, lambda: time.sleep(_QUIET))
        alone = _per_sign_in(client, quiet, contender, 1, seconds)
        many = _per_sign_in(client, quiet, contender, shoppers, seconds)
    finally:
        client.close()
    return {
        "commands": alone["sent"],
        "commands_in_scripts": alone["called"],
        "round_trips": alone["reads"],
        f"reads_with_{shoppers}_shoppers": many["reads"],
        "commands_per_second_when_quiet": quiet["sent"] / _QUIET,
    }


def _per_sign_in(
    client: "redis.Redis", quiet: Counter[str], contender: Contender, shoppers: int, seconds: float
) -> Row:
    rows: list[Row] = []

    def work() -> None:
        times, took = shop(contender, shoppers, seconds)
        rows.append({"sign_ins": len(times), "seconds": took})

    seen = watch(client, work)
    (row,) = rows
    return {
        name: (seen[name] - quiet[name] / _QUIET * row["seconds"]) / row["sign_ins"]
        for name in ("sent", "called", "reads")
    }


def watch(client: "redis.Redis", work: Callable[[], None]) -> Counter[str]:
    """`sent` by clients and `called` by scripts (MONITOR tells them apart), and `reads` of the server.

    A read is what arrived in one piece, one command or a pipeline of them: one round trip.
    """
    seen: Counter[str] = Counter()
    with client.monitor() as monitor:  # type: ignore[no-untyped-call]
        client.echo(_BEGIN)
        before = _reads(client)
        work()
        seen["reads"] = _reads(client) - before - 1  # the second look saw itself
        client.echo(_END)
        commands = (one for one in monitor.listen() if not one["command"].startswith("INFO"))
        for command in commands:
            if command["command"].endswith(_BEGIN):
                break
        for command in commands:
            if command["command"].endswith(_END):
                break
            seen["called" if command["client_type"] == "lua" else "sent"] += 1
    return seen


def _reads(client: "redis.Redis") -> int:
    return int(client.info("stats")["total_reads_processed"])
