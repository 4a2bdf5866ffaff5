"""Which way to sign in: what the link says, what the address says, or what the shopper says."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import Flask

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


def test_with_several_ways_and_nothing_to_decide_the_shopper_chooses(app: Flask) -> None:
    answer = app.test_client().get("/login/both", headers=CLICK)
    assert answer.status_code == 200
    assert list(links(answer.text)) == ["Acme staff", "Globex staff"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.usefixtures("bridge")
def test_each_link_of_the_chooser_leads_through_its_provider_to_the_page_wanted(stage: Stage) -> None:
    for label, person in (("Acme staff", "Ada Lovelace"), ("Globex staff", "Eve Outsider")):
        browser = Browser()
        page = browser.fetch(stage.login_url("both", return_to="/products/lamp?a=1&b=2"))
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
        ({"login_hint": "somebody@third.example"}, "200"),
        ({"login_hint": "somebody@sub.acme.example"}, "200"),
        ({"login_hint": "acme.example"}, "200"),
        ({"login_hint": "ada@acme.example@elsewhere.example"}, "200"),
        ({"login_hint": ""}, "200"),
        ({"connection": "initech"}, "connection_unknown"),
        ({"connection": "ACME"}, "connection_unknown"),
        ({"connection": ""}, "connection_unknown"),
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


def test_the_chooser_says_nothing_of_which_domains_exist(app: Flask) -> None:
    text = app.test_client().get("/login/both", headers=CLICK).text
    assert "acme.example" not in text
    assert "elsewhere.example" not in text


@pytest.mark.parametrize("twice", ["connection=acme", "login_hint=a%40acme.example", "return_to=%2Fcart"])
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
