"""Pains 5, 6 and 12: the slow, the bookmarked, and those whose cookie is not there."""

from urllib.parse import urlencode

import pytest

from tests.journeys.browser import JSON, Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, query_of


def test_a_shopper_who_was_slow_is_sent_round_once_and_arrives_where_they_wanted(
    stage: Stage, browser: Browser
) -> None:
    callback = stage.callback_url(browser, return_to="/products/chair")
    stage.expire(query_of(callback)["state"])
    again = browser.fetch(callback)

    assert again.status == 303
    assert again.location.startswith(f"{stage.acme.url}/authorize?")
    assert query_of(again.location)["state"] != query_of(callback)["state"]
    assert browser.walk(again.location).url == f"{stage.store_url}/products/chair"


def test_a_shopper_who_is_slow_twice_reads_why_and_can_try_again(stage: Stage, browser: Browser) -> None:
    callback = stage.callback_url(browser, return_to="/products/chair")
    stage.expire(query_of(callback)["state"])
    second = stage.at_provider(browser, browser.fetch(callback).location).location
    stage.expire(query_of(second)["state"])

    page = browser.fetch(second)

    assert (page.status, page.refusal) == (400, "attempt_expired")
    assert "took too long" in page.text
    assert "/login/us?" in page.text
    assert "return_to=%2Fproducts%2Fchair" in page.text
    assert stage.store_url in page.text


def test_an_expired_code_is_not_sent_to_the_provider(stage: Stage, browser: Browser) -> None:
    callback = stage.callback_url(browser)
    stage.expire(query_of(callback)["state"])
    before = len(stage.acme.requests("/token"))
    browser.fetch(callback)
    assert len(stage.acme.requests("/token")) == before


@pytest.mark.parametrize("cookies", ["none", "of other attempts"])
def test_a_page_of_the_provider_that_was_bookmarked_begins_a_fresh_sign_in(
    stage: Stage, browser: Browser, cookies: str
) -> None:
    old = stage.callback_url(Browser(), return_to="/products/lamp")
    stage.expire(query_of(old)["state"])
    if cookies != "none":
        stage.depart(browser)

    fresh = browser.fetch(old)

    assert fresh.status == 303
    assert query_of(fresh.location)["state"] != query_of(old)["state"]
    assert browser.walk(fresh.location, until=stage.public_url).status == 200  # the provider asks who it is
    end = browser.walk(stage.at_provider(browser, fresh.location, "Ada Lovelace").location)
    assert "Ada Lovelace" in end.text


def test_a_bookmark_that_leads_round_in_circles_ends_on_a_page(stage: Stage, browser: Browser) -> None:
    state = "A" * 43 + ".us"
    fresh = browser.fetch(f"{stage.bridge_url}/callback/acme?{urlencode({'state': state, 'code': 'x'})}")
    callback = stage.at_provider(browser, fresh.location).location
    stage.expire(query_of(callback)["state"])
    assert browser.fetch(callback).refusal == "attempt_expired"


@pytest.mark.parametrize("state", ["A" * 43 + ".nowhere", "A" * 43 + ".post", "A" * 43])
def test_a_state_of_no_store_of_this_connection_begins_nothing(
    stage: Stage, browser: Browser, state: str
) -> None:
    pending = stage.pending()
    answer = browser.fetch(f"{stage.bridge_url}/callback/acme?{urlencode({'state': state, 'code': 'x'})}")
    assert answer.status == 400
    assert answer.refusal in ("attempt_expired", "callback_malformed")
    assert stage.pending() == pending


def test_a_living_attempt_without_any_cookie_is_told_as_cookie_missing(
    stage: Stage, bridge: BridgeProcess, browser: Browser
) -> None:
    owner = browser
    callback = stage.callback_url(owner)
    page = Browser().fetch(callback)

    assert (page.status, page.refusal) == (400, "cookie_missing")
    assert "allow cookies" in page.text
    assert bridge.lines()[-1]["reason"] == "cookie_missing"
    assert owner.fetch(callback).status == 303, "the attempt was not used up by the stranger"


def test_a_living_attempt_with_other_cookies_only_is_told_as_other_browser(
    stage: Stage, browser: Browser
) -> None:
    callback = stage.callback_url(browser)
    other = Browser()
    stage.depart(other)
    answer = other.fetch(callback, headers=JSON)

    assert (answer.status, answer.refusal) == (400, "other_browser")
    assert browser.fetch(callback).status == 303


def test_an_outcome_is_repeated_for_the_browser_that_has_it_and_for_no_other(
    stage: Stage, browser: Browser
) -> None:
    callback = stage.callback_url(browser)
    assert browser.fetch(callback).status == 303
    assert Browser().fetch(callback).refusal == "cookie_missing"


def test_a_cookie_lost_on_the_way_is_told_from_a_cookie_that_ran_out(stage: Stage, browser: Browser) -> None:
    callback = stage.callback_url(browser)
    (name,) = browser.cookies("bridge-attempt-")
    browser.forget(name)
    assert browser.fetch(callback).refusal == "cookie_missing"
    stage.expire(query_of(callback)["state"])
    assert browser.fetch(callback).status == 303


@pytest.mark.parametrize("damage", ["value", "signature", "transplanted"])
def test_a_forged_cookie_is_no_cookie(stage: Stage, browser: Browser, damage: str) -> None:
    callback = stage.callback_url(browser)
    (name,) = browser.cookies("bridge-attempt-")
    value = browser.cookies()[name]
    body, _, signature = value.rpartition(".")
    if damage == "transplanted":
        other = Browser()
        stage.depart(other)
        (value,) = other.cookies("bridge-attempt-").values()
    else:
        other_letter = "B" if signature[0] == "A" else "A"
        value = f"A{body[1:]}.{signature}" if damage == "value" else f"{body}.{other_letter}{signature[1:]}"

    answer = Browser().fetch(callback, headers={**JSON, "Cookie": f"{name}={value}"})

    assert answer.refusal == "other_browser"
    assert browser.fetch(callback).status == 303
