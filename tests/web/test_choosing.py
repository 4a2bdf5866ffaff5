"""Which way to sign in: what the link says, what the address says, or what the shopper says."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import Flask
from markupsafe import escape
from werkzeug.test import TestResponse

from bridge.demo.markup import read_markup
from tests.journeys.browser import CLICK, Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, query_of


def links(page: str) -> dict[str, str]:
    """The chooser's links by what they say."""
    found = re.findall(r'<li><a href="([^"]*)">([^<]*)</a>', page)
    return {unescape(label): unescape(href) for href, label in found}


def goes_to(app: Flask, stage: Stage, store: str, **query: str) -> str:
    """The provider that /login leads to; or the status when it leads nowhere."""
    answer = app.test_client().get(f"/login/{store}?{urlencode(query)}", headers=CLICK)
    if answer.status_code != 303:
        return answer.headers.get("Bridge-Refusal", str(answer.status_code))
    location = answer.headers["Location"]
    (name,) = (name for name, one in stage.providers.items() if location.startswith(one.url + "/"))
    return name


def page(app: Flask, store: str, **query: str) -> TestResponse:
    """What /login shows instead of leading on."""
    return app.test_client().get(f"/login/{store}?{urlencode(query)}", headers=CLICK)


def test_with_several_ways_and_nothing_to_decide_the_shopper_chooses(app: Flask) -> None:
    answer = page(app, "list")
    assert answer.status_code == 200
    assert list(links(answer.text)) == ["Acme staff", "Globex staff"]
    assert "Set-Cookie" not in answer.headers
    assert "<form" not in answer.text


@pytest.mark.usefixtures("bridge")
def test_each_link_of_the_chooser_leads_through_its_provider_to_the_page_wanted(stage: Stage) -> None:
    for label, person in (("Acme staff", "Ada Lovelace"), ("Globex staff", "Eve Outsider")):
        browser = Browser()
        page = browser.fetch(stage.login_url("list", return_to="/products/lamp?a=1&b=2"))
        at_provider = browser.fetch(stage.bridge_url + links(page.text)[label])
        back = stage.at_provider(browser, at_provider.location, person)
        if back.location:
            end = browser.walk(back.location)
        else:
            end = browser.walk(back.form.action, form=back.form.fields)
        assert end.url == f"{stage.store_url}/products/lamp?a=1&b=2"
        assert person in end.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"connection": "acme"}, "acme"),
        ({"connection": "globex"}, "globex"),
        ({"connection": "globex", "login_hint": "ada@acme.example"}, "globex"),
        ({"login_hint": "ada@acme.example"}, "acme"),
        ({"login_hint": "Eve@ELSEWHERE.example"}, "globex"),
        ({"login_hint": "somebody@third.example"}, "acme"),
        ({"login_hint": "somebody@sub.elsewhere.example"}, "acme"),
        ({"login_hint": "acme.example"}, "200"),
        ({"login_hint": "ada@acme.example@elsewhere.example"}, "200"),
        ({"login_hint": ""}, "200"),
        ({"connection": "initech"}, "connection_unknown"),
        ({"connection": "ACME"}, "connection_unknown"),
        ({"connection": ""}, "200"),
        ({"connection": "", "login_hint": "eve@elsewhere.example"}, "200"),
    ],
)
def test_connection_decides_else_the_hints_domain_else_the_shopper(
    app: Flask, stage: Stage, query: dict[str, str], expected: str
) -> None:
    assert goes_to(app, stage, "both", **query) == expected


@pytest.mark.parametrize("hint", ["eve@elsewhere.example", "x", ""])
def test_the_only_way_of_a_store_is_taken_whatever_the_hint(app: Flask, stage: Stage, hint: str) -> None:
    assert goes_to(app, stage, "us", login_hint=hint) == "acme"


def test_a_way_of_another_store_is_no_way_of_this_one(app: Flask, stage: Stage) -> None:
    assert goes_to(app, stage, "us", connection="globex") == "connection_unknown"


def test_the_hint_is_passed_on_so_that_nobody_types_it_twice(app: Flask) -> None:
    answer = app.test_client().get("/login/both?login_hint=ada%40acme.example", headers=CLICK)
    assert query_of(answer.headers["Location"])["login_hint"] == "ada@acme.example"


@pytest.mark.parametrize("store", ["both", "mixed", "list"])
@pytest.mark.parametrize("query", [{}, {"connection": ""}, {"typed": "1", "login_hint": "x"}])
def test_no_page_says_which_domains_exist(app: Flask, store: str, query: dict[str, str]) -> None:
    text = page(app, store, **query).text
    assert "acme.example" not in text
    assert "elsewhere.example" not in text


@pytest.mark.parametrize(
    "query", [{}, {"connection": ""}, {"typed": "1", "login_hint": "x"}, {"login_hint": "x"}]
)
def test_the_page_for_the_address_does_not_say_which_connections_exist(
    app: Flask, query: dict[str, str]
) -> None:
    text = page(app, "both", **query).text.lower()
    assert 'name="login_hint"' in text
    assert "acme" not in text
    assert "globex" not in text


