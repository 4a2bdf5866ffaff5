"""`POST /token/<store>` as HTTP: every error in OAuth's words, CORS for the store's own pages, limits."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from bridge.demo.markup import read_markup
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import PlatformToken, Visit
from bridge.domain.secret import Secret
from bridge.flows.delivery import ByForm
from bridge.settings import read_settings
from bridge.web.app import create_app
from bridge.wiring.bridge import Bridge, wire
from tests.journeys.browser import CLICK, Browser
from tests.journeys.stage import Stage, query_of
from tests.journeys.storefronts import NEW, Pkce, add_storefronts, basic, return_url

FORM = "application/x-www-form-urlencoded"
GRANT = {"grant_type": "authorization_code", "code": "made-up"}


@pytest.fixture(scope="module")
def bridge_itself(stage: Stage) -> Iterator[Bridge]:
    """Wired, with storefronts that take codes."""
    import time

    before = dict(stage.tables)
    add_storefronts(stage)
    settings = read_settings(stage.write_configuration("storefronts.toml"), {})
    stage.tables = before
    made = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
    yield made
    made.redis.close()


@pytest.fixture(scope="module")
def app(bridge_itself: Bridge) -> Flask:
    return create_app(bridge_itself)


@pytest.fixture(autouse=True)
def patient(stage: Stage) -> None:
    """Every test begins without failures on its account."""
    for key in stage.redis.scan_iter("bridge:rate:*"):
        stage.redis.delete(key)


def post(app: Flask, store: str = "server", **request: Any) -> TestResponse:
    return app.test_client().post(f"/token/{store}", **request)


def refused(answer: TestResponse) -> tuple[int, str]:
    """Status and code, after a look at everything that each refusal here has."""
    assert answer.mimetype == "application/json"
    document = answer.json
    assert document is not None
    assert set(document) == {"error", "message", "reference"}
    assert answer.headers["Bridge-Refusal"] == document["error"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, document["error"]


def made_up(**changes: Any) -> dict[str, Any]:
    return {"data": GRANT, "headers": basic("server", NEW), **changes}


ERRORS: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "made-up code": (made_up(), (400, "invalid_grant")),
    "made-up code as JSON": (made_up(data=None, json=GRANT), (400, "invalid_grant")),
    "made-up handle": (
        made_up(data={"grant_type": "refresh_token", "refresh_token": "x"}),
        (400, "invalid_grant"),
    ),
    "no authorization": ({"data": GRANT}, (401, "invalid_client")),
    "wrong secret": ({"data": GRANT, "headers": basic("server", "x")}, (401, "invalid_client")),
    "wrong name": ({"data": GRANT, "headers": basic("other", NEW)}, (401, "invalid_client")),
    "bearer": ({"data": GRANT, "headers": {"Authorization": f"Bearer {NEW[:40]}"}}, (401, "invalid_client")),
    "basic of nonsense": (
        {"data": GRANT, "headers": {"Authorization": "Basic ???"}},
        (401, "invalid_client"),
    ),
    "basic without a colon": (
        {"data": GRANT, "headers": {"Authorization": "Basic c2VydmVy"}},
        (401, "invalid_client"),
    ),
    "basic not UTF-8": (
        {"data": GRANT, "headers": {"Authorization": "Basic //86/w=="}},
        (401, "invalid_client"),
    ),
    "no body": (made_up(data=b""), (400, "invalid_request")),
    "no grant_type": (made_up(data={"code": "x"}), (400, "invalid_request")),
    "no code": (made_up(data={"grant_type": "authorization_code"}), (400, "invalid_request")),
    "password grant": (made_up(data={"grant_type": "password"}), (400, "unsupported_grant_type")),
    "parameter twice": (
        made_up(data=b"grant_type=authorization_code&code=a&code=b", content_type=FORM),
        (400, "invalid_request"),
    ),
    "member twice": (
        made_up(
            data=b'{"grant_type":"authorization_code","code":"a","code":"b"}', content_type="application/json"
        ),
        (400, "invalid_request"),
    ),
    "JSON list": (made_up(data=None, json=[GRANT]), (400, "invalid_request")),
    "JSON number": (made_up(data=None, json={**GRANT, "code": 1}), (400, "invalid_request")),
    "JSON null": (made_up(data=None, json={**GRANT, "code": None}), (400, "invalid_request")),
    "JSON broken": (made_up(data=b"{", content_type="application/json"), (400, "invalid_request")),
    "JSON nested": (made_up(data=b"[" * 60_000, content_type="application/json"), (400, "invalid_request")),
    "other type": (made_up(data=b"<a/>", content_type="application/xml"), (400, "invalid_request")),
    "text/plain, which needs no preflight": (
        made_up(data=b"grant_type=authorization_code&code=a", content_type="text/plain"),
        (400, "invalid_request"),
    ),
    "code in the address": (made_up(query_string={"code": "x"}), (400, "invalid_request")),
    "too large": (made_up(data={**GRANT, "x": "y" * 70_000}), (413, "too_large")),
}


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_is_said_in_oauths_words(app: Flask, name: str) -> None:
    request, expected = ERRORS[name]
    answer = post(app, **request)
    assert refused(answer) == expected
    assert ("WWW-Authenticate" in answer.headers) == (expected[0] == 401)


@pytest.mark.parametrize(
    ("store", "expected"), [("nowhere", (404, "store_unknown")), ("us", (400, "invalid_request"))]
)
def test_a_store_that_takes_no_codes_says_so(app: Flask, store: str, expected: tuple[int, str]) -> None:
    assert refused(post(app, store, **made_up(headers=basic(store, NEW)))) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_only_post_fetches_a_token(app: Flask, method: str) -> None:
    answer = app.test_client().open("/token/server", method=method, headers=CLICK)
    assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]
    if method != "HEAD":
        refused(answer)


def test_who_guesses_is_told_when_to_come_back(app: Flask) -> None:
    answers = [post(app, data=GRANT, headers=basic("server", "guess")) for _ in range(21)]
    assert refused(answers[-1]) == (429, "too_many_requests")
    assert 50 < int(answers[-1].headers["Retry-After"]) <= 60


_words = st.one_of(
    st.text(max_size=30), st.sampled_from(["authorization_code", "refresh_token", "a.b.c.d", "x" * 300])
)
_values = st.one_of(_words, st.none(), st.integers(), st.lists(_words, max_size=2))
_forms = st.dictionaries(st.one_of(st.sampled_from(sorted(GRANT)), _words), _values, max_size=5)
_credentials = st.one_of(st.binary(max_size=40), _words.map(lambda text: f"server:{text}".encode()))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=_forms, credentials=_credentials, as_json=st.booleans())
def test_whatever_is_sent_is_answered_in_words(
    app: Flask, stage: Stage, form: dict[str, Any], credentials: bytes, as_json: bool
) -> None:
    headers = {"Authorization": "Basic " + b64encode(credentials).decode()}
    body: dict[str, Any] = {"json": form} if as_json else {"data": {name: str(form[name]) for name in form}}
    status, code = refused(post(app, headers=headers, **body))
    assert status in (400, 401, 429)
    assert code in (
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unsupported_grant_type",
        "too_many_requests",
    )


class TestPages:
    """CORS: a page may read what it is meant to, and nobody else's page may."""

    def preflight(self, app: Flask, origin: str, store: str = "page") -> TestResponse:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        return app.test_client().options(f"/token/{store}", headers={"Origin": origin, **asked})

    def test_the_stores_own_page_may_post_json(self, app: Flask, stage: Stage) -> None:
        answer = self.preflight(app, stage.store_url)
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == stage.store_url
        assert answer.headers["Access-Control-Allow-Methods"] == "POST"
        assert answer.headers["Access-Control-Allow-Headers"] == "content-type"
        assert "Origin" in answer.headers.getlist("Vary")

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", "{store}.evil.example", "{store}/", "*"]
    )
    def test_another_page_may_not(self, app: Flask, stage: Stage, origin: str) -> None:
        origin = origin.format(store=stage.store_url)
        for answer in (
            self.preflight(app, origin),
            post(app, "page", data=GRANT, headers={"Origin": origin}),
        ):
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
            assert "Origin" in answer.headers.getlist("Vary")
        assert refused(answer) == (400, "invalid_request")

    def test_a_store_with_a_server_only_has_no_pages(self, app: Flask, stage: Stage) -> None:
        answer = self.preflight(app, stage.store_url, "server")
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_a_page_can_read_why_it_was_refused(self, app: Flask, stage: Stage) -> None:
        form = {**GRANT, "code_verifier": Pkce().verifier}
        answer = post(app, "page", json=form, headers={"Origin": stage.store_url})
        assert refused(answer) == (400, "invalid_grant")
        assert answer.headers["Access-Control-Allow-Origin"] == stage.store_url
        assert "Access-Control-Allow-Credentials" not in answer.headers


