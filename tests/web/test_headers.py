"""The headers that every answer carries, whatever kind of answer it is."""

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.journeys.browser import CLICK, JSON
from tests.web.apps import MakeApp

BAD_STATE = "/callback/acme?code=x&state=x"
#: Every kind of answer: how to ask for it, and the status by which it is known.
KINDS = {
    "redirect": ("GET", "/login/us", CLICK, 303),
    "chooser": ("GET", "/login/both", CLICK, 200),
    "refusal page": ("GET", BAD_STATE, CLICK, 400),
    "refusal as JSON": ("GET", BAD_STATE, JSON, 400),
    "speculative": ("HEAD", "/login/us", CLICK, 204),
    "liveness": ("GET", "/healthz", JSON, 200),
    "readiness": ("GET", "/readyz", JSON, 200),
    "public keys": ("GET", "/.well-known/jwks.json", {}, 200),
    "style sheet": ("GET", "/static/bridge.css", {}, 200),
    "theme": ("GET", "/static/theme.css", {}, 200),
    "missing static file": ("GET", "/static/../app.py", {}, 404),
    "no such page": ("GET", "/nowhere", CLICK, 404),
    "no such store": ("GET", "/login/nowhere", CLICK, 404),
    "wrong method": ("DELETE", "/login/us", CLICK, 405),
    "options": ("OPTIONS", "/login/us", {}, 200),
    "too large": ("GET", "/login/us?x=" + "x" * 9000, CLICK, 413),
    "slash too much": ("GET", "/login/us/", CLICK, 404),
}
ONCE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def themed(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    theme = tmp_path_factory.mktemp("theme") / "theme.css"
    theme.write_text(":root { --accent: #0a5; }\n", encoding="utf-8")
    return make_app(theme_css=str(theme))


def ask(app: Flask, kind: str) -> TestResponse:
    method, url, headers, status = KINDS[kind]
    answer = app.test_client().open(url, method=method, headers=headers, buffered=True)
    assert answer.status_code == status
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_carries_each_security_header_once(themed: Flask, kind: str) -> None:
    headers = ask(themed, kind).headers
    for name, value in ONCE.items():
        assert headers.getlist(name) == [value]
    assert len(headers.getlist("Permissions-Policy")) == 1
    assert len(headers.getlist("Content-Security-Policy")) == 1
    assert len(headers.getlist("Cache-Control")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_may_run_a_script_or_stand_in_a_frame(themed: Flask, kind: str) -> None:
    rules = [rule.split() for rule in ask(themed, kind).headers["Content-Security-Policy"].split(";")]
    policy = {name: values for name, *values in rules}
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert "script-src" not in policy
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"} & {
        value for values in policy.values() for value in values
    }


@pytest.mark.parametrize("kind", ["chooser", "refusal page"])
def test_no_page_needs_what_its_policy_forbids(themed: Flask, kind: str) -> None:
    text = ask(themed, kind).text
    for forbidden in ("<script", "<style", " style=", " onclick=", "javascript:", "<iframe", "<img"):
        assert forbidden not in text.lower()


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("style sheet", "theme", "public keys")]
)
def test_nothing_but_style_sheets_and_public_keys_is_kept_by_anybody(themed: Flask, kind: str) -> None:
    assert ask(themed, kind).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", KINDS)
def test_strict_transport_security_is_promised_on_every_answer_over_https_and_never_over_http(
    themed: Flask, make_app: MakeApp, tmp_path: Path, kind: str
) -> None:
    assert "Strict-Transport-Security" not in ask(themed, kind).headers
    theme = tmp_path / "theme.css"
    theme.touch()
    https = make_app(public_url="https://sso.example.test", theme_css=str(theme))
    assert "max-age=" in ask(https, kind).headers["Strict-Transport-Security"]


def test_no_answer_names_the_software_behind_it(themed: Flask) -> None:
    for kind in KINDS:
        headers = ask(themed, kind).headers
        assert "X-Powered-By" not in headers
        assert "werkzeug" not in headers.get("Server", "").lower()


def test_the_theme_is_served_and_named_by_the_pages(themed: Flask, app: Flask) -> None:
    answer = ask(themed, "theme")
    assert answer.mimetype == "text/css"
    assert "--accent: #0a5" in answer.text
    assert '<link rel="stylesheet" href="/static/theme.css">' in ask(themed, "chooser").text

    assert "theme.css" not in app.test_client().get("/login/both", headers=CLICK).text
    assert app.test_client().get("/static/theme.css").status_code == 404
