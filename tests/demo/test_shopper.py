"""The shopper behaves as a browser does."""

from collections.abc import Iterator

import pytest
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

from bridge.demo.serving import Served
from bridge.demo.shopper import Lost, Shopper

LANDING = """<!doctype html><title>Not visible</title>
<form action="/greet"><input name="who" value="Zoë"><button name="how" value="loud">Say <b>hello</b></button></form>
<form method="post" action="/post"><input type="hidden" name="a" value="1&amp;2"><input type="checkbox" name="no">
<input type="submit" name="b" value="Post it"></form><a href="next?x=1">Go <span>on</span></a>"""


def site() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: LANDING)
    app.add_url_rule("/echo", view_func=echo, methods=["GET", "POST"])
    app.add_url_rule("/greet", endpoint="greet", view_func=echo)
    app.add_url_rule("/next", endpoint="next", view_func=echo)
    app.add_url_rule("/post", endpoint="post", view_func=lambda: redirect("/echo", 303), methods=["POST"])
    app.add_url_rule("/keep", endpoint="keep", view_func=lambda: redirect("/echo", 307), methods=["POST"])
    app.add_url_rule("/round", endpoint="round", view_func=lambda: redirect("/round", 302))
    app.add_url_rule("/gone", endpoint="gone", view_func=lambda: ("<p>gone", 410))
    app.add_url_rule("/set", endpoint="set", view_func=with_cookie)
    app.add_url_rule("/on", endpoint="on", view_func=lambda: LEADS_ON)
    app.add_url_rule("/auto", endpoint="auto", view_func=lambda: AUTO)
    return app


LEADS_ON = '<meta http-equiv="refresh" content="0; url=/echo?a=1&amp;b=2">'
AUTO = '<form method="post" action="/keep"><input name="code" value="7"></form><script>document.forms[0].submit()</script>'


def echo() -> dict[str, object]:
    return {
        "method": request.method,
        "values": request.values.to_dict(),
        "cookies": dict(request.cookies),
        "site": request.headers.get("Sec-Fetch-Site"),
        "mode": request.headers.get("Sec-Fetch-Mode"),
        "origin": request.headers.get("Origin"),
    }


def with_cookie() -> ResponseReturnValue:
    response = redirect("/echo#here", 302)
    response.set_cookie("seen", "yes", httponly=True, samesite="Lax")
    return response


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Served(site()) as served:
        yield served.url


def test_a_page_that_leads_on_at_once_is_left_at_once(url: str) -> None:
    page = Shopper().open(f"{url}/on")
    assert page.url == f"{url}/echo?a=1&b=2"
    assert [hop.status for hop in page.hops] == [200, 200]


def test_a_field_is_filled_and_not_sent_twice(url: str) -> None:
    shopper = Shopper()
    page = shopper.open(url)
    assert shopper.submit(page, page.markup.forms[0], {"who": "Ada"}).url == f"{url}/greet?who=Ada"


def test_a_button_sends_its_form(url: str) -> None:
    page = Shopper().open(url).press("Say hello")
    assert '"who":"Zo' in page.text.replace(" ", "")
    assert page.url.endswith("?who=Zo%C3%AB&how=loud")


def test_a_post_that_is_answered_303_becomes_a_get(url: str) -> None:
    page = Shopper().open(url).press("Post it")
    assert [str(hop) for hop in page.hops] == [f"POST {url}/post -> 303", f"GET {url}/echo -> 200"]
    assert '"method":"GET"' in page.text


def test_links_are_followed_relative_to_their_page(url: str) -> None:
    assert Shopper().open(url).press("Go on").url == f"{url}/next?x=1"


def test_cookies_come_back_and_a_fragment_stays(url: str) -> None:
    shopper = Shopper()
    page = shopper.open(f"{url}/set")
    assert '"seen":"yes"' in page.text
    assert page.url == f"{url}/echo#here"
    assert '"cookies":{}' in Shopper().open(f"{url}/echo").text


def test_cookies_ignore_the_port_as_in_every_browser(url: str) -> None:
    shopper = Shopper()
    shopper.open(f"{url}/set")
    with Served(site()) as other:
        assert '"seen":"yes"' in shopper.open(f"{other.url}/echo").text


def test_a_form_that_submits_itself_does_and_307_keeps_it(url: str) -> None:
    page = Shopper().open(f"{url}/auto")
    assert [hop.method for hop in page.hops] == ["GET", "POST", "POST"]
    assert '"code":"7"' in page.text
    assert f'"origin":"{url}"' in page.text


def test_requests_look_like_navigation(url: str) -> None:
    page = Shopper().open(f"{url}/echo")
    assert '"site":"none"' in page.text
    assert '"mode":"navigate"' in page.text


def test_an_error_is_a_page_too(url: str) -> None:
    page = Shopper().open(f"{url}/gone")
    assert page.status == 410
    assert page.says("gone")


def test_a_circle_and_a_missing_button_end(url: str) -> None:
    with pytest.raises(Lost, match="redirects"):
        Shopper().open(f"{url}/round")
    with pytest.raises(Lost, match="No such"):
        Shopper().open(url).press("No such button")