class TestBinding:
    @pytest.mark.parametrize(
        ("store", "query"),
        [
            ("server", {"code_challenge": "x" * 43}),
            ("server", {"code_challenge": "x" * 43, "code_challenge_method": "plain"}),
            ("server", {"code_challenge": "x", "code_challenge_method": "S256"}),
            ("server", {"state": "x" * 513}),
            ("server", {"state": "ü"}),
            ("page", {}),
            ("us", Pkce().query),
            ("us", {"state": "x"}),
        ],
    )
    def test_what_would_protect_nothing_begins_nothing(
        self, app: Flask, store: str, query: dict[str, str]
    ) -> None:
        answer = app.test_client().get(f"/login/{store}", query_string=query, headers=CLICK)
        assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (400, "bad_request")
        assert "Set-Cookie" not in answer.headers

    def test_a_state_sent_twice_begins_nothing(self, app: Flask) -> None:
        answer = app.test_client().get("/login/server?state=a&state=b", headers=CLICK)
        assert answer.headers["Bridge-Refusal"] == "bad_request"

    def test_every_way_on_keeps_it(self, app: Flask) -> None:
        query = {"state": 'a "b"&c', **Pkce().query}
        text = app.test_client().get("/login/hybrid", query_string=query, headers=CLICK).text
        (form,) = read_markup(text).forms
        assert query.items() <= dict(form.fields).items()
        typed = app.test_client().get(
            "/login/hybrid", query_string={**query, "connection": "nobody"}, headers=CLICK
        )
        again = re.findall(r'href="(/login/[^"]*)"', typed.text)
        assert all(query.items() <= query_of(one.replace("&amp;", "&")).items() for one in again)

    def test_a_portals_tile_cannot_begin_at_a_storefront_that_lives_by_pkce(
        self, app: Flask, stage: Stage
    ) -> None:
        answer = app.test_client().get("/initiate/page", query_string={"iss": stage.acme.url}, headers=CLICK)
        assert answer.headers["Bridge-Refusal"] == "bad_request"
        assert "/login/page" not in answer.text
        assert stage.store_url in answer.text


