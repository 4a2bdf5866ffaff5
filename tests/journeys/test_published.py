"""Providers' documents among real processes: fetched once, kept over restarts, fetched anew by hand."""

import json
import time
from pathlib import Path

import pytest

from bridge.idp.keeper import LOOK
from bridge.net.breaker import FAILURES, FIRST_COOL_DOWN
from tests.cli.command import bridge as command
from tests.journeys.browser import JSON, Browser
from tests.journeys.process import quiet_port
from tests.journeys.stage import Provider, Stage, until

pytestmark = pytest.mark.slow

METADATA, KEYS = "/.well-known/openid-configuration", "/jwks.json"


def counts(provider: Provider) -> tuple[int, int]:
    """How often its metadata and its keys were fetched."""
    return len(provider.requests(METADATA)), len(provider.requests(KEYS))


def once(stage: Stage, more: int = 0) -> tuple[int, int]:
    """What `counts` is at acme when each connection there fetched once, and some `more` often."""
    connections = sum(table.get("issuer") == stage.acme.url for table in stage.tables.values())
    return connections + more, connections + more


def states(stage: Stage) -> dict[str, str]:
    body = Browser().fetch(f"{stage.bridge_url}/readyz", headers=JSON).body
    found: dict[str, str] = json.loads(body)["dependencies"]
    return found


def test_three_processes_fetch_once_before_anybody_comes(own_stage: Stage) -> None:
    stage = own_stage
    stage.serve(workers=2)
    until(lambda: counts(stage.acme) == once(stage))
    stage.serve(port=quiet_port())
    until(lambda: states(stage)["connections.acme"] == "ok")
    assert stage.sign_in(Browser()).status == 303
    time.sleep(1)
    assert counts(stage.acme) == once(stage)


def test_a_bridge_that_starts_while_the_provider_is_away_sends_people_there_by_the_last_good_documents(
    own_stage: Stage,
) -> None:
    stage = own_stage
    first = stage.serve()
    until(lambda: counts(stage.acme) == once(stage))
    until(lambda: stage.redis.exists("bridge:document:acme:keys") == 1)
    first.kill()
    stage.acme.go_away()
    stage.serve()

    browser = Browser()
    answer = stage.depart(browser)
    assert answer.location.startswith(f"{stage.acme.url}/authorize?")
    stage.acme.come_back()
    callback = stage.at_provider(browser, answer.location).location
    assert browser.walk(callback).url == f"{stage.store_url}/cart"
    assert counts(stage.acme) == once(stage)


def test_a_refresh_by_hand_reaches_a_running_bridge_within_seconds(own_stage: Stage) -> None:
    stage = own_stage
    stage.serve(workers=2)
    assert stage.sign_in(Browser()).status == 303
    until(lambda: counts(stage.acme) == once(stage))
    config = stage.folder / "bridge.toml"
    before = stage.redis.get("bridge:document:acme:keys")

    ended = command("connections", "refresh", "acme", "--config", config)

    assert ended.status == 0, ended.said
    assert "acme: metadata and 1 key fetched" in ended.out
    assert stage.redis.get("bridge:document:acme:keys") != before
    time.sleep(LOOK + 1)
    assert counts(stage.acme) == once(stage, 1), "once for all: by the command; the workers found it"
    assert stage.sign_in(Browser()).status == 303


def test_a_running_bridge_that_finds_nothing_newer_in_redis_asks_the_provider(own_stage: Stage) -> None:
    """Had the command failed half-way; else it would go on with the documents in hand for minutes."""
    stage = own_stage
    stage.serve()
    until(lambda: counts(stage.acme) == once(stage))
    stage.redis.delete("bridge:document:acme:keys", "bridge:document:acme:metadata")
    stage.redis.hset("bridge:refreshes", "acme", "as the command does it")
    until(lambda: counts(stage.acme) == once(stage, 1), LOOK + 2)


def test_a_provider_that_is_away_is_given_up_for_a_moment_and_the_others_go_on(own_stage: Stage) -> None:
    stage, browser = own_stage, Browser()
    bridge = stage.serve()
    callbacks = [(one := Browser(), stage.callback_url(one)) for _ in range(FAILURES + 1)]
    stage.acme.go_away()
    for one, url in callbacks[:FAILURES]:
        assert one.fetch(url).refusal == "idp_unavailable"

    assert states(stage)["connections.acme"] == "circuit open"
    last, url = callbacks[FAILURES]
    assert last.fetch(url).refusal == "idp_unavailable"
    until(lambda: any(line.get("reason") and "circuit" in line["detail"] for line in bridge.lines()))
    (opened,) = [line for line in bridge.lines() if line["event"] == "circuit_opened"]
    assert opened["subject"] == "connections.acme"
    assert stage.sign_in_by_post(Browser(), "Eve Outsider").status == 303

    stage.acme.come_back()
    time.sleep(4 * FIRST_COOL_DOWN)
    assert browser.walk(stage.callback_url(browser)).url == f"{stage.store_url}/cart"
    assert states(stage)["connections.acme"] == "ok"
    assert [line["event"] for line in bridge.lines()].count("circuit_closed") == 1


def test_without_redis_a_new_bridge_still_fetches_for_itself(own_stage: Stage, tmp_path: Path) -> None:
    stage = own_stage
    stage.redis_server.kill()
    stage.serve(expect_ready=False)
    until(lambda: counts(stage.acme) == once(stage))
    assert states(stage)["connections.acme"] == "ok"
