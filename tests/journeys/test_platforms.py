"""Sign-ins on platforms that came through the door: Shopify, and a stranger's distribution."""

import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from bridge.demo.serving import Served
from tests.cli.command import bridge
from tests.journeys.browser import Answer, Browser
from tests.journeys.stage import Stage
from tests.platforms.shopify.shop import Shop, create_shop, opened
from tests.platforms.stranger.distribution import beside, installed

SECRET = "multipass-secret-of-the-shop"
GRACE = "acme-1002"
SSO, KEY = "the-sso-secret", "the-api-key"


def acme_shop(visits: list[str]) -> Flask:
    """Acme Shop by its own rules: an HMAC over what was said, once, for a minute."""
    app = Flask(__name__)
    rows: list[dict[str, Any]] = []

    @app.get("/sso")
    def sso() -> ResponseReturnValue:
        said, _, signature = request.query_string.decode().rpartition("&signature=")
        fresh = abs(time.time() - int(request.args["at"])) < 60 and request.args["once"] not in visits
        if not fresh or not hmac.compare_digest(
            hmac.digest(SSO.encode(), said.encode(), "sha256").hex(), signature
        ):
            return Response("no", 403)
        visits.extend((request.args["once"], request.args["customer"]))
        return redirect(request.args["to"])

    @app.route("/v1/customers", methods=["GET", "POST"])
    def customers() -> ResponseReturnValue:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return Response("no", 401)
        if request.method == "POST":
            rows.append({"id": 500 + len(rows), **request.get_json()})
            return jsonify(customers=rows[-1:])
        asked = request.args
        return jsonify(customers=[
            row for row in rows if row["email"] == asked.get("email") or str(row["id"]) == asked.get("id")
        ])  # fmt: skip

    @app.get("/<path:path>")
    def page(path: str) -> str:
        return f"Acme Shop: {path}"

    return app


class Streets:
    """Two shops beside the stage's own, and a bridge that knows both."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.visits: list[str] = []
        self.shop: Shop

    def open(self, url: str) -> Flask:
        self.shop = Shop(SECRET, url, time.time)
        return create_shop(self.shop)

    def token(self, answer: Answer) -> dict[str, Any]:
        assert answer.status == 303, (answer.status, answer.refusal)
        head, _, token = answer.location.rpartition("/")
        assert head == f"{self.shop.url}/account/login/multipass"
        return opened(token, SECRET)


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streets]:
    folder = tmp_path_factory.mktemp("streets")
    with (
        pytest.MonkeyPatch.context() as patch,
        Stage(folder) as stage,
        Served(acme_shop((made := Streets(stage)).visits)) as acme,
        Served.knowing_its_url(made.open) as plus,
    ):
        for name, value in beside(installed(folder / "acmeshop")).items():
            patch.setenv(name, value)
        for name, url in (("plus", plus.url), ("acme", acme.url)):
            stage.tables[f"stores.{name}"] = {
                "platform": "shopify" if name == "plus" else "acmeshop",
                "url": url,
                "connections": ["acme"],
            }
        stage.tables["stores.plus.shopify"] = {"multipass_secret": SECRET}
        stage.tables["stores.acme.acmeshop"] = {
            "sso_secret": SSO,
            "api_key": KEY,
            "api_url": f"{acme.url}/v1",
        }
        stage.serve()
        yield made


def test_a_strangers_platform_signs_people_in(streets: Streets, browser: Browser) -> None:
    for _ in range(2):  # as a new customer, then as a known one
        answer = streets.stage.sign_in(browser, store="acme", return_to="/cart")
        assert answer.status == 303, answer.refusal
        assert browser.walk(answer.location).text == "Acme Shop: cart"
    assert streets.visits[1] == streets.visits[3] == "500"


def test_shopify_signs_people_in_by_their_trusted_e_mail(streets: Streets, browser: Browser) -> None:
    answer = streets.stage.sign_in(browser, store="plus", return_to="/products/mug")
    said = streets.token(answer)
    assert abs(time.time() - streets.shop.now()) < 1
    assert {name: said[name] for name in said if name != "created_at"} == {
        "email": "ada.lovelace@acme.example",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "return_to": f"{streets.shop.url}/products/mug",
    }
    assert browser.walk(answer.location).url == f"{streets.shop.url}/products/mug"
    assert streets.shop.visits[-1] == said


def test_a_repeated_callback_brings_another_token_for_the_same_customer(
    streets: Streets, browser: Browser
) -> None:
    callback = streets.stage.callback_url(browser, store="plus")
    first, second = browser.fetch(callback), browser.fetch(callback)
    assert first.location != second.location
    one, two = streets.token(first), streets.token(second)
    assert one["email"] == two["email"] == "ada.lovelace@acme.example"
    assert not {"first_name", "last_name"} & set(two)  # not kept; Shopify leaves the customer's own alone
    before = len(streets.shop.visits)
    for answer in (first, second):
        browser.walk(answer.location)
    assert len(streets.shop.visits) == before + 2


@pytest.mark.parametrize("person", ["Charles Babbage"])
def test_an_address_that_nobody_vouches_for_opens_nothing(
    streets: Streets, browser: Browser, person: str
) -> None:
    callback = streets.stage.callback_url(browser, person, store="plus")
    assert [browser.fetch(callback).refusal for _ in range(2)] == ["email_not_trusted"] * 2
    assert "charles.babbage@acme.example" not in streets.shop.customers


def test_neither_redis_nor_the_log_has_a_token_and_the_log_no_address(
    streets: Streets, browser: Browser, tmp_path: Path
) -> None:
    answer = streets.stage.sign_in(browser, store="plus")
    token = answer.location.rpartition("/")[2]
    redis = streets.stage.redis
    kept = json.dumps([str(redis.dump(key)) for key in redis.scan_iter("*")])
    logs = "".join(path.read_text() for path in streets.stage.folder.glob("bridge-*.log"))
    assert token not in kept
    assert token not in logs
    assert SECRET not in logs
    assert "ada.lovelace@acme.example" not in logs
    assert parse_qs(urlsplit(answer.location).query) == {}


@pytest.mark.slow
def test_a_changed_address_waits_for_an_operator(streets: Streets, browser: Browser) -> None:
    """Grace signed in as old.name@ once; her provider calls her by another address now."""
    stage = streets.stage
    config = stage.write_configuration()
    who: list[str | Path] = [
        "--store",
        "plus",
        "--config",
        config,
        "--issuer",
        stage.acme.url,
        "--subject",
        GRACE,
    ]

    not_an_address = bridge("customers", "link", *who, "--customer", "4711", "--connection", "acme")
    assert "no id of a customer" in not_an_address.said

    linked = bridge("customers", "link", *who, "--customer", "old.name@acme.example", "--connection", "acme")
    assert linked.status == 0, linked.said
    callback = stage.callback_url(browser, "Grace Hopper", store="plus")
    assert [browser.fetch(callback).refusal for _ in range(2)] == ["email_changed"] * 2

    unlinked = bridge("customers", "unlink", *who, "--yes")
    assert unlinked.status == 0, unlinked.said
    said = streets.token(stage.sign_in(Browser(), "Grace Hopper", store="plus"))
    assert said["email"] == "grace.hopper@acme.example"
