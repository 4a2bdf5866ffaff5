"""Too many from one address: a page in words, an answer for programs, and nobody else is kept out."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.journeys.browser import CLICK
from tests.journeys.stage import Stage
from tests.web.apps import MakeApp
from tests.web.leaving import signed_in

pytestmark = pytest.mark.usefixtures("bridge")


@pytest.fixture(scope="module")
def strict(make_app: MakeApp, stage: Stage) -> Flask:
    stage.tables["server.limits"] = {"starts_per_address": 2, "failures_per_address": 2}
    try:
        return make_app(trusted_proxies=["127.0.0.0/8"])
    finally:
        del stage.tables["server.limits"]


def get(app: Flask, path: str, address: str, **headers: str) -> TestResponse:
    return app.test_client().get(path, headers={**CLICK, "X-Forwarded-For": address, **headers})


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
def test_a_shopper_reads_in_words_when_to_come_back(strict: Flask, language: str) -> None:
    address = f"203.0.113.{['en', 'de', 'fr', 'es', 'ja'].index(language)}"
    for _ in range(2):
        assert get(strict, "/login/us", address).status_code == 303
    refused = get(strict, "/login/us", address, **{"Accept-Language": language})
    assert refused.status_code == 429
    assert refused.headers["Bridge-Refusal"] == "too_many_requests"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Content-Language"] == language
    assert refused.mimetype == "text/html"
    assert "Set-Cookie" not in refused.headers
    assert get(strict, "/login/us", address.replace("203.0.113", "198.51.100")).status_code == 303


def test_attack_no_header_makes_another_address_of_one(strict: Flask) -> None:
    for number in range(2):
        assert get(strict, "/login/us", f"10.0.0.{number}, 203.0.113.77").status_code == 303
    assert get(strict, "/login/us", "198.18.0.1, 203.0.113.77").status_code == 429


def test_attack_what_is_no_address_is_nobodys(strict: Flask) -> None:
    """It would count as an address for itself, and stand in the log."""
    for odd in ("a-secret-by-mistake", "203.0.113.", "::ffff:", "1e9"):
        assert get(strict, "/login/us", odd).status_code == 303


def garbage(app: Flask, address: str) -> TestResponse:
    return app.test_client().post(
        "/backchannel-logout/acme", data={"logout_token": "x.y.z"}, headers={"X-Forwarded-For": address}
    )


def test_attack_what_is_no_logout_token_fills_no_audit(strict: Flask, stage: Stage) -> None:
    for _ in range(2):
        assert garbage(strict, "203.0.113.99").status_code == 400
    before = stage.redis.xlen("bridge:audit")
    for _ in range(5):
        refused = garbage(strict, "203.0.113.99")
        assert (refused.status_code, refused.headers["Bridge-Refusal"]) == (429, "too_many_requests")
        assert refused.headers["Retry-After"]
        assert refused.json
        assert refused.json["error"] == "temporarily_unavailable"
    assert stage.redis.xlen("bridge:audit") == before
    assert garbage(strict, "203.0.113.98").status_code == 400


def test_attack_guesses_at_sign_outs_are_counted_and_a_living_session_ends_all_the_same(
    strict: Flask, stage: Stage
) -> None:
    address = "203.0.113.55"

    def sign_out(handle: str) -> int:
        client = strict.test_client()
        client.set_cookie("bridge-session-us", handle)
        headers = {**CLICK, "Sec-Fetch-Site": "same-origin", "X-Forwarded-For": address}
        return client.get("/logout/us", headers=headers).status_code

    browser = signed_in(stage)
    living = browser.cookies()["bridge-session-us"]
    guess = f"{living.partition('.')[0]}.{'b' * 43}"
    assert [sign_out(guess) for _ in range(4)] == [303, 303, 429, 429]
    assert sign_out(living) == 303
    assert sign_out(living) == 429, "it has ended"
