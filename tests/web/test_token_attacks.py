"""`POST /token/<store>` under attack, by name: each body or header that somebody could hope to be read otherwise."""

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bridge.settings import read_settings
from bridge.web.app import create_app
from bridge.wiring.bridge import wire
from tests.journeys.browser import Browser
from tests.journeys.stage import Stage, query_of
from tests.journeys.storefronts import NEW, Pkce, add_storefronts, basic, return_url

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
PKCE = Pkce()


@pytest.fixture(scope="module")
def app(stage: Stage) -> Iterator[Flask]:
    before = dict(stage.tables)
    add_storefronts(stage)
    settings = read_settings(stage.write_configuration("attacked.toml"), {})
    stage.tables = before
    made = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
    yield create_app(made)
    made.redis.close()


@pytest.fixture(autouse=True)
def patient(stage: Stage) -> None:
    """Every test begins without failures on its account."""
    for key in stage.redis.scan_iter("bridge:rate:*"):
        stage.redis.delete(key)


def code_of(app: Flask, stage: Stage, store: str, **query: str) -> str:
    """A shopper's code, good and not redeemed yet."""
    click = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-User": "?1"}
    client = app.test_client()
    login = client.get(f"/login/{store}", query_string=query, headers=click)
    callback = stage.at_provider(Browser(), login.headers["Location"]).location
    answer = client.get(callback.removeprefix(stage.public_url), headers=click)
    assert answer.headers["Location"].startswith(f"{return_url(stage)}?")
    return query_of(answer.headers["Location"])["code"]


def ask(app: Flask, store: str, **request: Any) -> TestResponse:
    return app.test_client().post(f"/token/{store}", **request)


def good_form(code: str, store: str = "server") -> dict[str, Any]:
    """How its storefront asks, so that each attack differs from it in one thing."""
    form = {"grant_type": "authorization_code", "code": code}
    if store == "server":
        return {"data": form, "headers": basic("server", NEW)}
    return {"data": {**form, "code_verifier": PKCE.verifier}}


def encoded(pair: bytes) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(pair).decode()}


