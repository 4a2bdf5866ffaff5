"""Pain 11: a storefront that sends the browser back to sign in after every sign-in."""

import pytest

from tests.journeys.browser import CLICK, WITHOUT_CLICK, Answer, Browser
from tests.journeys.stage import Stage

#: More turns than a person makes in a minute, and fewer than a browser's own limit of redirects allows.
TURNS = 10


def turn(stage: Stage, browser: Browser, headers: dict[str, str]) -> Answer:
    """One round: the store sends the browser to /login, and it comes back signed in."""
    login = browser.fetch(stage.login_url(return_to="/cart"), headers=headers)
    if login.status != 303:
        return login
    return browser.fetch(stage.at_provider(browser, login.location).location, headers=headers)


def test_a_loop_that_nobody_clicks_for_ends_on_a_page_that_says_so(stage: Stage, browser: Browser) -> None:
    answers = [turn(stage, browser, WITHOUT_CLICK) for _ in range(TURNS)]

    assert [answer.status for answer in answers[:3]] == [303] * 3
    end = answers[-1]
    assert (end.status, end.refusal) == (429, "sign_in_loop")
    assert "round in circles" in end.text
    assert "Retry-After" in end.headers
    assert stage.store_url in end.text
    assert "Try again" not in end.text, "a button that leads into the loop"


def test_a_person_who_clicks_again_and_again_is_never_stopped(stage: Stage, browser: Browser) -> None:
    assert {turn(stage, browser, CLICK).status for _ in range(TURNS)} == {303}


def test_a_click_leads_out_of_a_loop(stage: Stage, browser: Browser) -> None:
    for _ in range(TURNS):
        turn(stage, browser, WITHOUT_CLICK)
    assert turn(stage, browser, CLICK).status == 303


def test_a_browser_that_says_nothing_of_clicks_is_believed(stage: Stage, browser: Browser) -> None:
    headers = {"Accept": "text/html"}
    assert {turn(stage, browser, headers).status for _ in range(TURNS)} == {303}


@pytest.mark.parametrize("cookie", ["nonsense", "99999999999999999999-1", "-", "1-", "²-²", "7"])
def test_a_forged_turns_cookie_stops_nobody(stage: Stage, cookie: str) -> None:
    headers = {**WITHOUT_CLICK, "Cookie": f"bridge-turns={cookie}".encode().decode("latin-1")}
    assert Browser().fetch(stage.login_url(), headers=headers).status == 303
