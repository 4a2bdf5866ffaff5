"""What `python -m bench` may be told."""

import argparse
from pathlib import Path

from bench.contenders import SERVE
from bench.recipes import RECIPES
from bench.rounds import Load

#: Shoppers, latencies, rounds, seconds of each.
_WHOLE = ("1,32,256", "0,100", 3, 5.0)
_QUICK = ("1,32,256", "0,100", 2, 2.0)
_PEERS = ("32", "0", 3, 4.0)


def parser() -> argparse.ArgumentParser:
    known = ", ".join(RECIPES)
    made = argparse.ArgumentParser(prog="python -m bench", description="Costs of complete sign-ins.")
    add = made.add_argument
    add("--quick", action="store_true", help="short rounds: 40 seconds in all")
    add("--rounds", type=int, help="of which figures are the medians")
    add("--seconds", type=float, help="of each round")
    add("--shoppers", help="at once; several, with commas: each is measured")
    add("--latency", help="of the provider's token endpoint, milliseconds; several, with commas")
    add(
        "--tls",
        nargs="?",
        const="",
        metavar="FOLDER",
        help="the provider speaks TLS (with certificates there)",
    )
    add(
        "--serve",
        action="append",
        metavar="COMMAND",
        help=f"for the bridge, instead of {SERVE!r}; told twice, two bridges stand beside each other",
    )
    add("--redis", default="", metavar="URL", help="another Redis than one started for this; it is filled")
    add("--against", default="", metavar="PEERS", help=f"beside the bridge in the same rounds: {known}")
    add("--peer", default="", metavar="PEERS", help="peers (or one URL that demands a sign-in) and no bridge")
    add("--pid", "--peer-pid", type=int, default=0, help="the process of the peer at that URL")
    add("--arrives", default="", metavar="TEXT", help="in the peer's last redirect, if not to that URL")
    add(
        "--provider", type=int, default=0, metavar="PORT", help="of the provider; one that runs there is used"
    )
    add("--output", type=Path, default=Path("build/bench/report.json"), help="where the JSON is written")
    add("--keep", action="store_true", help="keep this run as bench/last.json")
    return made


def loads(given: argparse.Namespace) -> list[Load]:
    """Which loads are measured; fills in what was not said."""
    usual = _PEERS if given.against or given.peer else _QUICK if given.quick else _WHOLE
    if given.quick:
        usual = (*usual[:2], *_QUICK[2:])
    for name, value in zip(("shoppers", "latency", "rounds", "seconds"), usual, strict=True):
        if getattr(given, name) is None:
            setattr(given, name, value)
    latencies = [float(one) for one in given.latency.split(",")]
    return [Load(int(one), latency) for one in given.shoppers.split(",") for latency in latencies]
