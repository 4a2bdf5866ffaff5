"""Redis loses attempts that are under way: the sign-in goes on from what the browser carries, and only once."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.demo.markup import read_markup
from tests.journeys.browser import Answer, Browser
from tests.journeys.process import quiet_port
from tests.journeys.stage import Heard, Stage, until

pytestmark = pytest.mark.slow


class Moment(list[Heard]):
    """A provider's notebook that acts once, when a code arrives: after `take`, before `record`."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act: Callable[[], object] | None = act

    def append(self, heard: Heard) -> None:
        super().append(heard)
        if heard.path == "/token" and self._act is not None:
            act, self._act = self._act, None
            act()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str]]:
    """Two bridges; the address of the second."""
    with Stage(tmp_path_factory.mktemp("lost")) as stage:
        stage.serve()
        yield stage, stage.serve(port=quiet_port()).url


@pytest.fixture
def stage(world: tuple[Stage, str]) -> Stage:
    return world[0]


def signed_in(stage: Stage, answer: Answer) -> bool:
    return answer.status == 303 and answer.location.startswith(f"{stage.store_url}/login/token/")


def codes(stage: Stage) -> int:
    return len(stage.acme.requests("/token"))


def comes_in(stage: Stage, browser: Browser, callback: str) -> int:
    """Repeats a callback as a person does who reads "try again"; how often it led to the provider."""
    for _ in range(3):
        answer = browser.fetch(callback)
        if answer.status != 503:
            break
        (again,) = [link.href for link in read_markup(answer.text).links if link.label == "Try again"]
        assert again == "", "the page offers this very address"
        time.sleep(1)
    if signed_in(stage, answer):
        return 0
    assert answer.location.startswith(stage.acme.url), (answer.status, answer.refusal)
    end = browser.fetch(stage.at_provider(browser, answer.location).location)
    assert signed_in(stage, end), (end.status, end.refusal)
    return 1


class TestBeforeTheShopperReturns:
    def test_what_redis_forgot_goes_on_without_the_provider(self, stage: Stage) -> None:
        browser = Browser()
        callback = stage.callback_url(browser)
        stage.redis.flushall()
        asked = len(stage.acme.requests("/authorize"))
        assert browser.walk(callback).url == f"{stage.store_url}/cart"
        assert len(stage.acme.requests("/authorize")) == asked

    def test_by_form_post_too(self, stage: Stage) -> None:
        browser = Browser()
        form = stage.callback_form(browser).form
        stage.redis.flushall()
        assert signed_in(stage, browser.fetch(form.action, form=form.fields))

    def test_a_server_that_was_killed_and_came_back_empty(self, own_stage: Stage) -> None:
        stage, browser = own_stage, Browser()
        stage.serve()
        callback = stage.callback_url(browser)
        stage.redis_server.kill()
        page = browser.fetch(callback)
        assert (page.status, page.refusal) == (503, "state_unavailable")
        assert int(page.headers["Retry-After"]) > 0
        assert "code=" not in page.text
        shutil.rmtree(stage.folder / "redis" / "appendonlydir")
        stage.redis_server.restart()
        assert comes_in(stage, browser, callback) == 0

    def test_two_tabs(self, stage: Stage) -> None:
        browser = Browser()
        callbacks = [stage.callback_url(browser), stage.callback_url(browser)]
        stage.redis.flushall()
        assert all(signed_in(stage, browser.fetch(one)) for one in callbacks)

    def test_a_callback_twice_at_once_at_two_bridges_redeems_its_code_once(
        self, world: tuple[Stage, str]
    ) -> None:
        stage, second = world
        browser = Browser()
        callback = stage.callback_url(browser)
        stage.redis.flushall()
        before, start = codes(stage), threading.Barrier(2)

        def back(url: str) -> Answer:
            twin = browser.copy()
            start.wait()
            return twin.fetch(url)

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(back, [callback, callback.replace(stage.bridge_url, second)]))
        assert all(signed_in(stage, answer) for answer in answers)
        assert codes(stage) == before + 1

    def test_without_the_fallback_it_begins_again(self, own_stage: Stage) -> None:
        own_stage.tables["server"]["attempt_fallback"] = 0
        own_stage.serve()
        browser = Browser()
        callback = own_stage.callback_url(browser)
        own_stage.redis.flushall()
        assert comes_in(own_stage, browser, callback) == 1


class TestWhileTheCodeIsRedeemed:
    """Redis goes away after the attempt was taken. Never more than one way round, never half a sign-in."""

    @pytest.fixture
    def stage(self, own_stage: Stage) -> Stage:
        own_stage.serve()
        assert own_stage.sign_in(Browser()).status == 303
        return own_stage

    def cut_short(self, stage: Stage, act: Callable[[], object]) -> tuple[Browser, str]:
        browser = Browser()
        callback = stage.callback_url(browser)
        stage.acme.heard = Moment(act)
        page = browser.fetch(callback)
        assert (page.status, page.refusal) == (503, "state_unavailable")
        assert not browser.cookies("bridge-session"), "nothing was given to the browser"
        return browser, callback

    def test_emptied_nothing_is_felt(self, stage: Stage) -> None:
        browser = Browser()
        callback = stage.callback_url(browser)
        stage.acme.heard = Moment(stage.redis.flushall)
        assert signed_in(stage, browser.fetch(callback))
        assert stage.customers("ada.lovelace@acme.example") == 1

    def test_killed_and_come_back_empty(self, stage: Stage) -> None:
        browser, callback = self.cut_short(stage, stage.redis_server.kill)
        shutil.rmtree(stage.folder / "redis" / "appendonlydir")
        stage.redis_server.restart()
        assert comes_in(stage, browser, callback) == 1
        assert stage.customers("ada.lovelace@acme.example") == 1

    def test_killed_and_come_back_with_its_data(self, stage: Stage) -> None:
        browser, callback = self.cut_short(stage, stage.redis_server.kill)
        stage.redis_server.restart()
        assert not list(stage.redis.scan_iter("bridge:session:*", 100))[1:], "only that of the first sign-in"
        assert comes_in(stage, browser, callback) == 1

    def test_a_replica_that_takes_no_writes(self, stage: Stage) -> None:
        browser, callback = self.cut_short(stage, lambda: stage.redis.replicaof("127.0.0.1", "1"))
        stage.redis.replicaof("NO", "ONE")
        assert comes_in(stage, browser, callback) <= 1

    def test_silent_for_three_seconds(self, stage: Stage) -> None:
        """What was asked meanwhile is done when it goes on: the sign-in was recorded after all."""
        process = stage.redis.info()["process_id"]
        browser, callback = self.cut_short(stage, lambda: os.kill(process, signal.SIGSTOP))
        os.kill(process, signal.SIGCONT)
        until(stage.redis.ping)
        assert comes_in(stage, browser, callback) <= 1