class _Issuer:
    def issue(self, visit: Visit, deadline: Deadline) -> PlatformToken:
        return PlatformToken(access_token=Secret('planted"<token>'), expires_in=7200)

    def renew(self, refresh_token: Secret, visit: Visit, deadline: Deadline) -> PlatformToken:
        return self.issue(visit, deadline)

    def revoke(self, refresh_token: Secret, deadline: Deadline) -> None:
        pass


@pytest.mark.parametrize("return_to", ["/cart", '/"><script>alert(1)</script>'])
def test_a_form_leads_to_the_storefront_and_nowhere_else(
    bridge_itself: Bridge, stage: Stage, return_to: str
) -> None:
    by_form = ByForm(return_url=return_url(stage), issuer=_Issuer())
    sign_in = replace(
        bridge_itself.sign_in, deliveries={**bridge_itself.sign_in.deliveries, "server": by_form}
    )
    client = create_app(replace(bridge_itself, sign_in=sign_in)).test_client()
    login = client.get("/login/server", query_string={"return_to": return_to, "state": "s"}, headers=CLICK)
    callback = stage.at_provider(Browser(), login.headers["Location"]).location
    answer = client.get(callback.removeprefix(stage.public_url), headers=CLICK)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    (policy,) = answer.headers.getlist("Content-Security-Policy")
    assert f"form-action {stage.store_url};" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    (form,) = read_markup(answer.text).forms
    assert form.action == return_url(stage)
    fields = dict(form.fields)
    assert fields["access_token"] == 'planted"<token>'
    assert fields["state"] == "s"
    assert "<script>" not in answer.text, "no script of the page's own"
    (script,) = re.findall(r'<script src="([^"]*)"', answer.text)
    with client.get(script) as file:
        assert ".submit()" in file.get_data(as_text=True)
    assert [button.label for button in form.buttons] == ["Continue to the store"]
