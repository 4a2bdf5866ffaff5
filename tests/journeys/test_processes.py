"""Pain 13 and the promise behind it: any number of bridges serve the same traffic, any may die at any time."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bridge.demo.idp import Fault
from tests.journeys.browser import Browser
from tests.journeys.process import quiet_port
from tests.journeys.stage import Stage, until

pytestmark = pytest.mark.slow


@pytest.fixture
def slow_stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage whose provider takes a second and a half to tell who the person is."""
    with Stage(tmp_path, slow_seconds=1.5) as stage:
        stage.tables["connections.acme"]["userinfo"] = "always"
        stage.acme.memory.fault = Fault.USERINFO_SLOW
        yield stage


def test_a_sign_in_that_began_at_one_bridge_ends_at_another(stage: Stage, browser: Browser) -> None:
    other = stage.serve(port=quiet_port())
    try:
        callback = stage.callback_url(browser, return_to="/products/plant")
        at_other = callback.replace(stage.bridge_url, other.url)

        assert browser.walk(at_other).url == f"{stage.store_url}/products/plant"
        again = browser.fetch(callback)
        assert "/login/token/" in again.location, "the first bridge repeats what the second one ended"
        assert len(stage.acme.requests("/token")) >= 1
    finally:
        assert other.stop() == 0


def test_a_bridge_killed_between_leaving_and_coming_back_is_not_missed(own_stage: Stage) -> None:
    stage, browser = own_stage, Browser()
    first = stage.serve()
    callback = stage.callback_url(browser, return_to="/products/box")
    first.kill()
    assert not first.answers()

    stage.serve()

    assert browser.walk(callback).url == f"{stage.store_url}/products/box"


def test_nothing_of_a_bridge_outlives_its_killed_process(own_stage: Stage) -> None:
    bridge = own_stage.serve()
    bridge.kill_main()
    until(lambda: not bridge.answers(), seconds=5)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_bridge_told_to_stop_finishes_the_sign_in_under_way(slow_stage: Stage, how: signal.Signals) -> None:
    bridge, browser = slow_stage.serve(), Browser()
    callback = slow_stage.callback_url(browser)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(browser.fetch, callback)
        until(lambda: bool(slow_stage.acme.requests("/userinfo")))
        bridge.process.send_signal(how)
        answer = waiting.result()

    assert (answer.status, answer.refusal) == (303, "")
    assert bridge.process.wait(15) == 0
    assert "Traceback" not in bridge.output()
    assert all(line["level"] != "error" for line in bridge.lines())


def test_a_callback_whose_bridge_died_at_work_begins_anew_a_minute_later(slow_stage: Stage) -> None:
    bridge, browser = slow_stage.serve(), Browser()
    callback = slow_stage.callback_url(browser, return_to="/products/pen")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(browser.copy().fetch, callback)
        until(lambda: bool(slow_stage.acme.requests("/userinfo")))
        bridge.kill()
        assert waiting.exception() is not None
    slow_stage.serve()
    (left_behind,) = slow_stage.pending()
    assert 0 < slow_stage.redis.ttl(left_behind) <= 60
    slow_stage.redis.delete(left_behind)  # the minute is over
    slow_stage.acme.memory.fault = Fault.NONE

    assert browser.walk(callback).url == f"{slow_stage.store_url}/products/pen"
    assert len(slow_stage.acme.requests("/token")) == 2


def test_twenty_first_sign_ins_of_one_person_at_once_make_one_customer(stage: Stage) -> None:
    browsers = [Browser() for _ in range(20)]
    callbacks = [stage.callback_url(browser, "Grace Hopper") for browser in browsers]
    assert stage.customers("grace.hopper@acme.example") == 0
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda pair: pair[0].fetch(pair[1]), zip(browsers, callbacks, strict=True)))

    assert [answer.refusal for answer in answers if answer.status != 303] == []
    assert stage.customers("grace.hopper@acme.example") == 1
    assert all(
        "Grace Hopper" in browser.walk(answer.location).text
        for browser, answer in zip(browsers, answers, strict=True)
    )


def test_two_workers_of_one_bridge_share_everything(own_stage: Stage) -> None:
    bridge = own_stage.serve(workers=2)
    for person in ("Ada Lovelace", "Grace Hopper", "Sujata"):
        browser = Browser()
        assert person in browser.walk(own_stage.callback_url(browser, person)).text
    assert bridge.stop() == 0
