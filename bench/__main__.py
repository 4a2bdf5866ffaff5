"""`make bench`: what complete sign-ins of known customers cost; `bench/README.md` tells more."""

import argparse
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from bench import arguments, redis_traffic, report
from bench.calibration import machine
from bench.contenders import SERVE, Contender, Ground, start_bridge
from bench.processes import free_port, run, wait_for
from bench.recipes import RECIPES
from bench.rounds import Cell, interleave, quiet, set_latency, shop
from bridge.demo.redis_server import start_redis

_OTHERS = ("slow", "memory", "scale", "spread", "links", "files")


def main(words: list[str] | None = None) -> None:
    given = arguments.parser().parse_args(words)
    loads = arguments.loads(given)
    with ground(given, max(load.shoppers for load in loads)) as made:
        running = contenders(made, given)
        set_latency(made, 0)
        for contender in running:
            shop(contender, min(32, made.shoppers), 1.5)  # warm
        cells = [Cell(contender, load) for load in loads for contender in running]
        rows, calibration_ms = interleave(made, cells, given.rounds, given.seconds, _tell)
        set_latency(made, 0)
        asked = {} if given.peer else redis_traffic.count(made.redis, running[0], min(32, made.shoppers), 1)
        idle = {one.name: quiet(one, 2) for one in running if one.pid}
    figures: report.Figures = {
        "machine": machine(),
        "calibration_ms": calibration_ms,
        "tls": made.tls is not None,
        "rounds": given.rounds,
        "seconds": given.seconds,
        "cells": [
            {
                "contender": cell.contender.name,
                "shoppers": cell.load.shoppers,
                "latency_ms": cell.load.latency,
                **row,
            }
            for cell, row in zip(cells, rows, strict=True)
        ],
        "redis": asked,
        "quiet_cpu_ms_per_second": idle,
    }
    tell(figures)
    report.write(figures, given.output)
    if given.keep:
        report.write(figures, report.KEPT)


@contextmanager
def ground(given: argparse.Namespace, shoppers: int) -> Iterator[Ground]:
    """Redis and the provider; both end with it, and so does what is started on it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        redis = given.redis or stack.enter_context(start_redis(folder / "redis", tcp=True)).url
        port = given.provider or free_port()
        tls = None if given.tls is None else Path(given.tls or folder / "tls").absolute()
        with socket.socket() as probe:
            runs_already = probe.connect_ex(("127.0.0.1", port)) == 0
        if not runs_already:
            options = ("--tls", str(tls)) if tls else ()
            command = (sys.executable, "-m", "bench.provider", str(port), "0", *options)
            wait_for(run(stack, folder, *command), port)
        yield Ground(stack, folder, redis, port, tls, shoppers)


def contenders(made: Ground, given: argparse.Namespace) -> list[Contender]:
    if "://" in given.peer:
        return [Contender(urlsplit(given.peer).netloc, given.pid, made.plan(given.peer, given.arrives))]
    names = [name for name in (given.peer or given.against).split(",") if name]
    unknown = [name for name in names if name not in RECIPES]
    if unknown:
        raise SystemExit(f"no recipe for {', '.join(unknown)}; there are {', '.join(RECIPES)}")
    commands = [] if given.peer else given.serve or [SERVE]
    bridges = [
        start_bridge(made, command, f"bridge-{number}" if number > 1 else "bridge")
        for number, command in enumerate(commands, 1)
    ]
    return [*bridges, *(RECIPES[name](made) for name in names)]


def tell(figures: report.Figures) -> None:
    cells = figures["cells"]
    for cell in cells:
        report.weigh(cell, figures["calibration_ms"])
    print(f"calibration {figures['calibration_ms']:.1f} CPU-ms; weighed: CPU in hundredths of it")
    print(*report.table(cells), sep="\n")
    if asked := figures["redis"]:
        print("redis: " + ", ".join(f"{name} {value:.1f}" for name, value in asked.items()))
    idle = figures["quiet_cpu_ms_per_second"]
    print("CPU-ms per second when quiet: " + ", ".join(f"{name} {value:.0f}" for name, value in idle.items()))
    for line in report.side_by_side(cells, "bridge"):
        print(line)
    kept = report.read(report.KEPT)
    then = list(report.compare(figures, kept)) if kept else []
    if then:
        print("now / in the run that was kept:", *then, sep="\n")


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _named(words: list[str]) -> Callable[[], None]:
    """The benchmark that the command asks for: this one, or one of another kind."""
    for word in words:
        kind = word.removeprefix("--").partition("=")[0]
        if kind in _OTHERS:
            return cast(Callable[[], None], import_module(f"bench.{kind}").main)
    return main


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended then, too
    try:
        _named(sys.argv[1:])()
    except RuntimeError as fault:  # something is not installed, or does not start
        sys.exit(f"bench: {fault}")
