"""`python -m bench --slow`: what one provider's trouble costs the people of another, on one worker.

Each round is three: sign-ins at a steady rate through a well provider in quiet; beside others at another one
that is well, which is what they cost as load alone; and beside as many at the sick one.
Scenes: `crowd`, a thousand sign-ins, all in flight before the first answer of a provider that takes 2 s
(`--slow-by`); `rush`, the same in one moment; `steady`, so many a second; `hangs`, at one that never answers;
`gone`, at one that refuses connections.
The well one's p99 is to stay within twice its quiet value, and nobody of the slow one's is to be refused.
"""

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.driving import Results, begin, ended
from bench.processes import end, memory_of
from bench.served import Served, served
from bench.verdicts import word

#: How much longer the well provider's people may take than in quiet.
TWICE = 2.0
#: Milliseconds for a code at a provider that hangs: longer than anybody waits.
FOR_EVER = 3_600_000
_SETTLE = 3.0  # seconds in which as many come to be in flight as will be
_TICK = 0.05


@dataclass(slots=True)
class Watched:
    """A worker, looked at meanwhile."""

    memory: float = 0.0  # the most, in MB
    in_flight: int = 0  # the most connections to the sick provider at once


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    store: str
    number: int  # sign-ins at the sick provider
    seconds: float  # over which they begin
    settle: float  # seconds before the well one's people are looked at
    refuses: bool = False  # whether its people cannot be signed in
    at_once: bool = False  # nobody could serve others meanwhile: what it costs them is told, not judged
    prepare: Callable[[Served], None] = field(default=lambda _bridge: None)


def percentiles(rounds: list[Results]) -> tuple[float, float]:
    """Medians of the rounds' p50 and p99, in milliseconds."""
    middle, late = (statistics.median(one.percentile(percent) for one in rounds) for percent in (50, 99))
    return middle, late


def verdict(quiet: float, busy: float) -> str:
    """Of the p99 of the well provider's people, in milliseconds."""
    told = f"p99 beside it is {busy / quiet:.1f} x the quiet one, at most {TWICE:.0f} x"
    return f"{word(busy <= TWICE * quiet)}: {told}"


def bounded(peaks: list[float]) -> str:
    """Of the most memory in each round, in MB: a crowd that comes again takes the first one's room."""
    grew = max(peaks) / peaks[0]
    return f"{word(grew <= 1.1)}: {max(peaks):.0f} MB at most, {grew:.2f} x the first round's, at most 1.10 x"


def neighbours(load: float, cores: int) -> str:
    """A warning where the machine is at work already; else empty. `load`: of the minute before."""
    if load < cores / 4:
        return ""
    return f"the machine is busy with something else (load {load:.1f}): believe no p99 of this run"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", action="store_true", help="this benchmark")
    parser.add_argument("--scenes", default="crowd,rush,steady,hangs,gone")
    parser.add_argument("--slow-by", type=float, default=2000, help="milliseconds")
    parser.add_argument("--crowd", type=int, default=1000)
    parser.add_argument("--within", type=float, default=1.5, help="seconds in which the crowd comes")
    parser.add_argument("--rate", type=int, default=180, help="a second at the sick provider")
    parser.add_argument("--well-rate", type=int, default=60, help="a second at the well provider")
    parser.add_argument("--seconds", type=float, default=5, help="of each half of a round")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    seconds, flow = given.seconds, int(given.rate * (given.seconds + _SETTLE))
    scenes = [
        Scene("crowd", "slow", given.crowd, given.within, 0),
        Scene("rush", "slow", given.crowd, 0, 0, at_once=True),
        Scene("steady", "slow", flow, seconds + _SETTLE, _SETTLE),
        Scene("hangs", "hangs", flow, seconds + _SETTLE, _SETTLE, refuses=True),
        Scene("gone", "gone", flow, seconds + _SETTLE, _SETTLE, refuses=True, prepare=_gone),
    ]
    print(neighbours(os.getloadavg()[0], os.cpu_count() or 1))
    for scene in scenes:
        if scene.name in given.scenes.split(","):
            with served(
                {"well": 0, "other": 0, "slow": given.slow_by, "hangs": FOR_EVER, "gone": 0}
            ) as bridge:
                for store in ("well", "other", "slow", "gone"):
                    ended(begin(bridge.port, store, 50, 1)).all_signed_in()  # warm
                scene.prepare(bridge)
                play(bridge, scene, given.rounds, seconds, given.well_rate)


def play(bridge: Served, scene: Scene, rounds: int, seconds: float, rate: int) -> None:
    """One scene, quiet and busy in turns; prints what came of it."""
    print(f"{scene.name}: {scene.number} in {scene.seconds:.1f} s; {rate} a second at the well one")
    told: dict[str, list[Results]] = {"quiet": [], "load": [], "sick": []}
    peaks, refused = list[float](), 0

    def well() -> Results:
        return ended(begin(bridge.port, "well", int(rate * seconds), seconds))

    def beside(store: str) -> tuple[Results, Results]:
        others = begin(bridge.port, store, scene.number, scene.seconds)
        time.sleep(scene.settle)
        return well(), ended(others)

    for _ in range(rounds):
        told["quiet"].append(well().all_signed_in())
        told["load"].append(beside("other")[0])
        (worker,) = bridge.worker_pids()
        before = memory_of(worker)
        with watching(worker, bridge.provider_ports[scene.store]) as seen:
            busy, theirs = beside(scene.store)
        after = memory_of(worker)
        told["sick"].append(busy)
        peaks.append(seen.memory)
        refused += sum(theirs.refused.values())
        for name, crowds in told.items():
            print(f"  {name:6}  {crowds[-1]}")
        print(f"  of the sick one: {theirs}; at most {seen.in_flight} wait for it")
        print(
            f"  memory {before.resident:.0f} MB before, {seen.memory:.0f} at most, {after.resident:.0f} after"
        )
        print(f"  threads {before.threads} before, {after.threads} after", flush=True)
    medians = {name: percentiles(crowds) for name, crowds in told.items()}
    for name, (middle, late) in medians.items():
        print(f"  {name:6}  medians of the well one: p50 {middle:.1f}  p99 {late:.1f} ms")
    if not scene.refuses:
        print(f"  {word(not refused)}: {refused} refused at the slow one")
    turned_away = sum(sum(one.refused.values()) for one in told["sick"])
    print(f"  {word(not turned_away)}: {turned_away} refused at the well one")
    print(f"  {bounded(peaks)}")
    told_of_it = verdict(medians["quiet"][1], medians["sick"][1])
    print(f"  {told_of_it.partition(': ')[2] if scene.at_once else told_of_it}")
    print(f"  of that {medians['load'][1] / medians['quiet'][1]:.1f} x is load: as many at one that is well")


def _gone(bridge: Served) -> None:
    """It was there, and people signed in; then it died."""
    end(bridge.providers["gone"])


@contextmanager
def watching(pid: int, provider_port: int) -> Iterator[Watched]:
    """Looks every few milliseconds; from a thread of its own, at processes that are not this one."""
    seen, over = Watched(), threading.Event()

    def look() -> None:
        while not over.wait(_TICK):
            seen.memory = max(seen.memory, memory_of(pid).resident)
            seen.in_flight = max(seen.in_flight, connections_to(provider_port))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def connections_to(port: int) -> int:
    """Open TCP connections of this machine to a loopback port."""
    wanted, established = f":{port:04X}", "01"
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(fields[2].endswith(wanted) and fields[3] == established for fields in lines)


if __name__ == "__main__":
    main()