def form(text: str) -> dict[str, str]:
    """What the page's form would send."""
    (found,) = read_markup(text).forms
    assert (found.action, found.method) == ("/login/both", "GET")
    return dict(found.fields)


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    ("typed", "person"), [("ada@acme.example", "Ada"), ("eve@ELSEWHERE.example ", "Eve")]
)
def test_the_address_leads_through_its_provider_to_the_page_wanted(
    stage: Stage, typed: str, person: str
) -> None:
    browser = Browser()
    asked = browser.fetch(stage.login_url("both", return_to="/products/lamp?a=1&b=2"))
    fields = {**form(asked.text), "login_hint": typed}
    answer = browser.fetch(f"{stage.bridge_url}/login/both?{urlencode(fields)}")
    onward = onward_of(answer.text)
    assert query_of(onward)["login_hint"] == typed
    back = stage.at_provider(browser, onward, person)
    end = (
        browser.walk(back.location)
        if back.location
        else browser.walk(back.form.action, form=back.form.fields)
    )
    assert end.url == f"{stage.store_url}/products/lamp?a=1&b=2"
    assert person in end.text


def onward_of(text: str) -> str:
    """Where the page after the form leads by itself; its link leads there, too."""
    (by_itself,) = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]*)">', text)
    (link,) = read_markup(text).links
    assert link.href == unescape(by_itself)
    return link.href


def test_a_strangers_address_is_answered_like_a_known_one(app: Flask, stage: Stage) -> None:
    pages = []
    for address in ("eve@acme.example", "eve@never-heard-of.example"):
        answer = page(app, "both", typed="1", login_hint=address)
        onward = onward_of(answer.text)
        assert onward.startswith(stage.acme.url)
        names = [cookie.split("=")[0][:15] for cookie in answer.headers.getlist("Set-Cookie")]
        pages.append(
            (answer.status_code, names, list(query_of(onward)), len(answer.text) - 2 * len(escape(onward)))
        )
    assert pages[0] == pages[1]


@pytest.mark.parametrize("typed", ["ada", "ada@", "a da@acme.example", '"><script>alert(1)</script>', ""])
@pytest.mark.parametrize("store", ["both", "mixed"])
def test_what_is_no_address_is_asked_for_again_and_kept(app: Flask, store: str, typed: str) -> None:
    answer = page(app, store, typed="1", login_hint=typed, return_to="/cart")
    assert answer.status_code == 400
    assert "<title>Error: " in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{escape(typed)}"' in answer.text
    assert 'name="return_to" value="/cart"' in answer.text
    assert "<script" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_an_address_of_nobodys_beside_a_list_asks_to_pick(app: Flask) -> None:
    answer = page(app, "mixed", typed="1", login_hint="eve@third.example")
    assert answer.status_code == 200
    assert "No organisation was found" in answer.text
    assert all("login_hint=eve%40third.example" in way for way in links(answer.text).values())


def test_a_hint_that_no_person_typed_is_no_persons_mistake(app: Flask) -> None:
    answer = page(app, "both", login_hint="00u1b2c3")
    assert answer.status_code == 200
    assert "aria-invalid" not in answer.text


class TestLastUsed:
    def last(self, app: Flask, stage: Stage, cookie: str, store: str = "list", **query: str) -> str:
        client = app.test_client()
        client.set_cookie(f"bridge-last-{store}", cookie)
        answer = client.get(f"/login/{store}?{urlencode(query)}", headers=CLICK)
        if answer.status_code != 303:
            return answer.headers.get("Bridge-Refusal", str(answer.status_code))
        return next(
            name for name, one in stage.providers.items() if answer.headers["Location"].startswith(one.url)
        )

    def test_the_way_used_last_is_taken(self, app: Flask, stage: Stage) -> None:
        assert self.last(app, stage, "globex-any") == "globex"
        assert self.last(app, stage, "globex", "both") == "globex"

    def test_the_link_and_the_address_are_stronger(self, app: Flask, stage: Stage) -> None:
        assert self.last(app, stage, "globex-any", connection="acme-any") == "acme"
        assert self.last(app, stage, "globex", "both", login_hint="ada@acme.example") == "acme"
        assert self.last(app, stage, "globex", "both", connection="") == "200"
        assert self.last(app, stage, "globex", "both", typed="1", login_hint="x") == "400"

    @pytest.mark.parametrize("cookie", ["", "acme", "nobody", "GLOBEX-ANY", "../globex-any", "x" * 4000])
    def test_what_is_no_way_of_this_store_counts_for_nothing(
        self, app: Flask, stage: Stage, cookie: str
    ) -> None:
        assert self.last(app, stage, cookie) == "200"


@pytest.mark.parametrize(
    "twice", ["connection=acme", "login_hint=a%40acme.example", "return_to=%2Fcart", "typed=1"]
)
def test_a_parameter_sent_twice_is_refused_even_when_both_say_the_same(app: Flask, twice: str) -> None:
    answer = app.test_client().get(f"/login/both?{twice}&{twice}", headers=CLICK)
    assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (400, "bad_request")


def test_a_parameter_that_we_do_not_know_does_no_harm(app: Flask, stage: Stage) -> None:
    assert goes_to(app, stage, "us", utm_source="mail", connectionx="y") == "acme"
    answer = app.test_client().get("/login/us?utm=1&utm=2", headers=CLICK)
    assert answer.status_code == 303


def test_a_callback_at_another_connections_address_is_a_mix_up(
    stage: Stage, bridge: BridgeProcess, browser: Browser
) -> None:
    callback = stage.callback_url(browser, store="both", connection="acme")
    moved = browser.fetch(callback.replace("/callback/acme", "/callback/globex"))
    assert (moved.status, moved.refusal) == (400, "wrong_connection")
    assert browser.fetch(callback).status == 303, "the attempt itself is not used up"
    assert bridge.process.poll() is None