#: What stands in place of the honest header.
HEADERS: dict[str, dict[str, str]] = {
    "none": {},
    "empty": {"Authorization": ""},
    "scheme-alone": {"Authorization": "Basic"},
    "empty-pair": encoded(b":"),
    "empty-password": encoded(b"server:"),
    "empty-user": encoded(f":{NEW}".encode()),
    "user-upper-case": encoded(f"SERVER:{NEW}".encode()),
    "user-with-a-space": encoded(f"server :{NEW}".encode()),
    "user-nul": encoded(f"server\0:{NEW}".encode()),
    "password-cut": encoded(f"server:{NEW[:-1]}".encode()),
    "password-longer": encoded(f"server:{NEW}x".encode()),
    "password-nul": encoded(f"server:{NEW}\0".encode()),
    "password-newline": encoded(f"server:{NEW}\n".encode()),
    "password-encoded-twice": encoded(b"server:" + NEW.encode().hex().encode()),
    "password-star": encoded(b"server:*"),
    "password-list": encoded(b'server:["a"]'),
    "password-huge": encoded(b"server:" + b"x" * 50_000),
    "latin-1": encoded(f"server:{NEW}".encode("latin-1")),
    "url-safe-base64": {"Authorization": "Basic c2VydmVyOj8_Pz8-Pj4-"},
    "two-in-one": {"Authorization": basic("server", "x")["Authorization"] + ", " + basic("server", NEW)["Authorization"]},
    "bearer-of-the-secret": {"Authorization": f"Bearer {NEW.encode().hex()}"},
    "digest": {"Authorization": 'Digest username="server"'},
    "proxy-authorization": {"Proxy-Authorization": basic("server", NEW)["Authorization"]},
    "by-underscore": {"X-Authorization": basic("server", NEW)["Authorization"]},
    "by-cookie": {"Cookie": "Authorization=" + basic("server", NEW)["Authorization"].replace(" ", "%20")},
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_attack_nobody_passes_for_the_storefronts_server(app: Flask, stage: Stage, name: str) -> None:
    code = code_of(app, stage, "server")
    answer = ask(app, "server", **{**good_form(code), "headers": HEADERS[name]})
    assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (401, "invalid_client")
    assert NEW not in answer.text
    assert ask(app, "server", **good_form(code)).status_code == 200, "and the code is as good as before"


def as_json(**members: Any) -> bytes:
    return json.dumps({"grant_type": "authorization_code", "code": "CODE", **members}).encode()


#: Bodies in which CODE stands for a good code.
BODIES: dict[str, tuple[bytes, str]] = {
    "json-twins-by-escape": (b'{"grant_type":"authorization_code","code":"x","c\\u006fde":"CODE"}', JSON),
    "json-list-of-codes": (as_json(code=["CODE"]), JSON),
    "json-object-as-code": (as_json(code={"$ne": ""}), JSON),
    "json-true-as-code": (as_json(code=True), JSON),
    "json-inside-json": (json.dumps([{"code": "CODE"}]).encode(), JSON),
    "json-nan": (b'{"grant_type":"authorization_code","code":"CODE","x":NaN}', JSON),
    "json-lone-surrogate": (b'{"grant_type":"authorization_code","code":"CODE","x":"\\ud800"}', JSON),
    "json-byte-order-mark": (b"\xef\xbb\xbf" + as_json(), JSON),
    "json-utf-16": (as_json().decode().encode("utf-16"), JSON),
    "json-and-more": (as_json() + b"{}", JSON),
    "json-digits": (b'{"grant_type":"authorization_code","code":"CODE","x":' + b"9" * 5000 + b"}", JSON),
    "json-called-form": (as_json(), FORM),
    "form-called-json": (b"grant_type=authorization_code&code=CODE", JSON),
    "form-twins-by-encoding": (b"grant_type=authorization_code&code=x&c%6fde=CODE", FORM),
    "form-twin-grant-types": (b"grant_type=refresh_token&grant_type=authorization_code&code=CODE", FORM),
    "form-array": (b"grant_type=authorization_code&code[]=CODE", FORM),
    "form-semicolons": (b"grant_type=authorization_code;code=CODE", FORM),
    "form-secret-in-the-body": (b"grant_type=authorization_code&code=CODE&client_secret=x", FORM),
    "multipart": (
        (b'--b\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nauthorization_code\r\n--b\r\n'
         b'Content-Disposition: form-data; name="code"\r\n\r\nCODE\r\n--b--\r\n'),
        "multipart/form-data; boundary=b",
    ),
    "plain-text": (b"grant_type=authorization_code&code=CODE", "text/plain"),
    "no-type": (b"grant_type=authorization_code&code=CODE", ""),
    "type-with-a-comma": (b"grant_type=authorization_code&code=CODE", f"text/plain, {FORM}"),
    "grant-type-upper-case": (b"grant_type=AUTHORIZATION_CODE&code=CODE", FORM),
    "grant-type-implicit": (b"grant_type=implicit&code=CODE", FORM),
    "grant-type-client-credentials": (b"grant_type=client_credentials&code=CODE", FORM),
    "code-as-refresh-token": (b"grant_type=refresh_token&refresh_token=CODE", FORM),
    "code-cut": (b"grant_type=authorization_code&code=CODE%00", FORM),
    "code-with-a-space": (b"grant_type=authorization_code&code=+CODE", FORM),
    "redirect-uri-of-mine": (b"grant_type=authorization_code&code=CODE&redirect_uri=https://evil.example/", FORM),
    "client-id-of-mine": (b"grant_type=authorization_code&code=CODE&client_id=other", FORM),
    "verifier-made-up": (b"grant_type=authorization_code&code=CODE&code_verifier=" + b"v" * 43, FORM),
}  # fmt: skip
#: The code is known, and not redeemed in the way it was lent: it is used up (RFC 6749 section 4.1.2).
USED_UP = {"verifier-made-up"}


@pytest.mark.parametrize("name", BODIES)
def test_attack_a_body_means_one_thing_or_nothing(app: Flask, stage: Stage, name: str) -> None:
    code = code_of(app, stage, "server")
    body, kind = BODIES[name]
    answer = ask(
        app,
        "server",
        data=body.replace(b"CODE", code.encode()),
        headers={**basic("server", NEW), "Content-Type": kind},
    )
    assert answer.status_code in (400, 401)
    assert answer.headers["Bridge-Refusal"] in (
        "invalid_request", "invalid_client", "invalid_grant", "unsupported_grant_type",
    )  # fmt: skip
    assert code not in answer.text
    assert ask(app, "server", **good_form(code)).status_code == (400 if name in USED_UP else 200)


#: Origins that a page of somebody else could have, or a program could write.
ORIGINS = (
    "null", "*", "", " ", "{page} https://evil.example", "https://evil.example {page}", "{page}.", "{page}/",
    "{page}\t", "{page}:80", "{page}@evil.example", "{page}.evil.example", "https://evil.example#{page}",
    "https://evil.example?{page}", "HTTP{page}", "{page}%00", "file://", "{page},{page}",
)  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
def test_attack_no_other_page_redeems_or_reads(app: Flask, stage: Stage, origin: str) -> None:
    headers = {"Origin": origin.format(page=stage.store_url)}
    code = code_of(app, stage, "page", **PKCE.query)
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "*"}
    preflight = app.test_client().options("/token/page", headers={**headers, **asked})
    answer = ask(app, "page", **good_form(code, "page"), headers=headers)
    for one in (preflight, answer):
        assert not [name for name, _ in one.headers if name.startswith("Access-Control-Allow")]
    assert answer.headers["Bridge-Refusal"] == "invalid_request"
    own = {"Origin": stage.store_url}
    assert ask(app, "page", **good_form(code, "page"), headers=own).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-HTTP-Method-Override": "POST"},
        {"X-Original-URL": "/token/server"},
        {"Content-Encoding": "gzip"},
        {"Host": "evil.example"},
    ],
)
def test_attack_no_header_makes_a_get_of_a_post(app: Flask, headers: dict[str, str]) -> None:
    answer = app.test_client().get("/token/server", headers={**basic("server", NEW), **headers})
    assert answer.status_code == 405
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize(
    "store", ["SERVER", "server%00", "server%2f..%2fother", "..%2fserver", "server;x", "%73erver%20", "server.", "*", "x" * 5000]
)  # fmt: skip
def test_attack_a_stores_name_is_itself_alone(app: Flask, stage: Stage, store: str) -> None:
    code = code_of(app, stage, "server")
    answer = app.test_client().post(f"/token/{store}", **good_form(code))
    assert answer.status_code in (401, 404)
    assert ask(app, "server", **good_form(code)).status_code == 200


@pytest.mark.parametrize(
    "state", ["&code=evil", "#code=evil", "a%26code%3Devil", "a+b c", "?code=evil;code=evil", "'\"<script>", "%0d%0aSet-Cookie:a", "x" * 512]
)  # fmt: skip
def test_attack_nothing_that_is_handed_back_makes_a_second_code(app: Flask, stage: Stage, state: str) -> None:
    """`state` and `return_to` may be anybody's words: a link of theirs began this sign-in."""
    goal = "/a?code=evil&state=evil#x"
    code = code_of(app, stage, "server", state=state, return_to=goal)
    assert len(code) >= 43
    given = ask(app, "server", **good_form(code)).json
    assert given is not None
    assert given["customer_id"] == "101"
