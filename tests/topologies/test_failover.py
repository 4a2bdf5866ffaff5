"""A primary is killed while people sign in: they are refused plainly, for seconds, and nothing else happens."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.journeys.browser import Answer, Browser
from tests.journeys.stage import Stage, until

from .several import DOWN_AFTER, Clustered, Watched

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("both_ways")]
#: Seconds in which a successor must have been made and found: detection, vote, promotion.
RECOVERY = DOWN_AFTER / 1000 + 9
#: Seconds that an answer may take, whatever happens to Redis.
LONGEST = 4.0


@dataclass
class Seen:
    """What became of the sign-ins that were begun in a loop."""

    good: list[float] = field(default_factory=list)  # when they ended
    refused: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    slowest: float = 0.0
    last_refused: float = 0.0


@contextmanager
def sign_ins(stage: Stage, people: int = 3) -> Iterator[Seen]:
    """Whole sign-ins at the store `us`, one after the other, by some people at once."""
    seen, stop = Seen(), threading.Event()

    def fetch(browser: Browser, url: str) -> Answer:
        began = time.monotonic()
        answer = browser.fetch(url)
        seen.slowest = max(seen.slowest, time.monotonic() - began)
        return answer

    def go_on() -> None:
        while not stop.is_set():
            browser = Browser()
            try:
                answer = fetch(browser, stage.login_url())
                if answer.status == 303:
                    answer = fetch(browser, stage.at_provider(browser, answer.location).location)
            except (OSError, AssertionError) as error:
                seen.odd.append(repr(error))
                continue
            if answer.status == 303:
                seen.good.append(time.monotonic())
            elif answer.status == 503 and int(answer.headers.get("Retry-After", "0")) > 0:
                seen.refused[answer.refusal] += 1
                seen.last_refused = time.monotonic()
            else:
                seen.odd.append(f"{answer.status} {answer.refusal}")
            time.sleep(0.02)

    threads = [threading.Thread(target=go_on) for _ in range(people)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)


def fail_over(stage: Stage, seen: Seen, kill: object, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Kills, waits until sign-ins work again for all, and judges what was seen meanwhile."""
    assert callable(kill)
    until(lambda: len(seen.good) > 5)
    kill()
    killed, before = time.monotonic(), len(seen.good)
    # Works again: for a second everybody who tried got through.
    until(
        lambda: (
            len(seen.good) > before + 5
            and seen.good[-1] - max(killed, seen.last_refused) > 1
            and bool(seen.refused)
        ),
        RECOVERY + 5,
    )
    outage = seen.last_refused - killed
    with capsys.disabled():
        print(  # noqa: T201 - the figures of docs/running-redis.md
            f"\n{name}: refused {dict(seen.refused)}, good {len(seen.good)}, odd {seen.odd},"
            f" again after {outage:.1f} s, slowest answer {seen.slowest:.2f} s"
        )
    assert seen.odd == []
    assert set(seen.refused) == {"state_unavailable"}
    assert outage < RECOVERY
    assert seen.slowest < LONGEST


def test_sentinel_makes_another_primary_and_sign_ins_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Watched(tmp_path / "watched") as watched, Stage(tmp_path) as stage:
        stage.tables["redis"] = {"url": watched.url, "prefix": "bridge", "wait_replicas": 1}
        stage.serve(workers=2)
        first = Browser()
        assert stage.sign_in(first).status == 303  # makes the customer and its link
        with sign_ins(stage) as seen:
            fail_over(stage, seen, watched.primary.kill, capsys, "Sentinel, primary killed")
        assert stage.customers("ada.lovelace@acme.example") == 1, "the link was not lost"


def test_a_replica_of_the_cluster_takes_over_and_sign_ins_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Clustered(tmp_path / "cluster") as cluster, Stage(tmp_path) as stage:
        stage.tables["redis"] = {"url": cluster.url, "prefix": "bridge", "wait_replicas": 1}
        stage.serve(workers=2)
        assert stage.sign_in(Browser()).status == 303
        with sign_ins(stage) as seen:
            fail_over(stage, seen, cluster.of("bridge:audit").kill, capsys, "Cluster, a primary killed")
        assert stage.customers("ada.lovelace@acme.example") == 1


def test_a_primary_that_is_silent_is_like_one_that_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As when its machine hangs, or the network drops every packet: nothing is refused, all waits."""
    with Watched(tmp_path / "watched") as watched, Stage(tmp_path) as stage:
        stage.tables["redis"] = {"url": watched.url, "prefix": "bridge"}
        stage.serve()
        assert stage.sign_in(Browser()).status == 303
        with sign_ins(stage) as seen:
            fail_over(stage, seen, watched.primary.stand_still, capsys, "Sentinel, primary silent")
        watched.primary.go_on()
