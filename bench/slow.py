"""`python -m bench --slow`: what one provider's trouble costs the people of another.

Three scenes on one worker: the well provider alone; with another one that is sick beside it, asked at a
steady rate; and a crowd at the slow one, all at once. `--trouble` is the milliseconds that the sick one
takes for each code: more than 5,000 is a provider that hangs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import redis

from bench.crowd import SUBJECTS
from bench.links import link_shoppers
from bench.processes import family, free_port, memory_mb, run
from bridge.demo.redis_server import start_redis

HEAD = """
[server]
public_url = "http://127.0.0.1:{bridge}"
cookie_keys = ["0123456789abcdef0123456789abcdef"]
development = true
[server.limits]
starts_per_connection = 0
[redis]
url = "{redis}"
"""
PART = """
[connections.{name}]
issuer = "http://127.0.0.1:{port}"
client_id = "bench"
client_secret = "secret"
domains = ["bench.example"]
[stores.{name}]
platform = "bigcommerce"
url = "http://127.0.0.1:9"
connections = ["{name}"]
[stores.{name}.bigcommerce]
store_hash = "bench"
client_id = "bench"
client_secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
api_url = "http://127.0.0.1:9"
"""


def crowd(port: int, store: str, number: int, seconds: float) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "bench.crowd", str(port), store, str(number), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def told(process: "subprocess.Popen[bytes]") -> str:
    """How a crowd's sign-ins ended, and how long those took that succeeded."""
    printed, _ = process.communicate()
    ends: list[tuple[float, str]] = json.loads(printed)
    times = sorted(ms for ms, end in ends if end == "signed_in") or [0.0]
    counts = "  ".join(f"{end} {count}" for end, count in Counter(end for _, end in ends).most_common())
    return f"p50 {times[len(times) // 2]:.0f}  p99 {times[len(times) * 99 // 100]:.0f} ms  {counts}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", action="store_true", help="this benchmark")
    parser.add_argument("--trouble", type=float, default=2000)
    parser.add_argument("--rate", type=int, default=80, help="sign-ins a second at the sick provider")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--crowd", type=int, default=1000)
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        server = stack.enter_context(start_redis(folder / "redis"))
        client = redis.Redis.from_url(server.url)
        stack.callback(client.close)
        port, ports = free_port(), {"well": free_port(), "sick": free_port()}
        config = folder / "bridge.toml"
        parts = [PART.format(name=name, port=one) for name, one in ports.items()]
        config.write_text(HEAD.format(bridge=port, redis=server.url) + "".join(parts))
        for name, one in ports.items():
            link_shoppers(server.url, name, f"http://127.0.0.1:{one}", SUBJECTS)
            latency = given.trouble if name == "sick" else 0
            run(stack, config, sys.executable, "-m", "bench.provider", str(one), str(latency))
        time.sleep(1)
        serve = f"{sys.executable} -m bridge serve --config {config} --port {port}"
        bridge = run(stack, config, *serve.split())
        time.sleep(3)

        def memory() -> str:
            return f"{memory_mb(family(bridge.pid)):.0f} MB"

        gently = int(20 * given.seconds)
        told(crowd(port, "well", 50, 1))  # warm
        print("quiet        ", told(crowd(port, "well", gently, given.seconds)), "", memory())
        sick = crowd(port, "sick", int(given.rate * (given.seconds + 6)), given.seconds + 6)
        time.sleep(6)
        print("beside a sick", told(crowd(port, "well", gently, given.seconds)), "", memory())
        print("the sick one ", told(sick))
        if given.crowd:
            time.sleep(6)
            print("a crowd      ", told(crowd(port, "sick", given.crowd, 0)), "", memory())