def test_silent_when_the_shopper_returns(own_stage: Stage) -> None:
    """Nobody knows whether the attempt was taken; it was put back, and goes on."""
    stage, browser = own_stage, Browser()
    stage.serve()
    assert stage.sign_in(Browser()).status == 303
    callback = stage.callback_url(browser)
    process = stage.redis.info()["process_id"]
    os.kill(process, signal.SIGSTOP)
    began = time.monotonic()
    try:
        page = browser.fetch(callback)
        assert time.monotonic() - began < 4
        time.sleep(max(0.0, 3 - (time.monotonic() - began)))
    finally:
        os.kill(process, signal.SIGCONT)
    assert (page.status, page.refusal) == (503, "state_unavailable")
    assert comes_in(stage, browser, callback) <= 1


class TestAttacks:
    def test_a_callback_replayed_when_its_outcome_was_forgotten(self, stage: Stage) -> None:
        """Redis knows that it was taken: the provider does not even see the code again."""
        browser = Browser()
        callback = stage.callback_url(browser)
        thief = browser.copy()
        assert signed_in(stage, browser.fetch(callback))
        before = codes(stage)
        stage.redis.delete(*stage.pending())
        answer = thief.fetch(callback)
        assert answer.location.startswith(stage.acme.url)
        assert codes(stage) == before

    def test_a_callback_replayed_when_redis_forgot_everything(self, stage: Stage) -> None:
        """The provider knows its code: the sign-in begins again, and nobody is in."""
        browser = Browser()
        callback = stage.callback_url(browser)
        thief = browser.copy()
        assert signed_in(stage, browser.fetch(callback))
        stage.redis.flushall()
        assert thief.fetch(callback).location.startswith(stage.acme.url)
        assert not list(stage.redis.scan_iter("bridge:session:*"))
        assert thief.fetch(callback).location.startswith(stage.acme.url), "and so it stays"

    def test_another_browser(self, stage: Stage) -> None:
        victim, thief = Browser(), Browser()
        callback = stage.callback_url(victim)
        stage.callback_url(thief)
        stage.redis.flushall()
        before = codes(stage)
        assert thief.fetch(callback).location.startswith(stage.acme.url), "begins a sign-in of its own"
        assert codes(stage) == before
        assert signed_in(stage, victim.fetch(callback)), "and its attempt is not used up"

    def test_the_ticket_of_another_attempt_under_this_ones_name(self, stage: Stage) -> None:
        for store in ("us", "both"):
            victim, thief = Browser(), Browser()
            callback = stage.callback_url(victim)
            stage.depart(thief, store, connection="acme")
            stage.redis.flushall()
            (wanted,) = victim.cookies("bridge-attempt-")
            for cookie in thief.jar:
                if cookie.name.startswith("bridge-attempt-"):
                    cookie.name = wanted
            before = codes(stage)
            assert thief.fetch(callback).location.startswith(stage.acme.url)
            assert codes(stage) == before

    def test_the_callback_of_another_connection(self, stage: Stage) -> None:
        browser = Browser()
        callback = stage.callback_url(browser, store="both", connection="acme")
        stage.redis.flushall()
        page = browser.fetch(callback.replace("/callback/acme", "/callback/acme-any"))
        assert (page.status, page.refusal) == (400, "wrong_connection")

    @pytest.mark.parametrize("spoilt", ["cut", "longer", "huge"])
    def test_a_ticket_that_somebody_changed(self, stage: Stage, spoilt: str) -> None:
        browser = Browser()
        callback = stage.callback_url(browser)
        stage.redis.flushall()
        before = codes(stage)
        for cookie in browser.jar:
            if cookie.name.startswith("bridge-attempt-"):
                value = str(cookie.value)
                head, sign = value.rsplit(".", 1)
                changed = {"cut": value[:-30], "longer": f"{head}QUJD.{sign}", "huge": value + "A" * 5000}
                cookie.value = changed[spoilt]
        assert not signed_in(stage, browser.fetch(callback))
        assert codes(stage) == before


def test_the_sealed_half_is_nowhere_but_in_the_cookie(stage: Stage) -> None:
    browser = Browser()
    stage.callback_url(browser)
    (value,) = browser.cookies("bridge-attempt-").values()
    assert len(value) < 600
    for name in stage.redis.scan_iter("bridge:attempt:*"):
        assert value not in str(stage.redis.get(name))
