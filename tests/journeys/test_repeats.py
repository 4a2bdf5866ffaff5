"""Pains 4, 7 and 8: a callback that comes again, a request nobody asked for, a one-time link used up."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bridge.demo.idp import Fault
from tests.journeys.browser import CLICK, Answer, Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, query_of


def login_token(answer: Answer) -> dict[str, Any]:
    """The claims of the token in a redirect to the store."""
    assert answer.status == 303, (answer.status, answer.refusal)
    head, marker, token = answer.location.partition("/login/token/")
    assert marker, head
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==="))
    return claims


def token_requests(stage: Stage) -> int:
    return len(stage.acme.requests("/token"))


@pytest.mark.parametrize("again", ["back button", "refresh"])
def test_back_button_or_refresh_on_the_callback_repeats_the_outcome(
    stage: Stage, browser: Browser, again: str
) -> None:
    callback = stage.callback_url(browser, return_to="/products/mug")
    before = token_requests(stage)
    first = browser.fetch(callback)
    headers = CLICK if again == "back button" else {**CLICK, "Cache-Control": "max-age=0"}
    second = browser.fetch(callback, headers=headers)

    assert token_requests(stage) == before + 1
    one, two = login_token(first), login_token(second)
    assert one.pop("jti") != two.pop("jti")
    assert abs(one.pop("iat") - two.pop("iat")) <= 1
    assert one == two
    for answer in (first, second):
        assert browser.walk(answer.location).url == f"{stage.store_url}/products/mug"


def test_a_repeated_callback_stays_in_the_same_session(stage: Stage, browser: Browser) -> None:
    callback = stage.callback_url(browser)
    sessions = []
    for _ in range(2):
        browser.fetch(callback)
        sessions.append(browser.cookies("bridge-session-"))
    assert sessions[0]
    assert sessions[0] == sessions[1]


def test_a_refused_callback_repeats_its_refusal_without_asking_the_provider_again(
    stage: Stage, browser: Browser
) -> None:
    callback = stage.callback_url(browser, "Charles Babbage")
    before = token_requests(stage)
    first, second = browser.fetch(callback), browser.fetch(callback)

    assert first.refusal == second.refusal == "email_not_trusted"
    assert first.status == second.status == 403
    assert token_requests(stage) == before + 1


@pytest.mark.parametrize(
    "mark",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
        {"HEAD": ""},
    ],
    ids=["sec-purpose", "prerender", "purpose", "x-purpose preview", "x-moz", "HEAD"],
)
def test_a_prefetch_a_preload_or_a_head_uses_nothing_up(
    stage: Stage, browser: Browser, mark: dict[str, str]
) -> None:
    method = "HEAD" if "HEAD" in mark else "GET"
    headers = {**CLICK, **{name: value for name, value in mark.items() if name != "HEAD"}}
    pending, cookies = stage.pending(), browser.cookies()
    early = browser.fetch(stage.login_url(), method=method, headers=headers)

    assert (early.status, early.body, early.set_cookies) == (204, b"", {})
    assert (stage.pending(), browser.cookies()) == (pending, cookies)

    callback = stage.callback_url(browser)
    requests = token_requests(stage)
    early = browser.fetch(callback, method=method, headers=headers)

    assert (early.status, early.body, early.set_cookies) == (204, b"", {})
    assert "no-store" in early.headers["Cache-Control"]
    assert token_requests(stage) == requests
    assert login_token(browser.fetch(callback))


@pytest.mark.slow
def test_two_simultaneous_identical_callbacks_have_one_outcome_and_one_token_request(tmp_path: Path) -> None:
    browser = Browser()
    with Stage(tmp_path, slow_seconds=0.8) as stage:
        stage.tables["connections.acme"]["userinfo"] = "always"
        stage.acme.memory.fault = Fault.USERINFO_SLOW
        stage.serve()
        callback = stage.callback_url(browser)
        twins = [browser.copy() for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda twin: twin.fetch(callback), twins))

        assert token_requests(stage) == 1
        claims = [login_token(answer) for answer in answers]
        assert len({one.pop("jti") for one in claims}) == 4
        assert all(one["customer_id"] == 101 for one in claims)
        assert {frozenset(twin.cookies("bridge-session-").items()) for twin in twins} == {
            frozenset(twins[0].cookies("bridge-session-").items())
        }


def test_the_login_token_is_made_for_the_last_redirect_and_is_nowhere_else(
    stage: Stage, bridge: BridgeProcess, browser: Browser
) -> None:
    login = stage.depart(browser)
    callback = stage.at_provider(browser, login.location).location
    end = browser.fetch(callback)
    again = browser.fetch(callback)

    for answer in (end, again):
        token = answer.location.rpartition("/")[2]
        assert token.startswith("eyJ")
        assert answer.body == b""
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert token not in str(answer.set_cookies)
        assert token.split(".")[2] not in bridge.output()
    assert login.body == b""
    assert "login/token" not in bridge.output()
    assert "login/token" not in login.location

    stored = stage.redis.get(f"bridge:attempt:{query_of(callback)['state']}")
    assert stored is not None
    assert "eyJ" not in str(stored)


def test_a_login_token_that_a_scanner_used_up_is_replaced_by_a_refresh(
    stage: Stage, browser: Browser
) -> None:
    callback = stage.callback_url(browser)
    used_up = browser.fetch(callback).location
    Browser().walk(used_up)

    assert browser.walk(used_up).url == f"{stage.store_url}/login.php"
    assert browser.walk(callback).url == f"{stage.store_url}/cart"
