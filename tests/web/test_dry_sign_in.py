"""The end of a test of a connection, as the browser sees it: a page, and nothing that signs in."""

from collections.abc import Iterator

import pytest
from flask import Flask

from bridge.demo.markup import read_markup
from bridge.domain.dry_sign_in import dry_state
from bridge.settings import read_settings
from bridge.wiring.bridge import Bridge, wire
from tests.contracts.world import FakeClock, counting_token
from tests.journeys.browser import CLICK
from tests.journeys.stage import Stage

_token = counting_token("dry")


@pytest.fixture(scope="module")
def command(stage: Stage) -> Iterator[Bridge]:
    """What `bridge connections test` has: the same configuration as the app, wired once more."""
    clock = FakeClock()
    settings = read_settings(stage.write_configuration("command.toml"), {})
    made = wire(settings, now=clock.now, monotonic=clock.monotonic, pause=clock.advance)
    yield made
    made.redis.close()


def test_the_page_says_where_to_look_who_reads_it_and_signs_nobody_in(app: Flask, command: Bridge) -> None:
    state = dry_state(_token)
    command.dry_sign_in.dry_sign_ins.expect(state, "acme", 60)
    answer = app.test_client().get(
        "/callback/acme", query_string={"state": state, "code": "c"}, headers=CLICK
    )
    assert answer.status_code == 200
    text = " ".join(read_markup(answer.text).visible.split())
    assert "The test has arrived" in text
    assert "Look at your terminal: it shows what Acme staff said of you." in text
    assert "somebody sent you here, and can read your name and address now" in text
    assert "not signed in" in text
    assert not answer.headers.getlist("Set-Cookie")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer.headers
    assert state not in answer.text
    collected = command.dry_sign_in.dry_sign_ins.collect(state)
    assert collected is not None
    assert collected.code == "c"


def test_a_speculative_request_brings_no_answer(app: Flask, command: Bridge) -> None:
    state = dry_state(_token)
    command.dry_sign_in.dry_sign_ins.expect(state, "acme", 60)
    answer = app.test_client().get(
        "/callback/acme",
        query_string={"state": state, "code": "c"},
        headers={**CLICK, "Sec-Purpose": "prefetch"},
    )
    assert answer.status_code == 204
    assert command.dry_sign_in.dry_sign_ins.collect(state) is None


def test_what_nobody_waits_for_is_refused_and_offers_no_way_into_a_store(app: Flask) -> None:
    answer = app.test_client().get(
        "/callback/acme", query_string={"state": dry_state(_token), "code": "c"}, headers=CLICK
    )
    assert answer.headers["Bridge-Refusal"] == "attempt_expired"
    assert "/login/" not in answer.text
    assert not answer.headers.getlist("Set-Cookie")


def test_a_malformed_answer_is_refused_as_any_other(app: Flask, command: Bridge) -> None:
    state = dry_state(_token)
    command.dry_sign_in.dry_sign_ins.expect(state, "acme", 60)
    query = {"state": state, "code": "c", "id_token": "x"}
    answer = app.test_client().get("/callback/acme", query_string=query, headers=CLICK)
    assert answer.headers["Bridge-Refusal"] == "callback_malformed"
    assert command.dry_sign_in.dry_sign_ins.collect(state) is None
