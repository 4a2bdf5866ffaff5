"""Whole sign-ins and many refusals at log level debug: nothing secret in a log line, on a page, or left in Redis."""

import base64
import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, quote, urlencode

import pytest

from bridge.demo.idp import SAMPLE_PEOPLE, Fault
from bridge.domain.reference import reference_of
from bridge.web.logs import FIELDS, JsonFormatter
from tests.journeys.browser import CLICK, JSON, Answer, Browser
from tests.journeys.stage import Stage, query_of, until

pytestmark = pytest.mark.slow

#: Faults whose only use here would be to wait.
_SLOW = {Fault.TOKEN_SLOW, Fault.TOKEN_HUGE, Fault.USERINFO_SLOW}
_PEOPLE = ("Ada Lovelace", "Grace Hopper", "Charles Babbage", "Augusta King", "Sujata", "Zoë Müller-Ångström")
_HINT = "planted.hint@acme.example"


@dataclass(frozen=True)
class Story:
    """What happened: log lines as written, the bridge's answers, the secrets that were on the way, Redis at the end."""

    lines: list[str]
    answers: list[Answer]
    secrets: dict[str, set[str]]
    redis: str
    states: dict[str, str]  # state of an attempt -> the event or reason it ended with


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Stage(tmp_path_factory.mktemp("secrets"), slow_seconds=0.1) as stage:
        stage.tables["server"]["log_level"] = "debug"
        bridge = stage.serve()
        browsers: list[Browser] = []
        states: dict[str, str] = {}

        def new() -> Browser:
            browsers.append(Browser())
            return browsers[-1]

        def sign_in(person: str = "Ada Lovelace", **start: Any) -> Answer:
            browser = new()
            callback = stage.callback_url(browser, person, **start)
            end = browser.fetch(callback)
            if not stage.acme.memory.fault:
                states[query_of(callback)["state"]] = end.refusal or "signed_in"
            return browser.fetch(callback, headers=JSON)

        for person in _PEOPLE:
            sign_in(person, login_hint=_HINT)
        stage.sign_in_by_post(new(), "Eve Outsider")
        _meddle(stage, new)
        for fault in Fault:
            if fault not in _SLOW:
                stage.acme.memory.fault = fault
                sign_in("Alan Turing")
        stage.acme.memory.fault = Fault.NONE
        for trouble in ("down", "401", "429", "500"):
            stage.shop.fault = trouble
            sign_in("山田 花子")
        stage.shop.fault = ""

        left = _everything_in(stage)
        stage.redis_server.stop()
        new().fetch(stage.login_url())
        until(lambda: bridge.lines()[-1].get("reason") == "state_unavailable")
        assert bridge.stop() == 0
        yield Story(
            lines=bridge.output().splitlines(),
            answers=[
                answer for browser in browsers for answer in browser.seen if answer.url.startswith(bridge.url)
            ],
            secrets=_secrets(stage),
            redis=left,
            states=states,
        )


def _meddle(stage: Stage, new: Any) -> None:
    """Callbacks and logins as nobody should send them, with things in them that nobody should see again."""
    browser = new()
    callback = stage.callback_url(browser)
    new().fetch(callback)
    for more in ("&code=again", "&id_token=eyJ.planted.token", "&iss=https://other.example"):
        browser.fetch(callback + more)
    state = query_of(stage.depart(browser).location)["state"]
    error = {"error": "server_error", "error_description": f"{_HINT} may not", "state": state}
    browser.fetch(f"{stage.bridge_url}/callback/acme?{urlencode(error)}")
    browser.fetch(stage.login_url(login_hint=_HINT, connection="globex"))
    browser.fetch(f"{stage.bridge_url}/login/us?login_hint={quote(_HINT)}&login_hint=twice")
    browser.fetch(
        f"{stage.bridge_url}/login/nowhere?login_hint={quote(_HINT)}", headers={**CLICK, "Accept": "*/*"}
    )
    browser.fetch(f"{stage.bridge_url}/callback/globex", form={"code": "planted-code", "state": "x"})
    browser.fetch(f"{stage.bridge_url}/readyz")
    browser.fetch(f"{stage.bridge_url}/healthz")


def _secrets(stage: Stage) -> dict[str, set[str]]:
    store = stage.store_options
    found: dict[str, set[str]] = {
        "client secret": {one.client.client_secret for one in stage.providers.values()},
        "store secret": {store.client_secret},
        "store access token": {store.access_token},
        "cookie key": set(stage.tables["server"]["cookie_keys"]),
        "e-mail": {_HINT, *(one.email for one in SAMPLE_PEOPLE if one.email)},
        # Shorter ones (Eve) stand by chance in a random text now and then.
        "name": {name for one in SAMPLE_PEOPLE for name in one.name.split() if len(name) > 4},
        "subject": {one.subject for one in SAMPLE_PEOPLE},
        "planted": {"planted-code", "eyJ.planted.token"},
    }
    for provider in stage.providers.values():
        for asked in provider.requests("/authorize"):
            found.setdefault("nonce", set()).add(query_of("?" + asked.query)["nonce"])
        for redeemed in provider.requests("/token"):
            form = dict(parse_qsl(redeemed.body))
            found.setdefault("code", set()).add(form["code"])
            found.setdefault("verifier", set()).add(form["code_verifier"])
            try:
                answer = json.loads(bytes(redeemed.answer))
            except ValueError:
                continue
            for kind in ("id_token", "access_token"):
                if kind in answer:
                    found.setdefault(kind, set()).update(
                        {answer[kind], answer[kind].split(".")[-1] or answer[kind]}
                    )
    return found


