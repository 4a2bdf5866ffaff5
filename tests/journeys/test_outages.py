"""One thing is down: who feels it, what they read, and that nobody has to restart anything."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.demo.idp import Fault
from tests.journeys.browser import JSON, Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, until

pytestmark = pytest.mark.slow
#: Longer than the seconds in which the bridge asks a failed dependency nothing.
PATIENCE = 2.1


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, BridgeProcess]]:
    with Stage(tmp_path_factory.mktemp("outages")) as stage:
        yield stage, stage.serve()


@pytest.fixture
def stage(world: tuple[Stage, BridgeProcess]) -> Iterator[Stage]:
    """A stage in which things may be broken; it is mended after each journey."""
    stage = world[0]
    yield stage
    stage.shop.fault, stage.acme.memory.fault = "", Fault.NONE


def ready(stage: Stage) -> tuple[int, dict[str, str]]:
    answer = Browser().fetch(f"{stage.bridge_url}/readyz", headers=JSON)
    return answer.status, json.loads(answer.body)["dependencies"]


def test_without_redis_nobody_signs_in_everybody_reads_why_and_it_recovers_by_itself(
    own_stage: Stage,
) -> None:
    stage, browser = own_stage, Browser()
    stage.serve()
    callback = stage.callback_url(browser)
    stage.redis_server.kill()

    for url in (stage.login_url(), callback):
        began = time.monotonic()
        page = browser.fetch(url)
        assert (page.status, page.refusal) == (503, "state_unavailable")
        assert int(page.headers["Retry-After"]) > 0
        assert "not possible right now" in page.text
        assert time.monotonic() - began < 4
    status, dependencies = ready(stage)
    assert (status, dependencies["redis"]) == (503, "state_unavailable")
    assert browser.fetch(f"{stage.bridge_url}/healthz").status == 200

    stage.redis_server.restart()
    assert ready(stage)[0] == 200
    assert browser.walk(callback).url == f"{stage.store_url}/cart"


def test_a_bridge_that_starts_without_redis_works_when_redis_comes(own_stage: Stage) -> None:
    own_stage.redis_server.kill()
    own_stage.serve(expect_ready=False)
    assert ready(own_stage)[0] == 503

    own_stage.redis_server.restart()

    assert ready(own_stage)[0] == 200
    browser = Browser()
    assert "Ada Lovelace" in browser.walk(own_stage.callback_url(browser)).text


def test_a_provider_that_is_gone_stops_its_own_people_only_and_may_come_back(own_stage: Stage) -> None:
    stage, browser = own_stage, Browser()
    stage.acme.go_away()
    stage.serve()

    page = browser.fetch(stage.login_url("us"))
    assert (page.status, page.refusal) == (502, "idp_unavailable")
    assert "cannot be reached" in page.text
    assert stage.sign_in_by_post(Browser(), "Eve Outsider").status == 303
    status, dependencies = ready(stage)
    assert status == 200, "one sick provider is not fatal to the others"
    assert dependencies["connections.acme"] == "idp_unavailable"

    stage.acme.come_back()
    time.sleep(PATIENCE)
    assert browser.walk(stage.callback_url(browser)).url == f"{stage.store_url}/cart"
    assert ready(stage)[1]["connections.acme"] == "ok"


def test_a_provider_that_goes_away_while_the_shopper_signs_in_is_named_and_the_next_try_works(
    stage: Stage,
) -> None:
    browser = Browser()
    callback = stage.callback_url(browser)
    stage.acme.go_away()
    page = browser.fetch(callback)
    stage.acme.come_back()

    assert (page.status, page.refusal) == (502, "idp_unavailable")
    assert "Try again" in page.text
    assert stage.sign_in(browser).status == 303


def test_a_provider_that_never_ends_its_answer_is_given_up_in_time(stage: Stage) -> None:
    browser = Browser()
    callback = stage.callback_url(browser)
    stage.acme.memory.fault = Fault.TOKEN_SLOW
    began = time.monotonic()
    page = browser.fetch(callback)

    assert (page.status, page.refusal) == (504, "idp_timeout")
    assert time.monotonic() - began < 10


def test_without_the_stores_api_known_customers_sign_in_and_new_ones_read_why(stage: Stage) -> None:
    known, new = Browser(), Browser()
    assert stage.sign_in(known).status == 303
    stage.shop.fault = "down"

    assert "Ada Lovelace" in known.walk(stage.callback_url(known)).text
    page = new.walk(stage.callback_url(new, "Grace Hopper"))
    assert (page.status, page.refusal) == (502, "store_unavailable")
    assert stage.customers("grace.hopper@acme.example") == 0

    stage.shop.fault = ""
    assert "Grace Hopper" in new.walk(stage.callback_url(new, "Grace Hopper")).text


def test_an_answer_of_the_store_that_was_lost_makes_no_second_customer(stage: Stage) -> None:
    browser = Browser()
    stage.shop.fault = "lost_answer"
    page = browser.fetch(stage.callback_url(browser, "Sujata"))
    assert (page.status, page.refusal) == (303, ""), (
        "the bridge looks whether the customer is there, and it is"
    )

    stage.shop.fault = ""
    assert "Sujata" in browser.walk(stage.callback_url(browser, "Sujata")).text
    assert stage.customers("sujata@acme.example") == 1


def test_a_store_that_no_longer_takes_our_access_token_is_told_apart_from_one_that_is_down(
    stage: Stage,
) -> None:
    stage.shop.fault = "401"
    browser = Browser()
    page = browser.fetch(stage.callback_url(browser, "Zoë Müller-Ångström"))
    assert (page.status, page.refusal) == (502, "store_misconfigured")


def test_a_wrong_client_secret_is_named_as_that(tmp_path: Path) -> None:
    browser = Browser()
    with Stage(tmp_path) as stage:
        stage.tables["connections.acme"]["client_secret"] = "yesterdays-secret"
        bridge = stage.serve()
        page = stage.sign_in(browser)

        assert (page.status, page.refusal) == (502, "client_rejected")
        assert "not set up correctly" in page.text
        assert "secret" not in page.text
        until(lambda: any(line.get("reason") == "client_rejected" for line in bridge.lines()))
        assert "yesterdays-secret" not in bridge.output()


def test_a_secret_that_is_being_rotated_works_before_and_after(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        secret = stage.acme.client.client_secret
        stage.tables["connections.acme"]["client_secret"] = ["tomorrows-secret", secret]
        stage.serve()
        assert stage.sign_in(Browser()).status == 303


def test_a_redis_that_became_a_replica_is_named_and_recovers_by_itself(own_stage: Stage) -> None:
    """What a failover leaves behind for a while: it answers, and takes no writes."""
    stage, browser = own_stage, Browser()
    bridge = stage.serve()
    stage.redis.replicaof("127.0.0.1", "1")
    page = browser.fetch(stage.login_url())
    assert (page.status, page.refusal) == (503, "state_unavailable")
    until(lambda: bridge.lines()[-1].get("reason") == "state_unavailable")
    assert "read only" in bridge.lines()[-1]["detail"].lower()

    stage.redis.replicaof("NO", "ONE")
    assert browser.walk(stage.callback_url(browser)).url == f"{stage.store_url}/cart"
