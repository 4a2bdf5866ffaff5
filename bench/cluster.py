"""A Redis Cluster on loopback, made as an operator makes one; for looking at, not for surviving."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import redis

from bench.processes import free_port, run
from bridge.demo.redis_binary import find_binary

SLOTS = 16384
_PATIENCE = 20.0


@contextmanager
def start_cluster(folder: Path, primaries: int) -> "Iterator[list[redis.Redis]]":
    """A client of each primary; they have neighbouring slots, as many each, and no replicas."""
    with ExitStack() as stack:
        places = [(free_port(), free_port()) for _ in range(primaries)]
        clients = [_start(stack, folder, *place) for place in places]
        for number, client in enumerate(clients):
            _until(client.ping)
            first, last = SLOTS * number // primaries, SLOTS * (number + 1) // primaries - 1
            _ask(client, "CLUSTER", "ADDSLOTSRANGE", first, last)
            _ask(client, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for port, bus in places[1:]:
            _ask(clients[0], "CLUSTER", "MEET", "127.0.0.1", port, bus)
        _until(lambda: all(_is_whole(client, primaries) for client in clients))
        yield clients


def url_of(clients: "list[redis.Redis]") -> str:
    """As the configuration names it."""
    ports = (client.connection_pool.connection_kwargs["port"] for client in clients)
    return f"redis+cluster://{','.join(f'127.0.0.1:{port}' for port in ports)}"


def _start(stack: ExitStack, folder: Path, port: int, bus: int) -> "redis.Redis":
    home = folder / str(port)
    home.mkdir(parents=True)
    options = {
        "port": port,
        "cluster-port": bus,
        "bind": "127.0.0.1",
        "dir": home,
        "logfile": home / "log",
        "cluster-enabled": "yes",
        "appendonly": "yes",
    }
    words = [f"--{name} {value}".split(" ", 1) for name, value in options.items()]
    run(stack, folder, str(find_binary().path), *(word for pair in words for word in pair), "--save", "")
    client = redis.Redis(port=port, decode_responses=True, protocol=2)
    stack.callback(client.close)
    return client


def _is_whole(client: "redis.Redis", primaries: int) -> bool:
    told = _ask(client, "CLUSTER", "INFO")
    lines = told if isinstance(told, dict) else dict(x.split(":", 1) for x in str(told).split("\r\n") if x)
    return lines["cluster_state"] == "ok" and int(lines["cluster_size"]) == primaries


def _ask(client: "redis.Redis", *words: str | int) -> Any:
    return client.execute_command(*words)  # type: ignore[no-untyped-call]


def _until(holds: Any) -> None:
    """Waits until a call gives something true. Raises `TimeoutError`."""
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        with suppress(redis.RedisError, subprocess.SubprocessError):
            if holds():
                return
        time.sleep(0.02)
    raise TimeoutError("the Cluster did not come up")
