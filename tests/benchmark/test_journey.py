"""A browser's way through sign-ins as relying parties of several kinds have them."""

import pytest

from bench.journey import Journey, NotSignedInError, Plan, Request, keep
from bench.wire import Reply

START = "http://127.0.0.1:1/page?x=y"
AUTHORIZE = "http://127.0.0.1:2/authorize"
PLAN = Plan(START, AUTHORIZE)


def redirect(location: str, *cookies: str) -> Reply:
    return Reply(302, location, cookies, closes=False)


def asked(more: str = "", to: str = "http%3A%2F%2F127.0.0.1%3A1%2Fcallback") -> str:
    return f"{AUTHORIZE}?redirect_uri={to}&state=st%26te&nonce=n.1{more}"


def followed(journey: Journey, reply: Reply) -> Request:
    request = journey.follow(reply)
    assert request
    return request


def test_the_code_comes_back_with_the_state_and_the_cookie() -> None:
    journey = Journey(PLAN, "ada")
    assert journey.begin() == Request("/page?x=y", "")
    back = followed(journey, redirect(asked(), "state=1; HttpOnly"))
    assert back == Request("/callback?code=ada.n.1&state=st%26te", "state=1")
    assert journey.step.name == "CALLBACK"
    gone = "state=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    assert journey.follow(redirect("/page?other", gone, "session=s; Path=/")) is None
    assert journey.jar == {"session": "s"}


def test_a_redirect_uri_with_a_query_keeps_it() -> None:
    journey = Journey(PLAN, "ada")
    journey.begin()
    back = followed(journey, redirect(asked(to="http%3A%2F%2F127.0.0.1%3A1%2Fcallback%3Fc%3D1")))
    assert back.target == "/callback?c=1&code=ada.n.1&state=st%26te"


def test_form_post_is_posted() -> None:
    journey = Journey(PLAN, "ada")
    journey.begin()
    back = followed(journey, redirect(asked("&response_mode=form_post")))
    assert back == Request("/callback", "", "code=ada.n.1&state=st%26te")


def test_redirects_within_the_relying_party_are_followed_in_both_steps() -> None:
    journey = Journey(PLAN, "ada")
    journey.begin()
    assert followed(journey, redirect("/start")).target == "/start"
    assert journey.step.name == "LOGIN"
    followed(journey, redirect(asked()))
    assert followed(journey, redirect("done?next=1", "session=s")) == Request("/done?next=1", "session=s")
    assert journey.step.name == "CALLBACK"
    assert journey.follow(redirect(START)) is None


def test_a_plan_may_name_what_the_last_redirect_holds() -> None:
    journey = Journey(Plan(START, AUTHORIZE, "/login/token/"), "ada")
    journey.begin()
    followed(journey, redirect(asked()))
    assert journey.follow(redirect("https://store.example/login/token/e30")) is None


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ([Reply(200, "", (), closes=False)], "login: 200"),
        ([Reply(500, "", (), closes=False)], "login: 500"),
        ([redirect("http://127.0.0.1:3/elsewhere?code=1")], "sent away to http://127.0.0.1:3/elsewhere$"),
        ([redirect(asked()), redirect(asked())], "asked the provider again"),
        ([redirect(asked()), Reply(403, "", ("session=s",), closes=False)], "callback: 403"),
        ([redirect(asked()), *[redirect("/round", "session=s")] * 9], "callback: 302"),
    ],
)
def test_whatever_is_no_sign_in_ends_the_measurement(replies: list[Reply], said: str) -> None:
    journey = Journey(PLAN, "ada")
    journey.begin()
    *before, last = replies
    for reply in before:
        assert journey.follow(reply)
    with pytest.raises(NotSignedInError, match=said):
        journey.follow(last)


def test_back_at_the_page_without_a_cookie_is_not_signed_in() -> None:
    journey = Journey(PLAN, "ada")
    journey.begin()
    followed(journey, redirect(asked()))
    assert followed(journey, redirect(START)).target == "/page?x=y"


@pytest.mark.parametrize("how", ["Max-Age=0", "expires=Thu, 01-Jan-1970 00:00:00 GMT", "Max-Age=0; Path=/"])
def test_cookies_are_forgotten_as_servers_ask_for_it(how: str) -> None:
    jar = {"one": "1", "two": "2"}
    keep(jar, (f"one=; {how}", "two=3; Max-Age=60", "never=; " + how))
    assert jar == {"two": "3"}
