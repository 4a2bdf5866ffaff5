"""A sign-out from the storefront: bridge, store and provider, and what the next sign-in asks."""

import pytest

from tests.journeys.browser import CLICK, Answer, Browser
from tests.journeys.stage import Stage, press, query_of
from tests.web.leaving import (
    FROM_US,
    asks,
    at_provider_known,
    at_store_known,
    from_store,
    logout_url,
    sessions,
    sid_of,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("bridge")


def leave(stage: Stage, browser: Browser, query: str = "return_to=/cart") -> Answer:
    """A click on the store's "sign out": the bridge's answer."""
    answer = browser.fetch(logout_url(stage, query), headers=from_store(stage))
    assert answer.status == 303, answer.text
    return answer


def test_store_bridge_and_provider_are_signed_out_of(stage: Stage) -> None:
    browser = signed_in(stage)
    before = sessions(stage)
    answer = leave(stage, browser)
    asked = query_of(answer.location)
    assert answer.location.startswith(f"{stage.acme.url}/end-session?")
    assert asked["client_id"] == "client-acme"
    assert asked["post_logout_redirect_uri"] == f"{stage.bridge_url}/signed-out/us"
    assert asked["id_token_hint"].count(".") == 2
    assert len(before - sessions(stage)) == 1, "ended before anybody was sent anywhere"
    assert not browser.cookies("bridge-session-")
    assert not browser.cookies("bridge-attempt-")

    back = browser.walk(answer.location, until=f"{stage.store_url}/login/token/")
    assert back.location.startswith(f"{stage.store_url}/login/token/")
    page = browser.walk(back.location)
    assert page.url == f"{stage.store_url}/login.php?action=logout"
    assert not at_store_known(stage, browser)
    assert not at_provider_known(stage, browser)
    assert not browser.cookies("bridge-leaving-"), "a ticket is good for one way to the store"


def test_the_next_sign_in_asks_who_it_is_until_somebody_has_signed_in(stage: Stage) -> None:
    browser = signed_in(stage)
    browser.walk(leave(stage, browser).location)
    assert query_of(stage.depart(browser).location)["prompt"] == "login"
    stage.sign_in(browser, "Grace Hopper")
    assert "prompt" not in query_of(stage.depart(browser).location)


def test_it_asks_at_other_stores_of_this_browser_as_well(stage: Stage) -> None:
    browser = signed_in(stage)
    leave(stage, browser)
    assert query_of(stage.depart(browser, "mixed", connection="acme").location)["prompt"] == "login"


def test_the_connection_used_last_is_forgotten(stage: Stage) -> None:
    browser = Browser()
    browser.walk(stage.sign_in(browser, store="both", connection="acme").location)
    assert browser.cookies("bridge-last-both")
    browser.fetch(logout_url(stage, store="both"), headers=from_store(stage))
    assert not browser.cookies("bridge-last-both")


def test_the_storefronts_server_may_name_the_session_where_the_browser_tells_nothing(stage: Stage) -> None:
    browser = signed_in(stage)
    assert asks(browser.fetch(logout_url(stage), headers=CLICK)), "no Referer, no Fetch Metadata of a site"
    answer = browser.fetch(logout_url(stage, f"sid={sid_of(browser)}"), headers=CLICK)
    assert answer.location.startswith(f"{stage.acme.url}/end-session?id_token_hint=")


def test_who_is_asked_and_agrees_is_signed_out_without_a_script(stage: Stage) -> None:
    browser = signed_in(stage)
    page = browser.fetch(logout_url(stage, "return_to=/cart"), headers=CLICK)
    assert asks(page)
    form = page.form
    assert form.action == "/logout/us"
    assert dict(form.fields)["return_to"] == "/cart"
    sent = browser.fetch(logout_url(stage), form=form.fields, headers={**FROM_US, "Origin": stage.bridge_url})
    assert sent.status == 200, "a redirect would be held by form-action"
    assert f"url={stage.acme.url}/end-session?" in sent.text
    assert not browser.cookies("bridge-session-")


def test_a_session_that_ran_out_still_leads_through_provider_and_store(stage: Stage) -> None:
    browser = signed_in(stage)
    browser.forget("bridge-session-us")
    assert asks(browser.fetch(logout_url(stage), headers=from_store(stage)))
    sent = browser.fetch(logout_url(stage), form={"return_to": ""}, headers=FROM_US)
    assert f"{stage.acme.url}/end-session?client_id=client-acme" in sent.text
    assert "id_token_hint" not in sent.text
    (ticket,) = browser.cookies("bridge-leaving-")
    state = sent.text.partition("state=")[2].partition('"')[0]
    assert ticket.removeprefix("bridge-leaving-") == state[:10]
    back = browser.fetch(f"{stage.bridge_url}/signed-out/us?state={state}")
    assert back.location == f"{stage.store_url}/login.php?action=logout", "nobody's token: nobody is known"


def test_the_provider_asks_where_there_is_no_hint_and_it_ends_well_all_the_same(stage: Stage) -> None:
    browser = signed_in(stage)
    browser.forget("bridge-session-us")
    browser.fetch(logout_url(stage), form={}, headers=FROM_US)
    page = browser.seen[-1].text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
    asked = browser.walk(page)
    browser.walk(press(browser, asked, "Sign out of").location)
    assert not at_store_known(stage, browser)


def test_a_provider_that_says_no_is_named_in_the_receipt_and_the_store_follows(stage: Stage) -> None:
    browser = signed_in(stage)
    state = query_of(leave(stage, browser).location)["state"]
    page = browser.fetch(f"{stage.bridge_url}/signed-out/us?state={state}&error=server_error")
    assert page.status == 200
    assert "You are not signed out everywhere" in page.text
    assert "Acme staff: did not confirm" in page.text
    assert "server_error" not in page.text
    onward = f"/signed-out/us?state={state}&amp;read=1"
    assert f'content="10; url={onward}"' in page.text
    last = browser.fetch(f"{stage.bridge_url}{onward.replace('&amp;', '&')}")
    assert last.location.startswith(f"{stage.store_url}/login/token/")


def test_signing_out_twice_by_a_double_click_ends_well(stage: Stage) -> None:
    browser = signed_in(stage)
    twin = browser.copy()
    first = leave(stage, browser)
    second = leave(stage, twin)  # the same cookies: the first answer has not arrived
    assert "id_token_hint" in first.location
    assert "id_token_hint" not in second.location
    third = leave(stage, browser)  # after it has
    assert third.location.startswith(f"{stage.acme.url}/end-session?client_id=client-acme")
    for answer in (first, third):
        state = query_of(answer.location)["state"]
        assert browser.fetch(f"{stage.bridge_url}/signed-out/us?state={state}").status == 303


def test_two_tabs_have_a_ticket_each_and_not_too_many_of_them(stage: Stage) -> None:
    browser = signed_in(stage)
    states = [query_of(leave(stage, browser).location)["state"] for _ in range(5)]
    assert len(browser.cookies("bridge-leaving-")) == 3
    for state in states[-3:]:
        assert browser.fetch(f"{stage.bridge_url}/signed-out/us?state={state}").status == 303


def test_the_back_button_repeats_neither_the_sign_in_nor_the_sign_out(stage: Stage) -> None:
    browser = Browser()
    callback = stage.callback_url(browser)
    browser.walk(browser.fetch(callback).location)
    state = query_of(leave(stage, browser).location)["state"]
    again = browser.fetch(callback)
    assert (again.status, again.refusal) == (400, "cookie_missing"), "within the minute of a repeat"
    done = f"{stage.bridge_url}/signed-out/us?state={state}"
    assert browser.fetch(done).status == 303
    assert "Nothing was changed" in browser.fetch(done).text


def test_a_sign_in_begun_before_the_sign_out_signs_nobody_in_after_it(stage: Stage) -> None:
    browser = signed_in(stage)
    under_way = stage.callback_url(browser)
    leave(stage, browser)
    assert browser.fetch(under_way).refusal == "cookie_missing"


def test_sign_ins_at_other_stores_go_on(stage: Stage) -> None:
    browser = signed_in(stage)
    elsewhere = stage.callback_url(browser, store="mixed", connection="acme")
    leave(stage, browser)
    assert browser.fetch(elsewhere).status == 303
