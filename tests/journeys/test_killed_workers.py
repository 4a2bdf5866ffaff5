"""`kill -9` of workers while shoppers sign in without a pause: what they notice, and what is left behind."""

import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.journeys.browser import Answer, Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, until

pytestmark = pytest.mark.slow

SHOPPERS, KILLS = 8, 5
PEOPLE = ("Ada Lovelace", "Grace Hopper", "Sujata")


@dataclass
class Diary:
    """What all shoppers saw."""

    ends: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)  # connections, by the step at which
    wrong: list[str] = field(default_factory=list)


class Shopper(threading.Thread):
    """Signs in again and again; what breaks off it asks once more, as a browser's reload does."""

    def __init__(self, stage: Stage, number: int, diary: Diary, ended: threading.Event) -> None:
        super().__init__(daemon=True)
        self._stage, self._diary, self._ended = stage, diary, ended
        self._person = PEOPLE[number % len(PEOPLE)]

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                self._sign_in(Browser())
            except AssertionError as error:
                self._diary.wrong.append(str(error)[:300])

    def _sign_in(self, browser: Browser) -> None:
        left = self._ask(browser, "login", self._stage.login_url(return_to="/cart"))
        assert left.status == 303, (left.status, left.refusal)
        callback = self._stage.at_provider(browser, left.location, self._person).location
        assert "/callback/" in callback, callback
        end = self._ask(browser, "callback", callback)
        for _ in range(15):
            if end.refusal != "attempt_busy":
                break  # the one who died holds it for twelve seconds; the page says to try again
            self._diary.ends["busy, tried again"] += 1
            time.sleep(1)
            end = self._ask(browser, "callback", callback)
        if end.status == 303 and "/authorize" in end.location:  # once more, by itself
            self._diary.ends["sent round again"] += 1
            callback = self._stage.at_provider(browser, end.location, self._person).location
            end = self._ask(browser, "callback", callback)
        assert end.status == 303, (end.status, end.refusal)
        assert "/login/token/" in end.location, end.location[:60]
        self._diary.ends["signed in"] += 1

    def _ask(self, browser: Browser, step: str, url: str) -> Answer:
        for _ in range(200):
            try:
                return browser.fetch(url)
            except (OSError, HTTPException) as error:
                self._diary.broken[f"{step}: {type(error).__name__}"] += 1
                time.sleep(0.05)
        raise AssertionError(f"{step}: nobody answers")


def workers(bridge: BridgeProcess) -> list[int]:
    """The processes that serve."""
    children = (
        Path(f"/proc/{bridge.process.pid}/task/{bridge.process.pid}/children").read_text("ascii").split()
    )
    found = (int(child) for child in children)
    return [child for child in found if b"serve" in command_of(child)]  # one that is dead has no command


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers in /proc")
def test_workers_killed_under_load_lose_connections_and_nothing_else(
    tmp_path: Path,
) -> None:
    rng = random.Random(9)
    with Stage(tmp_path) as stage:
        bridge = stage.serve(workers=2)
        diary, ended = Diary(), threading.Event()
        for person in PEOPLE:
            assert stage.sign_in(Browser(), person).status == 303
        shoppers = [Shopper(stage, number, diary, ended) for number in range(SHOPPERS)]
        for one in shoppers:
            one.start()
        for _ in range(KILLS):
            time.sleep(1)
            until(lambda: len(workers(bridge)) == 2)
            victim = rng.choice(workers(bridge))
            os.kill(victim, signal.SIGKILL)
            until(lambda gone=victim: gone not in workers(bridge) and len(workers(bridge)) == 2)  # type: ignore[misc]
        time.sleep(1)
        ended.set()
        for one in shoppers:
            one.join(40)
        back = time_to_come_back(stage, bridge)

        assert diary.wrong == []
        assert diary.ends["signed in"] > 50
        assert sum(diary.broken.values()) <= diary.ends["signed in"]
        assert back < 5, "a second, on a machine that does nothing else"
        assert not [line for line in bridge.lines() if line.get("reason") == "internal_error"]
        check_left_behind(stage)
        assert bridge.stop() == 0


def time_to_come_back(stage: Stage, bridge: BridgeProcess) -> float:
    """Seconds after the death of all workers until one is ready: no other answers for it."""
    killed = time.monotonic()
    for worker in workers(bridge):
        os.kill(worker, signal.SIGKILL)
    until(lambda: "ok" in stage_ready(stage))
    return time.monotonic() - killed


def stage_ready(stage: Stage) -> str:
    try:
        return "ok" if Browser().fetch(f"{stage.bridge_url}/readyz").status == 200 else ""
    except (OSError, HTTPException):
        return ""


def check_left_behind(stage: Stage) -> None:
    """Every session is in its index, every index entry has its session, and every attempt ends."""
    sessions = {key.split(":", 2)[2] for key in stage.redis.scan_iter("bridge:session:*")}
    indexed = {
        f"{key.split(':', 2)[2]}:{one}"
        for key in stage.redis.scan_iter("bridge:sessions:*")
        for one in map(str, stage.redis.zrange(key, 0, -1))
    }
    assert sessions <= indexed, sorted(sessions - indexed)[:3]
    assert indexed <= sessions, sorted(indexed - sessions)[:3]
    assert all(0 < stage.redis.ttl(key) <= 900 for key in stage.redis.scan_iter("bridge:attempt:*"))
    assert all(0 < stage.redis.ttl(key) <= 15 for key in stage.redis.scan_iter("bridge:lock:*"))
    assert [len(stage.shop.customers.find(emails=[email])) for email in ("grace.hopper@acme.example",)] == [1]