def _everything_in(stage: Stage) -> str:
    """All keys and values, but for attempts that still wait for their shopper."""
    redis, texts = stage.redis, []
    for key in redis.scan_iter():
        match redis.type(key):
            case "string":
                value = str(redis.get(key))
                texts.append("" if ":attempt:" in key and value.startswith("P") else value)
            case "hash":
                texts.append(str(redis.hgetall(key)))
            case "zset":
                texts.append(str(redis.zrange(key, 0, -1)))
            case "set":
                texts.append(str(redis.smembers(key)))
            case "stream":
                texts.append(str(redis.xrange(key)))
            case other:
                raise AssertionError(other)
        texts.append(str(key))
    return "\n".join(texts)


def leaked(secrets: dict[str, set[str]], text: str, *but_not: str) -> list[tuple[str, str]]:
    return [
        (kind, value)
        for kind, values in secrets.items()
        if kind not in but_not
        for value in values
        for written in {value, quote(value, safe=""), json.dumps(value)[1:-1]}
        if written in text
    ]


def test_the_story_saw_every_kind_of_secret(story: Story) -> None:
    assert all(story.secrets.values())
    assert {"nonce", "code", "verifier", "id_token", "access_token"} <= story.secrets.keys()
    assert len(story.secrets["code"]) > 20
    reasons = {json.loads(line).get("reason") for line in story.lines} - {None}
    assert len(reasons) >= 15, reasons


def test_no_log_line_holds_a_secret_or_a_person(story: Story) -> None:
    for line in story.lines:
        assert leaked(story.secrets, line) == []
        assert "login/token" not in line
        assert "eyJ" not in line


def test_no_page_holds_a_secret_or_a_person(story: Story) -> None:
    assert len(story.answers) > 60
    for answer in story.answers:
        headers = "".join(
            f"{name}: {value}\n" for name, value in answer.headers.items() if name.lower() != "location"
        )
        assert leaked(story.secrets, answer.text + headers) == [], answer.url
        assert "eyJ" not in answer.text


def test_no_redirect_to_the_provider_holds_more_than_it_must(story: Story) -> None:
    to_provider = [answer.location for answer in story.answers if "/authorize?" in answer.location]
    assert to_provider
    for location in to_provider:
        assert leaked(story.secrets, location.replace(quote(_HINT), ""), "nonce") == []


def test_the_token_for_the_store_says_only_what_the_store_needs(story: Story) -> None:
    to_store = [answer.location for answer in story.answers if "/login/token/" in answer.location]
    assert len(to_store) >= 8
    for location in to_store:
        claims = json.loads(base64.urlsafe_b64decode(location.rpartition("/")[2].split(".")[1] + "==="))
        needed = {"iss", "iat", "jti", "operation", "store_hash", "customer_id", "channel_id", "redirect_to"}
        assert set(claims) == needed


def test_nothing_secret_stays_in_redis(story: Story) -> None:
    assert "bridge:audit" in story.redis
    assert "bridge:session:" in story.redis
    # The subject is in the session, which sign-out needs, and nowhere in the audit stream.
    assert leaked(story.secrets, story.redis, "subject") == []


def test_every_log_line_is_json_of_the_fields_on_the_list(story: Story) -> None:
    allowed = {*FIELDS, "time", "level", "event", "logger", "error", "at"}
    for line in story.lines:
        document = json.loads(line)
        assert isinstance(document, dict)
        assert set(document) <= allowed, line
        assert {"time", "level", "event"} <= set(document)


def test_nothing_in_the_story_was_a_fault_of_the_bridge(story: Story) -> None:
    documents = [json.loads(line) for line in story.lines]
    faults = [one for one in documents if one["level"] == "error" or one["event"] in ("fault", "library")]
    assert faults == []


def test_all_lines_of_an_attempt_carry_its_reference(story: Story) -> None:
    documents = [json.loads(line) for line in story.lines]
    assert len(story.states) >= 6
    for state, end in story.states.items():
        told = [one for one in documents if one.get("reference") == reference_of(state)]
        first, last, again = (cast("dict[str, Any]", one) for one in told)
        assert first["event"] == "sign_in_started"
        assert (last.get("reason") or last["event"]) == end
        assert (again.get("reason") or again["event"]) == end
        assert all(one["store"] == "us" and one["connection"] == "acme" for one in told)


def test_a_reference_does_not_reveal_its_state(story: Story) -> None:
    assert all(reference_of(state) not in state for state in story.states)


def test_a_fault_of_the_bridge_is_logged_by_kind_and_place_and_never_by_its_message() -> None:
    """Messages of exceptions quote their input."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    for name in ("bridge", "some.library"):
        record = logging.makeLogRecord(
            {
                "name": name,
                "msg": "planted %s",
                "args": ("in-arguments",),
                "detail": "kept",
                "unlisted": "in-extra",
            }
        )
        try:
            int("in-message")
        except ValueError:
            record.exc_info = sys.exc_info()
        handler.emit(record)

    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert ours["error"] == theirs["error"] == "ValueError"
    assert ours["at"][0].startswith("meta/test_secrets.py:")
    assert ours["detail"] == "kept"
    assert (theirs["event"], theirs["logger"]) == ("library", "some.library")
    assert "planted" not in json.dumps(theirs)
    for planted in ("in-arguments", "in-extra", "in-message"):
        assert planted not in stream.getvalue()
