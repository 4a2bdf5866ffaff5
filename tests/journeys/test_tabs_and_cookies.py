"""Pains 1 to 3: tabs that overwrite each other, cookies that pile up, cookies that grow."""

from pathlib import Path

from bridge.demo.idp.people import Person
from tests.journeys.browser import Browser
from tests.journeys.stage import Stage, query_of


def test_two_tabs_of_one_browser_both_arrive_each_at_its_own_page(stage: Stage, browser: Browser) -> None:
    first = stage.depart(browser, return_to="/cart")
    second = stage.depart(browser, return_to="/products/lamp")
    back_first = stage.at_provider(browser, first.location).location
    back_second = stage.at_provider(browser, second.location).location

    for back, page in ((back_second, "/products/lamp"), (back_first, "/cart")):
        answer = browser.walk(back)
        assert answer.url == f"{stage.store_url}{page}"
        assert "Ada Lovelace" in answer.text


def test_a_tab_that_began_earlier_may_come_back_later(stage: Stage, browser: Browser) -> None:
    waiting = stage.callback_url(browser, return_to="/products/pen")
    assert browser.walk(stage.callback_url(browser)).url == f"{stage.store_url}/cart"

    assert browser.walk(waiting).url == f"{stage.store_url}/products/pen"


def test_thirty_unfinished_sign_ins_leave_five_small_cookies(stage: Stage, browser: Browser) -> None:
    for number in range(30):
        stage.depart(browser, return_to="/" + "x" * 900 + str(number))
        attempts = browser.cookies("bridge-attempt-")
        assert len(attempts) <= 5

    assert all(len(name + value) < 1024 for name, value in browser.cookies().items())
    assert len(browser.header_of_all_cookies()) < 8192
    assert browser.walk(stage.callback_url(browser)).url == f"{stage.store_url}/cart"


def test_the_five_cookies_kept_are_the_newest(stage: Stage, browser: Browser) -> None:
    departures = [stage.depart(browser, return_to=f"/products/{number}") for number in range(8)]

    kept = browser.cookies("bridge-attempt-")
    newest = [query_of(answer.location)["state"] for answer in departures[-5:]]
    assert sorted(kept) == sorted(f"bridge-attempt-{state[:10]}" for state in newest)


def test_nothing_large_is_in_a_cookie_however_large_the_id_token_is(tmp_path: Path) -> None:
    gift = "Wolfeschlegelsteinhausen " * 1300
    person = Person("big-1", "Hubert Big", "", given_name=gift, email="hubert.big@acme.example")
    browser = Browser()
    with Stage(tmp_path, people=(person,)) as stage:
        stage.serve()

        answer = stage.sign_in(browser, "Hubert Big")

        assert len(stage.acme.requests("/token")[-1].answer) > 30_000
        assert answer.status == 303
        assert len(answer.location) < 2048
        assert all(len(name + value) < 1024 for name, value in browser.cookies().items())
        assert len(browser.header_of_all_cookies()) < 8192
        assert "Hubert" not in "".join(browser.cookies().values())
        assert "Signed in" in browser.walk(answer.location).text
