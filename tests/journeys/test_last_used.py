"""The connection used last: remembered by the browser, never a trap."""

from bridge.demo.markup import read_markup
from tests.journeys.browser import Browser
from tests.journeys.stage import Stage

LAST = "bridge-last-list"
DAYS = 86400


def sign_in(stage: Stage, browser: Browser, person: str, **query: str) -> str:
    """A whole sign-in at the store `list` by that person; the last answer's refusal, or the page."""
    begun = stage.depart(browser, "list", **query)
    back = stage.at_provider(browser, begun.location, person)
    end = (
        browser.fetch(back.location)
        if back.location
        else browser.fetch(back.form.action, form=back.form.fields)
    )
    return end.refusal or browser.walk(end.location).url


def test_who_chose_once_is_not_asked_again(stage: Stage, browser: Browser) -> None:
    assert browser.fetch(stage.login_url("list")).status == 200, "nothing decides: the chooser"
    sign_in(stage, browser, "Ada Lovelace", connection="acme-any")
    assert browser.cookies(LAST) == {LAST: "acme-any"}
    assert stage.depart(browser, "list").location.startswith(stage.acme.url)

    sign_in(stage, browser, "Eve Outsider", connection="globex-any")
    assert browser.cookies(LAST) == {LAST: "globex-any"}
    assert stage.depart(browser, "list").location.startswith(stage.globex.url)


def test_it_is_a_small_cookie_for_half_a_year_that_no_script_reads(stage: Stage, browser: Browser) -> None:
    sign_in(stage, browser, "Ada Lovelace", connection="acme-any")
    (cookie,) = (answer.set_cookies[LAST] for answer in browser.seen if LAST in answer.set_cookies)
    assert cookie.value == "acme-any"
    assert cookie.attributes["max-age"] == str(180 * DAYS)
    assert "httponly" in cookie.attributes
    assert cookie.attributes["samesite"] == "Lax"
    assert cookie.attributes["path"] == "/"


def test_one_store_knows_nothing_of_another(stage: Stage, browser: Browser) -> None:
    sign_in(stage, browser, "Ada Lovelace", connection="acme-any")
    assert browser.fetch(stage.login_url("mixed")).status == 200


def test_a_store_with_one_connection_sets_none(stage: Stage, browser: Browser) -> None:
    stage.sign_in(browser)
    assert browser.cookies("bridge-last-") == {}


def test_beginning_alone_or_being_refused_is_not_remembered(stage: Stage, browser: Browser) -> None:
    stage.depart(browser, "list", connection="acme-any")
    assert browser.cookies(LAST) == {}
    assert sign_in(stage, browser, "Cancel", connection="acme-any") == "access_denied"
    assert browser.cookies(LAST) == {}


def test_a_refused_account_is_not_led_to_again(stage: Stage, browser: Browser) -> None:
    sign_in(stage, browser, "Eve Outsider", connection="globex-any")
    for name in {cookie.name for cookie in browser.jar} - set(browser.cookies()):
        browser.forget(name)  # of the provider, which else knows her
    assert sign_in(stage, browser, "Cancel") == "access_denied"
    assert browser.cookies(LAST) == {}
    assert browser.fetch(stage.login_url("list")).status == 200


def test_it_goes_even_where_the_callback_is_a_form_that_brings_no_lax_cookie(stage: Stage) -> None:
    browser = Browser()
    begun = stage.depart(browser, "list", connection="globex-any")
    form = stage.at_provider(browser, begun.location, "Cancel").form
    assert browser.cookies(LAST) == {}, "as the bridge would see it"
    gone = browser.fetch(form.action, form=form.fields).set_cookies[LAST]
    assert (gone.value, gone.attributes["max-age"]) == ("", "0")


def test_a_refusal_by_another_connection_leaves_it(stage: Stage, browser: Browser) -> None:
    sign_in(stage, browser, "Eve Outsider", connection="globex-any")
    assert sign_in(stage, browser, "Cancel", connection="acme-any") == "access_denied"
    assert browser.cookies(LAST) == {LAST: "globex-any"}


def test_whoever_is_led_on_silently_finds_the_choice_from_the_refusal(stage: Stage, browser: Browser) -> None:
    sign_in(stage, browser, "Ada Lovelace", connection="acme-any")
    begun = stage.depart(browser, "list", return_to="/products/lamp")
    callback = stage.at_provider(browser, begun.location).location
    page = browser.fetch(callback.replace("code=", "code=x"))
    assert page.refusal == "code_rejected"
    assert browser.cookies(LAST) == {LAST: "acme-any"}, "that was no wrong account"

    ways = {link.label: link.href for link in read_markup(page.text).links}
    choice = browser.fetch(stage.bridge_url + ways["Another way to sign in"])
    assert choice.status == 200
    links = [
        link for link in read_markup(choice.text).links if link.href.startswith("/login/list?connection=")
    ]
    assert [link.label for link in links] == ["Acme staff", "Globex staff"]
    assert all("return_to=%2Fproducts%2Flamp" in link.href for link in links)


def test_a_store_with_one_connection_offers_no_other_way(stage: Stage, browser: Browser) -> None:
    page = browser.fetch(stage.callback_url(browser, "Cancel"))
    assert page.refusal == "access_denied"
    assert "Another way" not in page.text


def test_where_the_provider_asks_for_the_account_trying_again_is_a_way_to_another(own_stage: Stage) -> None:
    own_stage.tables["connections.acme"]["prompt"] = ["select_account"]
    own_stage.serve()
    browser = Browser()
    page = browser.fetch(own_stage.callback_url(browser, "Eve Outsider", return_to="/products/lamp"))
    assert page.refusal == "email_outside_domains"
    (again,) = (
        link.href for link in read_markup(page.text).links if link.label == "Try again with another account"
    )
    begun = browser.fetch(own_stage.bridge_url + again)
    back = own_stage.at_provider(browser, begun.location, "Ada Lovelace")
    assert browser.walk(back.location).url == f"{own_stage.store_url}/products/lamp"


def test_where_it_does_not_ask_trying_again_would_end_the_same_way(stage: Stage, browser: Browser) -> None:
    page = browser.fetch(stage.callback_url(browser, "Eve Outsider"))
    assert page.refusal == "email_outside_domains"
    assert "Try again" not in page.text
