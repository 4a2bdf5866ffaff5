"""Clients hear of the end of a session, and the log tells the story without its secrets."""

import logging
import queue
import time
from collections.abc import Iterator
from dataclasses import replace

import jwt
import pytest
from flask import Flask, request

from bridge.demo.idp import IdpOptions, create_idp
from bridge.demo.idp.memory import Memory
from bridge.demo.serving import Served

from .provider import CLIENT, Provider
from .web import call


@pytest.fixture
def heard() -> "queue.Queue[dict[str, str]]":
    return queue.Queue()


@pytest.fixture
def idp(heard: "queue.Queue[dict[str, str]]") -> Iterator[Provider]:
    app = Flask(__name__)

    @app.post("/backchannel-logout/acme")
    def listen() -> str:
        heard.put(dict(request.form))
        return ""

    with Served(app) as client_app:
        client = replace(CLIENT, backchannel_logout_uri=f"{client_app.url}/backchannel-logout/acme")
        with Served.knowing_its_url(lambda url: create_idp(IdpOptions(url, (client,)))) as served:
            yield Provider(served.url, Memory())


def test_the_end_of_a_session_is_told_with_a_logout_token(
    idp: Provider, heard: "queue.Queue[dict[str, str]]"
) -> None:
    claims = idp.id_token(idp.redeem(idp.code()))
    idp.shopper.open(f"{idp.url}/signout").press("Sign out of")
    token = heard.get(timeout=5)["logout_token"]
    assert jwt.get_unverified_header(token)["typ"] == "logout+jwt"
    key = jwt.PyJWK(call("GET", f"{idp.url}/jwks.json").json["keys"][0])
    told = jwt.decode(token, key, algorithms=["RS256"], audience=CLIENT.client_id, issuer=idp.url)
    assert told["sid"] == claims["sid"]
    assert told["sub"] == claims["sub"]
    assert told["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in told
    assert told["jti"]


def test_the_client_that_asked_is_not_told(idp: Provider, heard: "queue.Queue[dict[str, str]]") -> None:
    hint = idp.redeem(idp.code()).json["id_token"]
    assert call("GET", f"{idp.url}/end-session?id_token_hint={hint}").status == 200
    time.sleep(0.1)
    assert heard.empty()


def test_each_step_is_a_log_line_without_secrets(idp: Provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bridge.demo.idp")
    code = idp.code()
    tokens = idp.redeem(code).json
    steps = [line.split()[0] for line in caplog.messages]
    assert steps == ["authorize", "sign", "code", "token"]
    for secret in (code, tokens["access_token"], tokens["id_token"], CLIENT.client_secret):
        assert secret not in caplog.text
