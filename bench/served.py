"""`bridge serve` with all it needs, for one benchmark: a Redis, and a provider for each store."""

import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import redis

from bench.configuration import configuration
from bench.crowd import SUBJECTS
from bench.links import link_shoppers
from bench.processes import family, free_port, run, wait_for
from bridge.demo.redis_server import start_redis

#: Seconds in which the bridge must be ready.
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Served:
    """A bridge that is ready, and the Redis that it alone uses."""

    port: int
    pid: int  # of the server; its workers are its children
    redis_url: str
    workers: int
    provider_ports: Mapping[str, int]  # by store
    providers: Mapping[str, "subprocess.Popen[bytes]"]

    def worker_pids(self) -> list[int]:
        return family(self.pid)[1 : 1 + self.workers]


@contextmanager
def served(
    latencies: Mapping[str, float],
    *,
    workers: int = 1,
    redis_url: str = "",
    subjects: int = SUBJECTS,
    link: Callable[[str, str, str, int], None] = link_shoppers,
) -> Iterator[Served]:
    """`latencies`: stores, each with the milliseconds that its provider takes for a code.

    `redis_url`: another one than a fresh single server. `subjects`: known customers of each store, who are
    made so by `link`.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        url = redis_url or stack.enter_context(start_redis(folder / "redis")).url
        port, ports = free_port(), {name: free_port() for name in latencies}
        config = folder / "bridge.toml"
        config.write_text(configuration(port, url, {name: issuer_at(one) for name, one in ports.items()}))
        providers = {}
        for name, one in ports.items():
            words = ["-m", "bench.provider", str(one), str(latencies[name])]
            providers[name] = run(stack, config, sys.executable, *words)
            link(url, name, issuer_at(one), subjects)
        for name, one in ports.items():
            wait_for(providers[name], one)
        words = ["-m", "bridge", "serve", "--config", str(config), "--port", str(port)]
        bridge = run(stack, config, sys.executable, *words, "--workers", str(workers))
        await_ready(port, bridge)
        yield Served(port, bridge.pid, url, workers, ports, providers)


def issuer_at(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def await_ready(port: int, bridge: "subprocess.Popen[bytes]") -> None:
    """Until `/readyz` answers 200. Raises `TimeoutError`."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and bridge.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            status = connection.getresponse().status
            connection.close()
            if status == 200:
                return
        time.sleep(0.05)
    raise TimeoutError("the bridge did not become ready")


def redis_client(url: str) -> "redis.Redis":
    """As an operator has one."""
    return redis.Redis.from_url(url, decode_responses=True)
