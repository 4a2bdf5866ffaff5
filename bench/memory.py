"""`python -m bench --memory`: what a worker holds after so many sign-ins, and whether it grows.

A hundred thousand sign-ins through one worker take some minutes; `--sign-ins` for fewer. Resident memory
(RSS) counts what processes share in each of them, and is what `ps` and container limits by process see;
the proportional share (PSS) divides it, and is what one more worker really takes.
"""

import argparse
import time
from collections.abc import Sequence

from bench.driving import shop
from bench.processes import memory_of
from bench.served import Served, served
from bench.verdicts import word

#: MB of resident memory that a worker may have.
MOST = 80.0
#: MB by which it may have grown between half of the sign-ins and all: a few pages are no leak.
STILL = 1.0
CHECKPOINTS = (1_000, 10_000, 25_000, 50_000, 75_000, 100_000)


def checkpoints(sign_ins: int) -> list[int]:
    """The usual ones below that number, its half, and itself."""
    return sorted({*(one for one in CHECKPOINTS if one < sign_ins), sign_ins // 2, sign_ins})


def verdicts(told: Sequence[tuple[int, float]]) -> list[str]:
    """`told`: after how many sign-ins, and the MB of the largest worker then."""
    sign_ins, last = told[-1]
    half = next(mb for after, mb in told if after >= sign_ins // 2)
    grew = last - half
    return [
        f"{word(last <= MOST)}: {last:.1f} MB after {sign_ins:,} sign-ins, at most {MOST:.0f}",
        f"{word(grew <= STILL)}: {grew:+.1f} MB since the first half of them, at most +{STILL:.0f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true", help="this benchmark")
    parser.add_argument("--sign-ins", type=int, default=CHECKPOINTS[-1])
    parser.add_argument("--shoppers", type=int, default=32)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--latency", type=float, default=0, help="of the provider, milliseconds")
    given = parser.parse_args()
    with served({"bench": given.latency}, workers=given.workers) as bridge:
        told = [(0, _tell(0, bridge, ""))]
        for after in checkpoints(given.sign_ins):
            number, began = after - told[-1][0], time.monotonic()
            shop(bridge.port, "bench", number, given.shoppers).all_signed_in()
            told.append((after, _tell(after, bridge, f"{number / (time.monotonic() - began):.0f}/s")))
    for line in verdicts(told):
        print(line)


def _tell(after: int, bridge: Served, rate: str) -> float:
    """Prints a line for each process. Resident MB of the largest worker."""
    workers = bridge.worker_pids()
    for name, pid in (("server", bridge.pid), *(("worker", one) for one in workers)):
        memory = memory_of(pid)
        print(
            f"{after:7,} sign-ins  {name}  RSS {memory.resident:6.1f}  PSS {memory.proportional:6.1f}  "
            f"private {memory.private:6.1f} MB  threads {memory.threads:3}  {rate}",
            flush=True,
        )
    return max(memory_of(pid).resident for pid in workers)


if __name__ == "__main__":
    main()
