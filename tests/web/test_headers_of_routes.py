"""Every route, asked in every way that gives another kind of answer: each carries what browsers need to be told."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.journeys.browser import CLICK, JSON, Browser, Cookie
from tests.journeys.stage import Stage
from tests.web.apps import MakeApp

#: How a route is asked: as a shopper, a program, a browser that looks ahead, another site's picture.
ASKED = {
    "click": CLICK,
    "program": JSON,
    "prefetch": {**CLICK, "Sec-Purpose": "prefetch"},
    "picture": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
}
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "DELETE")
NAMES = {"store": ("us", "nowhere"), "connection": ("acme", "nowhere")}
#: Kept by caches on purpose: style sheets, pictures, public keys.
KEPT = ("/static/", "/.well-known/", "/look/")


@pytest.fixture(scope="module", params=["http", "https"])
def front(
    request: pytest.FixtureRequest, make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory
) -> Flask:
    theme = tmp_path_factory.mktemp("theme") / "theme.css"
    theme.touch()
    if request.param == "http":
        return make_app(theme_css=str(theme))
    return make_app(theme_css=str(theme), public_url="https://sso.example.test")


def answers(app: Flask) -> Iterator[tuple[str, TestResponse]]:
    """Of every route, and of no route."""
    paths = {"/", "/nowhere", "//login/us", "/login/both", "/login/us/"}
    for rule in app.url_map.iter_rules():
        for place in range(2):
            paths.add(
                re.sub(
                    r"<(?:\w+:)?(\w+)>",
                    lambda match, place=place: NAMES.get(match[1], ("bridge.css", "none.css"))[place],  # type: ignore[misc]
                    rule.rule,
                )
            )
    client = app.test_client()
    for path in sorted(paths):
        for method in METHODS:
            for how, headers in ASKED.items():
                answer = client.open(path, method=method, headers=headers, buffered=True)
                yield f"{method} {path} ({how}): {answer.status_code}", answer


def test_every_answer_of_every_route_carries_the_security_headers(front: Flask) -> None:
    https = "Secure" in cookie_flags(front)
    asked = 0
    for what, answer in answers(front):
        asked += 1
        headers = answer.headers
        assert headers.getlist("X-Content-Type-Options") == ["nosniff"], what
        assert headers.getlist("Referrer-Policy") == ["no-referrer"], what
        assert headers.getlist("Cross-Origin-Opener-Policy") == ["same-origin"], what
        assert len(headers.getlist("Permissions-Policy")) == 1, what
        (policy,) = headers.getlist("Content-Security-Policy")
        assert policy.startswith("default-src 'none'; "), what
        assert "base-uri 'none'" in policy, what
        assert "unsafe" not in policy, what
        (framers,) = re.findall(r"frame-ancestors ([^;]*)", policy)
        # The one page that is made for a frame, and only for its provider's.
        if " /frontchannel-logout/acme " not in what or answer.status_code != 200:
            assert framers == "'none'", what
            assert headers.getlist("X-Frame-Options") == ["DENY"], what
        else:
            assert "*" not in framers, what
        assert ("Strict-Transport-Security" in headers) is https, what
        (kept,) = headers.getlist("Cache-Control")
        if answer.status_code >= 400 or not urlsplit(what.split(" ")[1]).path.startswith(KEPT):
            assert kept == "no-store", what
        assert not {"Server", "X-Powered-By", "X-AspNet-Version", "Via"} & set(headers.keys()), what
        assert "werkzeug" not in str(headers).lower(), what
        for line in headers.getlist("Set-Cookie"):
            check_cookie(what, Cookie.read(line), https=https)
    assert asked > 200


def cookie_flags(app: Flask) -> str:
    return " ".join(app.test_client().get("/login/us", headers=CLICK).headers.getlist("Set-Cookie"))


def check_cookie(what: str, cookie: Cookie, *, https: bool) -> None:
    attributes = cookie.attributes
    assert "httponly" in attributes, (what, cookie.name)
    assert ("secure" in attributes) is https, (what, cookie.name)
    assert attributes.get("samesite") in (("Lax", "Strict", "None") if https else ("Lax", "Strict")), what
    assert attributes.get("path") == "/", (what, cookie.name)
    assert "domain" not in attributes, (what, cookie.name)
    assert cookie.name.startswith("__Host-bridge-" if https else "bridge-"), (what, cookie.name)


@pytest.mark.usefixtures("bridge")
def test_every_cookie_of_a_whole_sign_in_and_out_is_for_the_bridge_alone(stage: Stage) -> None:
    browser = Browser()
    for store in ("us", "both"):
        start = {"connection": "acme"} if store == "both" else {}
        assert stage.sign_in(browser, store=store, **start).status == 303
    browser.fetch(f"{stage.bridge_url}/logout/us", headers={**CLICK, "Sec-Fetch-Site": "same-origin"})
    seen = [(answer.url, cookie) for answer in browser.seen for cookie in answer.set_cookies.values()]
    ours = [(url, cookie) for url, cookie in seen if url.startswith(stage.bridge_url)]
    assert len(ours) >= 6
    for url, cookie in ours:
        check_cookie(Path(urlsplit(url).path).name, cookie, https=False)
