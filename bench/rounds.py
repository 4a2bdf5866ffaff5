"""Rounds: a contender under a load, measured from outside; cells of a report are medians of them."""

import json
import ssl
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass

from bench.calibration import Calibration
from bench.certificates import AUTHORITY
from bench.contenders import Contender, Ground
from bench.processes import cpu_seconds, family, memory_mb, own_memory_mb

Row = dict[str, float]


@dataclass(frozen=True)
class Load:
    shoppers: int
    latency: float  # of the provider's token endpoint, milliseconds

    def __str__(self) -> str:
        return f"{self.shoppers} shoppers, {self.latency:g} ms"


@dataclass(frozen=True)
class Cell:
    contender: Contender
    load: Load


def shop(contender: Contender, shoppers: int, seconds: float) -> tuple[list[tuple[float, float]], float]:
    """Milliseconds of both steps of each sign-in, and the seconds until the last was finished."""
    plan = json.dumps(asdict(contender.plan))
    command = [sys.executable, "-m", "bench.shopper", plan, str(shoppers), str(seconds)]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return told["times"], told["seconds"]


def measure(cell: Cell, seconds: float) -> Row:
    pid = cell.contender.pid
    before = cpu_seconds(family(pid))
    times, took = shop(cell.contender, cell.load.shoppers, seconds)
    cpu = cpu_seconds(family(pid)) - before
    row = {"sign_ins_per_second": len(times) / took, "sign_ins": float(len(times))}
    if pid:
        row["cpu_ms"] = cpu * 1000 / len(times)
        row["sign_ins_per_core_second"] = len(times) / cpu if cpu else 0.0
        row["memory_mb"] = memory_mb(family(pid))
        row["own_memory_mb"] = own_memory_mb(family(pid))
    for step, column in zip(("login", "callback"), zip(*times, strict=True), strict=True):
        row[f"{step}_p50_ms"], row[f"{step}_p99_ms"] = percentile(column, 50), percentile(column, 99)
    whole = [login + callback for login, callback in times]
    row["p50_ms"], row["p99_ms"] = percentile(whole, 50), percentile(whole, 99)
    return row


def quiet(contender: Contender, seconds: float) -> float:
    """CPU-ms a second with nobody signing in."""
    before = cpu_seconds(family(contender.pid))
    time.sleep(seconds)
    return (cpu_seconds(family(contender.pid)) - before) * 1000 / seconds


def percentile(values: "list[float] | tuple[float, ...]", percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def interleave(
    ground: Ground, cells: list[Cell], rounds: int, seconds: float, told: Callable[[str], None]
) -> tuple[list[Row], float]:
    """The medians of each cell, and of the calibration, all of it in turns; every other round backwards."""
    rows: list[list[Row]] = [[] for _ in cells]
    calibration = Calibration()
    weights = []
    for number in range(rounds):
        order = list(enumerate(cells))
        for index, cell in reversed(order) if number % 2 else order:
            weights.append(calibration.weigh())
            set_latency(ground, cell.load.latency)
            row = measure(cell, seconds)
            rows[index].append(row)
            told(f"round {number + 1}: {cell.contender.name}, {cell.load}: {row.get('cpu_ms', 0):.2f} CPU-ms")
    return [medians(one) for one in rows], statistics.median(weights)


def medians(rows: list[Row]) -> Row:
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def set_latency(ground: Ground, milliseconds: float) -> None:
    """Of the provider's token endpoint, from now on."""
    context = ssl.create_default_context(cafile=ground.tls / AUTHORITY) if ground.tls else None
    urllib.request.urlopen(f"{ground.issuer}/bench/latency?ms={milliseconds}", context=context).close()
