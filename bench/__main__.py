"""`make bench`: CPU time, latency and Redis commands of complete sign-ins of known customers."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import redis

from bench import links, slow
from bench.links import link_shoppers
from bench.processes import cpu_seconds, family, free_port, memory_mb, run
from bridge.demo.redis_server import start_redis

CONFIG = """
[server]
public_url = "http://127.0.0.1:{bridge}"
cookie_keys = ["0123456789abcdef0123456789abcdef"]
development = true
[server.limits]
starts_per_connection = 0
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
        link_shoppers(server.url, "bench", f"http://127.0.0.1:{provider_port}", given.shoppers)

        run(stack, config, sys.executable, "-m", "bench.provider", str(provider_port), str(given.latency))
        default = f"{sys.executable} -m bridge serve --config {{config}} --port {{port}}"
        bridge = run(stack, config, *(given.serve or default).format(config=config, port=bridge_port).split())
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
    if "--slow" in sys.argv:
        slow.main()
    elif "--links" in sys.argv:
        links.main()
    elif any(word.startswith("--files") for word in sys.argv):
        from bench import files  # it takes the configuration from here

        files.main()
    else:
        main()
