"""All cases played at once, and what is to be said of each."""

import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from tests.attacks.case import Case
from tests.attacks.hostile.jose import RING
from tests.attacks.hostile.plan import MARK
from tests.attacks.judging import Misjudged, judge
from tests.attacks.visit import Visit
from tests.attacks.world import World

#: Those that wait for time limits take a thread of the bridge each, and little else.
_SLOW_ONES, _FAST_ONES = 20, 6
MEMORY_LIMIT = 150_000_000  # bytes that the bridge may grow by
AFTERWARDS = ("nothing-leaks-to-the-log", "nothing-leaks-to-redis", "alive-and-healthy", "memory-is-bounded",
              "provider-made-no-mistake")  # fmt: skip

#: By the name of a case, or of a check of AFTERWARDS: what went wrong, or an empty text.
Report = dict[str, str]


def play(cases: list[Case], folder: Path) -> Report:
    """Start everything, play the first case and then all others at once, stop everything."""
    RING.warm_up()
    with World(cases, folder) as world:
        first, *others = cases  # an honest one, so that what is only made once does not count as growth
        report = {first.name: _played(world.visits[first.name])}
        memory = world.memory()
        report |= _play_all(world, others)
        _blame_leaks(world, report)
        report |= _afterwards(world, memory)
    return report


def _play_all(world: World, cases: list[Case]) -> Report:
    with ThreadPoolExecutor(_SLOW_ONES) as slow, ThreadPoolExecutor(_FAST_ONES) as fast:
        played: dict[str, Future[str]] = {}
        for case in sorted(cases, key=lambda case: not case.slow):
            pool = slow if case.slow else fast
            played[case.name] = pool.submit(_played, world.visits[case.name])
        return {name: future.result() for name, future in played.items()}


def _played(visit: Visit) -> str:
    try:
        judge(visit, visit.case.walk(visit))
    except Misjudged as misjudged:
        return _told(visit, str(misjudged))
    except Exception:  # noqa: BLE001 - a walk that stumbles is a failure of this case alone
        return _told(visit, traceback.format_exc(limit=-3))
    return ""


def _told(visit: Visit, problem: str) -> str:
    requests = [f"  {'THIEF ' * one.thief}{one.method} {one.endpoint}" for one in visit.room.seen]
    hops = [f"  {hop}" for hop in visit.hops]
    return "\n".join([problem, "what the browser saw:", *hops, "what the provider saw:", *requests])


def _blame_leaks(world: World, report: Report) -> None:
    """A secret that was written down is the failure of the case that it is of."""
    for name, text in chain(world.logged(), world.stored()):
        if name in world.visits and any(secret in text for secret in _secrets(world.visits[name])):
            report[name] = report[name] or f"a secret was written down: {text}"


def _secrets(visit: Visit) -> list[str]:
    return [MARK, *(secret[:16] for secret in visit.room.secrets)]


def _afterwards(world: World, memory: int) -> Report:
    alive = world.alive() and world.healthy()
    grown = world.memory() - memory
    secrets = {secret for visit in world.visits.values() for secret in _secrets(visit)}
    # What is of no case is searched for the secrets of all of them.
    log = "\n".join(text for name, text in world.logged() if name not in world.visits)
    stored = "\n".join(text for name, text in world.stored() if name not in world.visits)
    in_log = sorted(secret for secret in secrets if secret in log)
    in_redis = sorted(secret for secret in secrets if secret in stored)
    return {
        "nothing-leaks-to-the-log": f"found: {in_log}" if in_log else "",
        "nothing-leaks-to-redis": f"found: {in_redis}" if in_redis else "",
        "alive-and-healthy": "" if alive else "the bridge does not answer any more",
        "memory-is-bounded": "" if grown < MEMORY_LIMIT else f"grown by {grown // 1_000_000} MB",
        "provider-made-no-mistake": "\n".join(world.hostile.mistakes[:5]),
    }
