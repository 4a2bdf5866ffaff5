"""`make bench`: CPU time, latency and Redis commands of complete sign-ins of known customers."""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import redis

from bridge.demo.redis_server import start_redis
from bridge.domain.customer import Customer, Link
from bridge.domain.identity import IdentityKey
from bridge.state.keys import Keys
from bridge.state.records import link_text

CONFIG = """
[server]
public_url = "http://127.0.0.1:{bridge}"
cookie_keys = ["0123456789abcdef0123456789abcdef"]
development = true
[redis]
url = "{redis}"
[connections.bench]
issuer = "http://127.0.0.1:{provider}"
client_id = "bench"
client_secret = "secret"
domains = ["bench.example"]
[stores.bench]
platform = "bigcommerce"
url = "http://127.0.0.1:9"
connections = ["bench"]
[stores.bench.bigcommerce]
store_hash = "bench"
client_id = "bench"
client_secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
api_url = "http://127.0.0.1:9"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of all of them so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mb(pids: list[int]) -> float:
    """Resident memory of the largest of them."""
    return max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids) * 4096 / 1e6


def link_shoppers(client: "redis.Redis", issuer: str, shoppers: int) -> None:
    """Makes every shopper a known customer."""
    keys = Keys("bridge")
    for number in range(shoppers):
        link = Link(
            store="bench",
            identity=IdentityKey(issuer, f"shopper{number}"),
            connection="bench",
            customer=Customer(str(1000 + number)),
            evidence="created",
            created_at=0,
        )
        client.set(keys.link(link.identity, "bench"), link_text(link))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--shoppers", type=int, default=32)
    parser.add_argument("--latency", type=float, default=0, help="of the provider, milliseconds")
    parser.add_argument("--serve", default="", help="another command; {config} and {port} are filled in")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        server = stack.enter_context(start_redis(folder / "redis"))
        bridge_port, provider_port = free_port(), free_port()
        config = folder / "bridge.toml"
        config.write_text(CONFIG.format(bridge=bridge_port, provider=provider_port, redis=server.url))
        client = redis.Redis.from_url(server.url)
        stack.callback(client.close)
        link_shoppers(client, f"http://127.0.0.1:{provider_port}", given.shoppers)

        def run(*command: str) -> subprocess.Popen[bytes]:
            environ = {**os.environ, "BRIDGE_CONFIG": str(config)}
            process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, start_new_session=True, env=environ
            )
            stack.callback(process.wait)
            stack.callback(os.killpg, process.pid, signal.SIGTERM)
            return process

        run(sys.executable, "-m", "bench.provider", str(provider_port), str(given.latency))
        default = f"{sys.executable} -m bridge serve --config {{config}} --port {{port}}"
        bridge = run(*(given.serve or default).format(config=config, port=bridge_port).split())
        time.sleep(2)
        shop(bridge_port, given.shoppers, 1)  # warm
        rows = [
            measure(bridge.pid, client, bridge_port, given.shoppers, given.seconds)
            for _ in range(given.rounds)
        ]
    for row in rows:
        print("  ".join(f"{name} {value:.2f}" for name, value in row.items()))
    medians = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    print("median: " + "  ".join(f"{name} {value:.2f}" for name, value in medians.items()))


def shop(port: int, shoppers: int, seconds: float) -> list[tuple[float, float]]:
    command = [sys.executable, "-m", "bench.shopper", str(port), str(shoppers), str(seconds)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    times: list[tuple[float, float]] = json.loads(printed)
    return times


def measure(pid: int, client: "redis.Redis", port: int, shoppers: int, seconds: float) -> dict[str, float]:
    pids = family(pid)
    commands = int(client.info("stats")["total_commands_processed"])
    before = cpu_seconds(pids)
    times = shop(port, shoppers, seconds)
    cpu = cpu_seconds(pids) - before
    commands = int(client.info("stats")["total_commands_processed"]) - commands - 1
    login, callback = (sorted(column) for column in zip(*times, strict=True))
    return {
        "sign-ins/s": len(times) / seconds,
        "cpu-ms": cpu * 1000 / len(times),
        "redis-commands": commands / len(times),
        "login-p50": login[len(login) // 2],
        "login-p99": login[len(login) * 99 // 100],
        "callback-p50": callback[len(callback) // 2],
        "callback-p99": callback[len(callback) * 99 // 100],
        "memory-mb": memory_mb(pids),
    }


if __name__ == "__main__":
    main()
