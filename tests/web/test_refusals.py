"""A refusal: as a page for people, as JSON for programs, and under one reference everywhere."""

import re
import time
from html import unescape
from typing import Any

import pytest
from flask import Flask, Request
from werkzeug.test import EnvironBuilder

from bridge.domain.refusal import Reason, Refused
from bridge.web.request import check_navigation
from tests.journeys.browser import CLICK, JSON, WITHOUT_CLICK, Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, query_of, until

#: Requests that are refused, and for which reason.
REFUSED = {
    "/nowhere": "not_found",
    "/login/nowhere": "store_unknown",
    "/login/us?connection=globex": "connection_unknown",
    "/login/us?return_to=/a&return_to=/b": "bad_request",
    "/callback/nowhere?state=x&code=x": "connection_unknown",
    "/callback/acme": "callback_malformed",
    "/callback/acme?state=AAAAAAAAAA.us&code=x&code=y": "callback_malformed",
    "/callback/acme?state=AAAAAAAAAA.nowhere&code=x": "attempt_expired",
}
_REFERENCE = re.compile(r"[0-9a-hjkmnp-tv-z]{8}")


@pytest.mark.parametrize("url", REFUSED)
def test_a_refusal_is_a_page_for_people(app: Flask, url: str) -> None:
    answer = app.test_client().get(url, headers=CLICK)
    words = Reason(REFUSED[url]).words

    assert answer.status_code == words.status
    assert answer.headers["Bridge-Refusal"] == REFUSED[url]
    assert answer.mimetype == "text/html"
    text = unescape(answer.text)
    assert words.title in text
    assert words.message in text
    assert re.search(r"Reference <code>[0-9a-z]{8}</code>", answer.text)
    assert words.cause not in text, "the operator's words are not for the shopper"
    assert words.remedy not in text


@pytest.mark.parametrize("url", REFUSED)
def test_a_refusal_is_json_for_programs(app: Flask, url: str) -> None:
    answer = app.test_client().get(url, headers=JSON)
    assert answer.headers["Bridge-Refusal"] == REFUSED[url]
    assert answer.mimetype == "application/json"
    document = answer.json
    assert document is not None
    assert set(document) == {"error", "message", "reference"}
    assert document["error"] == REFUSED[url]
    assert _REFERENCE.fullmatch(document["reference"])
    assert Reason(REFUSED[url]).words.message in document["message"]


@pytest.mark.parametrize(
    "accept", ["text/html", "*/*", "", "text/html,application/json;q=0.9", "nonsense/;;"]
)
def test_who_does_not_ask_for_json_alone_gets_the_page(app: Flask, accept: str) -> None:
    assert app.test_client().get("/nowhere", headers={"Accept": accept}).mimetype == "text/html"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"])
def test_a_wrong_method_is_refused_like_everything_else_and_told_which_are_right(
    app: Flask, method: str
) -> None:
    answer = app.test_client().open("/login/us", method=method)
    assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("mode", "destination"),
    [
        ("cors", "empty"),
        ("no-cors", "image"),
        ("navigate", "iframe"),
        ("navigate", "frame"),
        ("same-origin", "empty"),
    ],
)
@pytest.mark.parametrize("url", ["/login/us", "/callback/acme?state=AAAAAAAAAA.us&code=x"])
def test_scripts_and_frames_begin_and_end_no_sign_in(
    app: Flask, url: str, mode: str, destination: str
) -> None:
    headers = {"Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": destination}
    answer = app.test_client().get(url, headers=headers)
    assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (400, "not_a_navigation")
    assert "Set-Cookie" not in answer.headers


def test_attack_words_in_fetch_metadata_are_not_told() -> None:
    headers = {"Sec-Fetch-Mode": "\x9b2J secret", "Sec-Fetch-Dest": "iframe"}
    told = Request(EnvironBuilder(headers=list(headers.items())).get_environ())
    with pytest.raises(Refused) as caught:
        check_navigation(told)
    assert caught.value.detail == "mode (not shown), destination iframe"


@pytest.mark.parametrize(
    ("url", "headers", "body"),
    [
        ("/login/us?return_to=/" + "x" * 9000, {}, None),
        ("/callback/acme?state=" + "x" * 9000, {}, None),
        ("/login/us", {"Cookie": "a=" + "x" * 17_000}, None),
        ("/callback/globex", {}, b"code=" + b"x" * 70_000),
    ],
    ids=["query at login", "query at callback", "cookies", "body"],
)
def test_what_no_browser_sends_is_too_large(
    app: Flask, url: str, headers: dict[str, str], body: bytes | None
) -> None:
    client = app.test_client(use_cookies=False)
    form = "application/x-www-form-urlencoded"
    answer = client.post(url, data=body, content_type=form) if body else client.get(url, headers=headers)
    assert answer.status_code in (413, 414)
    assert answer.headers["Bridge-Refusal"] == "too_large"


