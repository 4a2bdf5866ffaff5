"""A storefront of its own redeems its shoppers' codes at bridges as processes, with a real Redis."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from bridge.domain.limits import CODE_LIFE
from tests.journeys.browser import Browser
from tests.journeys.process import BridgeProcess, quiet_port
from tests.journeys.stage import Stage, query_of
from tests.journeys.storefronts import (
    NEW,
    OLD,
    Pkce,
    add_storefronts,
    arrive,
    ask,
    basic,
    redeem,
    return_url,
    secret_of,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bridges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, BridgeProcess, BridgeProcess]]:
    with Stage(tmp_path_factory.mktemp("storefronts")) as stage:
        add_storefronts(stage)
        yield stage, stage.serve(), stage.serve(port=quiet_port())


@pytest.fixture
def stage(bridges: tuple[Stage, BridgeProcess, BridgeProcess]) -> Stage:
    return bridges[0]


@pytest.fixture
def other_bridge(bridges: tuple[Stage, BridgeProcess, BridgeProcess]) -> BridgeProcess:
    return bridges[2]


def test_a_headless_storefront_gets_a_login_token_that_the_store_takes(stage: Stage) -> None:
    brought = arrive(stage, return_to="/products/lamp?a=b c", state="of this browser")
    assert brought["state"] == "of this browser"
    assert brought["return_to"] == "/products/lamp?a=b%20c"
    answer, given = redeem(stage, "server", brought["code"])

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"
    assert "Set-Cookie" not in answer.headers
    assert given["token_type"] == "customer_login"
    assert given["expires_in"] == 30
    assert given["customer_id"] == "101"
    assert given["return_to"] == "/products/lamp?a=b%20c"
    assert given["login_token_url"] == f"{stage.store_url}/login/token/{given['access_token']}"
    end = Browser().walk(given["login_token_url"])
    assert urlsplit(end.url).path == "/products/lamp"
    assert "Ada Lovelace" in end.text


def test_of_two_processes_that_redeem_one_code_at_once_one_gets_a_token(
    stage: Stage, other_bridge: BridgeProcess
) -> None:
    for _ in range(5):
        code = arrive(stage)["code"]
        with ThreadPoolExecutor(8) as pool:
            urls = [stage.bridge_url, other_bridge.url] * 4
            waiting = [pool.submit(redeem, stage, "server", code, bridge_url=url) for url in urls]
        answers = [one.result() for one in waiting]
        assert sorted(answer.status for answer, _ in answers) == [200] + [400] * 7
        assert {given["error"] for answer, given in answers if answer.status == 400} == {"invalid_grant"}


def test_a_code_from_one_process_is_redeemed_and_renewed_at_another(
    stage: Stage, other_bridge: BridgeProcess
) -> None:
    _, given = redeem(stage, "server", arrive(stage)["code"], bridge_url=other_bridge.url)
    form = {"grant_type": "refresh_token", "refresh_token": given["session"]}
    answer, renewed = ask(stage, "server", form, basic("server", NEW))
    assert answer.status == 200
    assert renewed["session"] == given["session"]
    assert renewed["access_token"] != given["access_token"]


def test_a_code_lives_for_sixty_seconds(stage: Stage) -> None:
    before = set(stage.redis.scan_iter("bridge:code:*"))
    code = arrive(stage)["code"]
    (kept,) = set(stage.redis.scan_iter("bridge:code:*")) - before
    assert CODE_LIFE - 5 < stage.redis.ttl(kept) <= CODE_LIFE == 60
    assert code not in str(kept)
    stage.redis.delete(kept)  # the minute is over
    answer, refused = redeem(stage, "server", code)
    assert (answer.status, refused["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("secret", [NEW, OLD], ids=["newest", "older"])
@pytest.mark.parametrize("encoded", [False, True])
def test_both_secrets_of_a_rotation_serve(stage: Stage, secret: str, encoded: bool) -> None:
    form = {"grant_type": "authorization_code", "code": arrive(stage)["code"]}
    answer, _ = ask(stage, "server", form, basic("server", secret, encoded=encoded), as_json=encoded)
    assert answer.status == 200


def test_another_stores_code_is_none_here_and_stays_good_there(stage: Stage) -> None:
    code = arrive(stage, "other")["code"]
    answer, refused = redeem(stage, "server", code)
    assert (answer.status, refused["error"]) == (400, "invalid_grant")
    assert redeem(stage, "other", code)[0].status == 200


def test_a_wrong_secret_is_refused_and_does_not_use_the_code_up(stage: Stage) -> None:
    code = arrive(stage)["code"]
    form = {"grant_type": "authorization_code", "code": code}
    for headers in (
        basic("server", "x" * 40),
        basic("other", NEW),
        basic("server", secret_of(stage, "other")),
        {},
    ):
        answer, refused = ask(stage, "server", form, headers)
        assert (answer.status, refused["error"]) == (401, "invalid_client")
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert redeem(stage, "server", code)[0].status == 200


def test_a_page_redeems_and_renews_by_pkce_alone(stage: Stage) -> None:
    pkce, headers = Pkce(), {"Origin": stage.store_url}
    code = arrive(stage, "page", **pkce.query)["code"]
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": pkce.verifier}
    answer, given = ask(stage, "page", form, headers, as_json=True)
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == stage.store_url
    assert "Access-Control-Allow-Credentials" not in answer.headers
    answer, renewed = ask(
        stage, "page", {"grant_type": "refresh_token", "refresh_token": given["session"]}, headers
    )
    assert answer.status == 200
    assert renewed["session"] != given["session"]


def test_a_repeated_callback_brings_another_code_and_both_are_the_shoppers(stage: Stage) -> None:
    browser = Browser()
    callback = stage.callback_url(browser, store="server", state="s")
    codes = [query_of(browser.fetch(callback).location) for _ in range(2)]
    assert codes[0]["code"] != codes[1]["code"]
    assert {one["state"] for one in codes} == {"s"}
    given = [redeem(stage, "server", one["code"])[1] for one in codes]
    assert {one["customer_id"] for one in given} == {"101"}
    assert given[0]["session"] != given[1]["session"]


def test_whoever_signs_out_cannot_be_renewed(stage: Stage) -> None:
    _, given = redeem(stage, "server", arrive(stage)["code"])
    for key in stage.redis.scan_iter("bridge:session:*"):
        stage.redis.delete(key)
    form = {"grant_type": "refresh_token", "refresh_token": given["session"]}
    answer, refused = ask(stage, "server", form, basic("server", NEW))
    assert (answer.status, refused["error"]) == (400, "invalid_grant")


def test_the_binding_survives_the_one_automatic_restart(stage: Stage) -> None:
    browser, pkce = Browser(), Pkce()
    callback = stage.callback_url(browser, store="page", state="kept", **pkce.query)
    stage.expire(query_of(callback)["state"])
    again = browser.fetch(callback)
    end = browser.fetch(stage.at_provider(browser, again.location).location)
    brought = query_of(end.location)
    assert brought["state"] == "kept"
    form = {"grant_type": "authorization_code", "code": brought["code"], "code_verifier": pkce.verifier}
    assert ask(stage, "page", form, {"Origin": stage.store_url})[0].status == 200


def test_neither_codes_nor_tokens_nor_handles_are_in_the_log(
    stage: Stage, bridges: tuple[Stage, BridgeProcess, BridgeProcess]
) -> None:
    code = arrive(stage)["code"]
    _, given = redeem(stage, "server", code)
    redeem(stage, "server", code)
    written = bridges[1].output()
    for secret in (code, given["access_token"], given["session"], NEW, given["session"].rpartition(".")[2]):
        assert secret not in written
    told = [line for line in bridges[1].lines() if line.get("route") == "/token/<store>"]
    started = [line for line in bridges[1].lines() if line["event"] == "signed_in"]
    assert told[-2]["event"] == "token_given"
    assert told[-2]["reference"] == started[-1]["reference"], "one reference for the whole sign-in"
    assert told[-1]["reason"] == "invalid_grant"


def test_nobody_is_led_anywhere_but_to_the_configured_page(stage: Stage) -> None:
    for query in (
        {"return_url": "https://evil.example/"},
        {"redirect_uri": "https://evil.example/"},
        {"return_to": "https://evil.example/"},
        {"return_to": "//evil.example/"},
    ):
        answer = stage.sign_in(Browser(), store="server", **query)
        assert answer.location.startswith(return_url(stage) + "?code=")
        assert "evil" not in answer.location
