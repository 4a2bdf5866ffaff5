"""Pains 9 and 10: what browsers do with a cookie on the way back from the provider."""

from collections.abc import Iterator

import pytest

from tests.journeys.browser import Browser, Cookie
from tests.journeys.stage import Stage, query_of

HTTPS = "https://sso.example.test"


@pytest.fixture(scope="module")
def behind_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A bridge whose public address is https; something in front of it would end TLS."""
    with Stage(tmp_path_factory.mktemp("tls"), public_url=HTTPS) as stage:
        stage.serve()
        yield stage


def attempt_cookie(cookies: dict[str, Cookie]) -> Cookie:
    (cookie,) = (one for name, one in cookies.items() if "attempt" in name)
    return cookie


def test_with_form_post_the_attempts_cookie_is_sent_by_other_sites_and_only_over_https(
    behind_tls: Stage,
) -> None:
    cookie = attempt_cookie(behind_tls.depart(Browser(), "post").set_cookies)

    assert cookie.name.startswith("__Host-bridge-attempt-")
    assert cookie.attributes["samesite"] == "None"
    assert {"secure", "httponly"} <= cookie.attributes.keys()


def test_without_form_post_the_attempts_cookie_is_lax_and_of_this_host_alone(behind_tls: Stage) -> None:
    cookie = attempt_cookie(behind_tls.depart(Browser()).set_cookies)

    assert cookie.name.startswith("__Host-bridge-attempt-")
    assert cookie.attributes["samesite"] == "Lax"
    assert cookie.attributes["path"] == "/"
    assert {"secure", "httponly"} <= cookie.attributes.keys()
    assert "domain" not in cookie.attributes


@pytest.mark.parametrize(("store", "expected"), [("post", None), ("us", "Lax")])
def test_over_http_in_development_no_cookie_asks_for_what_browsers_refuse_there(
    stage: Stage, store: str, expected: str | None
) -> None:
    cookie = attempt_cookie(stage.depart(Browser(), store).set_cookies)

    assert cookie.name.startswith("bridge-attempt-")
    assert cookie.attributes.get("samesite") == expected
    assert "secure" not in cookie.attributes


def test_every_cookie_of_a_whole_sign_in_over_https_is_secure_and_hidden_from_scripts(
    behind_tls: Stage,
) -> None:
    browser = Browser()
    login = behind_tls.depart(browser)
    ticket = attempt_cookie(login.set_cookies)
    back = behind_tls.at_provider(browser, login.location).location
    assert back.startswith(f"{HTTPS}/callback/acme?")
    end = browser.fetch(
        back.replace(HTTPS, behind_tls.bridge_url), headers={"Cookie": f"{ticket.name}={ticket.value}"}
    )

    assert end.status == 303
    assert len(end.set_cookies) == 2
    for cookie in end.set_cookies.values():
        assert cookie.name.startswith("__Host-")
        assert cookie.attributes["samesite"] == "Lax"
        assert {"secure", "httponly"} <= cookie.attributes.keys()


def test_a_form_post_sign_in_ends_at_the_store(stage: Stage, browser: Browser) -> None:
    form = stage.callback_form(browser, "Eve Outsider").form
    assert form.action == f"{stage.bridge_url}/callback/globex"

    end = browser.walk(form.action, form=form.fields)

    assert end.url == f"{stage.store_url}/cart"
    assert "Eve Outsider" in end.text


def test_a_form_post_is_repeated_by_a_refresh_like_any_other(stage: Stage, browser: Browser) -> None:
    form = stage.callback_form(browser).form
    tokens = [browser.fetch(form.action, form=form.fields).location for _ in range(2)]
    assert len(set(tokens)) == 2
    assert all("/login/token/" in token for token in tokens)


def test_a_cancelled_form_post_tells_the_real_cause(stage: Stage, browser: Browser) -> None:
    form = stage.callback_form(browser, "Cancel").form
    assert browser.fetch(form.action, form=form.fields).refusal == "access_denied"


def test_an_answer_by_the_other_mode_than_asked_for_is_refused(stage: Stage, browser: Browser) -> None:
    callback = stage.callback_url(browser)
    form = query_of(callback)
    answer = browser.fetch(f"{stage.bridge_url}/callback/acme", form=form)
    assert (answer.status, answer.refusal) == (400, "callback_malformed")


def test_the_session_cookie_is_small_and_ends_after_twelve_hours(stage: Stage, browser: Browser) -> None:
    cookie = stage.sign_in(browser).set_cookies["bridge-session-us"]
    assert cookie.attributes["max-age"] == str(12 * 3600)
    assert len(cookie.value) < 100