def test_a_form_of_a_thousand_fields_is_too_large(app: Flask) -> None:
    answer = app.test_client().post("/callback/globex", data={f"f{number}": "x" for number in range(1000)})
    assert answer.status_code in (400, 413)
    assert answer.headers["Bridge-Refusal"] in ("too_large", "callback_malformed", "bad_request")


def test_the_way_back_is_the_stores_and_the_way_again_is_ours(app: Flask, stage: Stage) -> None:
    text = app.test_client().get("/login/us?connection=globex&return_to=//evil.example", headers=CLICK).text
    links = re.findall(r'href="([^"]*)"', text.partition("<body>")[2])
    assert links
    assert all(link == stage.store_url or link.startswith("/login/us") for link in links)


def test_the_reference_on_the_page_is_the_one_in_the_log_and_in_the_audit_stream(
    stage: Stage, bridge: BridgeProcess, browser: Browser
) -> None:
    callback = stage.callback_url(browser, "Charles Babbage")
    page = browser.fetch(callback)
    assert page.refusal == "email_not_trusted"
    (shown,) = re.findall(r"Reference <code>(\w+)</code>", page.text)

    until(lambda: bridge.lines()[-1].get("reason") == "email_not_trusted")
    refused = bridge.lines()[-1]
    assert refused["reference"] == shown
    assert refused["detail"]
    started = [line for line in bridge.lines() if line.get("reference") == shown]
    assert [line["event"] for line in started] == ["sign_in_started", "refused"]

    events: Any = stage.redis.xrevrange("bridge:audit", count=1)
    ((_, event),) = events
    assert event["reference"] == shown
    assert event["reason"] == "email_not_trusted"
    assert event["store"] == "us"
    assert event["detail"] == refused["detail"]


def test_attack_nobody_pushes_the_past_out_of_the_audit_stream(
    stage: Stage, bridge: BridgeProcess, browser: Browser
) -> None:
    """It keeps the newest events: who can add to it at will, with no sign-in of their own, wipes traces."""
    state = query_of(stage.depart(browser).location)["state"]
    other, made_up = Browser(), "A" * 43
    stage.depart(other)
    looping = {**WITHOUT_CLICK, "Cookie": f"bridge-turns=9-{int(time.time())}"}
    before = stage.redis.xlen("bridge:audit")
    found = [
        Browser().fetch(f"{bridge.url}/callback/acme?code=x&state={made_up}.nowhere"),
        Browser().fetch(f"{bridge.url}/callback/acme?code=x&state={state}"),
        other.fetch(f"{bridge.url}/callback/acme?code=x&state={state}"),
        browser.fetch(f"{bridge.url}/callback/globex?code=x&state={state}"),
        Browser().fetch(stage.login_url(), headers=looping),
    ]
    assert [answer.refusal for answer in found] == [
        "attempt_expired",
        "cookie_missing",
        "other_browser",
        "wrong_connection",
        "sign_in_loop",
    ]
    assert stage.redis.xlen("bridge:audit") == before


def test_a_repeated_refusal_keeps_its_reference(
    stage: Stage, bridge: BridgeProcess, browser: Browser
) -> None:
    callback = stage.callback_url(browser, "Charles Babbage")
    documents = [browser.fetch(callback, headers=JSON).text for _ in range(2)]
    assert documents[0] == documents[1]


def test_a_refusal_without_an_attempt_has_a_reference_that_is_in_the_log(
    bridge: BridgeProcess, browser: Browser
) -> None:
    page = browser.fetch(f"{bridge.url}/login/nowhere")
    (shown,) = re.findall(r"Reference <code>(\w+)</code>", page.text)
    until(lambda: bridge.lines()[-1].get("reference") == shown)
    assert bridge.lines()[-1]["reason"] == "store_unknown"


def test_two_attempts_have_two_references(stage: Stage, bridge: BridgeProcess, browser: Browser) -> None:
    states = [query_of(stage.depart(browser).location)["state"] for _ in range(2)]
    assert states[0] != states[1]
    lines = [line for line in bridge.lines() if line["event"] == "sign_in_started"]
    assert lines[-1]["reference"] != lines[-2]["reference"]
