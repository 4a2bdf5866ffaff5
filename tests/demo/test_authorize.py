"""The authorization endpoint enforces the rules, and its sessions are single sign-on."""

import hashlib
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request

from bridge.demo.idp import IdpOptions, create_idp
from bridge.demo.idp.memory import Memory
from bridge.demo.serving import Served
from bridge.demo.shopper import Shopper

from .plainbridge import b64
from .provider import CALLBACK, CLIENT, VERIFIER, Provider
from .web import call


def test_the_metadata_is_about_this_issuer(idp: Provider) -> None:
    told = call("GET", f"{idp.url}/.well-known/openid-configuration").json
    assert told["issuer"] == idp.url
    assert all(told[name].startswith(idp.url) for name in told if name.endswith(("_endpoint", "jwks_uri")))
    assert told["code_challenge_methods_supported"] == ["S256"]


def test_a_whole_sign_in(idp: Provider) -> None:
    answer = idp.answer(idp.ask(), "Ada Lovelace")
    assert answer["state"] == "the-state"
    assert answer["iss"] == idp.url
    tokens = idp.redeem(answer["code"])
    assert tokens.headers["Cache-Control"] == "no-store"
    claims = idp.id_token(tokens)
    assert claims["nonce"] == "the-nonce"
    assert claims["email"] == "ada.lovelace@acme.example"
    assert claims["email_verified"] is True
    digest = hashlib.sha256(tokens.json["access_token"].encode()).digest()
    assert claims["at_hash"] == b64(digest[:16])
    assert abs(claims["auth_time"] - time.time()) < 5
    assert claims["sid"]
    bearer = {"Authorization": f"Bearer {tokens.json['access_token']}"}
    told = call("GET", f"{idp.url}/userinfo", headers=bearer).json
    assert told["sub"] == claims["sub"]
    assert told["name"] == "Ada Lovelace"


@pytest.mark.parametrize("scope", ["openid", "openid email", "openid profile"])
def test_claims_follow_the_scope(idp: Provider, scope: str) -> None:
    claims = idp.id_token(idp.redeem(idp.code(scope=scope)))
    assert ("email" in claims) is ("email" in scope)
    assert ("name" in claims) is ("profile" in scope)


@pytest.mark.parametrize(
    ("person", "claims"),
    [
        ("Charles Babbage", {"email_verified": False}),
        ("Alan Turing", {"email": None, "email_verified": None}),
        ("Augusta King", {"email": "ada.lovelace@acme.example", "sub": "acme-1005"}),
        ("山田 花子", {"given_name": "花子", "family_name": "山田"}),
        ("Sujata", {"name": "Sujata", "given_name": None, "family_name": None}),
        ("Eve Outsider", {"email": "eve@elsewhere.example"}),
    ],
)
def test_each_sample_person_is_what_the_card_says(idp: Provider, person: str, claims: dict[str, Any]) -> None:
    told = idp.id_token(idp.redeem(idp.code(person)))
    assert {name: told.get(name) for name in claims} == claims


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": CALLBACK + "/../x"},
        {"redirect_uri": CALLBACK + "?x=y"},
        {"redirect_uri": "http://localhost:9/callback/acme"},
        {"redirect_uri": None},
        {"client_id": "nobody"},
        {"client_id": None},
    ],
)
def test_a_request_that_cannot_be_trusted_is_answered_to_the_person_alone(
    idp: Provider, changes: dict[str, str | None]
) -> None:
    page = idp.shopper.open(idp.ask(**changes))
    assert page.status == 400
    assert page.url.startswith(idp.url)
    assert len(page.hops) == 1


BROKEN_REQUESTS: dict[str, tuple[dict[str, str | None], str]] = {
    "no PKCE": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "PKCE plain": ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
    "PKCE method left out": ({"code_challenge_method": None}, "invalid_request"),
    "challenge too short": ({"code_challenge": "abc"}, "invalid_request"),
    "implicit flow": ({"response_type": "id_token"}, "unsupported_response_type"),
    "no openid": ({"scope": "email"}, "invalid_scope"),
    "fragment mode": ({"response_mode": "fragment"}, "invalid_request"),
    "request object": ({"request": "x.y.z"}, "request_not_supported"),
    "unknown prompt": ({"prompt": "dance"}, "invalid_request"),
    "none and login": ({"prompt": "none login"}, "invalid_request"),
    "max_age as words": ({"max_age": "soon"}, "invalid_request"),
    "none without a session": ({"prompt": "none"}, "login_required"),
}


@pytest.mark.parametrize(("changes", "error"), BROKEN_REQUESTS.values(), ids=BROKEN_REQUESTS)
def test_a_broken_request_is_told_to_the_client_with_state_and_iss(
    idp: Provider, changes: dict[str, str | None], error: str
) -> None:
    answer = idp.answer(idp.ask(**changes))
    assert answer["error"] == error
    assert answer["state"] == "the-state"
    assert answer["iss"] == idp.url
    assert "code" not in answer


@pytest.mark.parametrize("name", ["scope", "state", "nonce"])
def test_a_parameter_sent_twice_is_refused(idp: Provider, name: str) -> None:
    assert idp.answer(f"{idp.ask()}&{name}=again")["error"] == "invalid_request"


def test_cancel_is_access_denied(idp: Provider) -> None:
    answer = idp.answer(idp.ask(), "Cancel")
    assert answer["error"] == "access_denied"
    assert answer["iss"] == idp.url


def test_a_redirect_uri_keeps_its_own_query(idp: Provider) -> None:
    answer = idp.answer(idp.ask(redirect_uri=CALLBACK + "?a=b"), "Ada Lovelace")
    assert answer["a"] == "b"
    assert answer["code"]


def test_a_return_visit_is_single_sign_on(idp: Provider) -> None:
    idp.code()
    page = idp.shopper.open(idp.ask())
    assert page.says("You are signed in at the identity provider as")
    assert idp.answer(idp.ask(), "Continue to")["code"]
    assert idp.answer(idp.ask(), "Use another account", "Grace Hopper")["code"]
    assert idp.answer(idp.ask(prompt="none"))["code"]
    assert idp.shopper.open(idp.ask(prompt="select_account")).says("signed in now")
    assert idp.shopper.open(idp.ask(prompt="login")).says("Sign in again")


def test_max_age_asks_again(idp: Provider) -> None:
    idp.code()
    later = time.time() + 100
    idp.memory.clock = lambda: later
    assert idp.answer(idp.ask(prompt="none", max_age="99"))["error"] == "login_required"
    # auth_time is in whole seconds, and the machine may be slow
    assert idp.answer(idp.ask(prompt="none", max_age="160"))["code"]
    assert idp.shopper.open(idp.ask(max_age="99")).says("Who are you today?")


def test_a_login_hint_comes_first(idp: Provider) -> None:
    page = idp.shopper.open(idp.ask(login_hint="GRACE.hopper@acme.example"))
    assert page.markup.forms[0].buttons[0].label.startswith(("GH", "Grace"))
    assert page.says("suggested by the application")


def test_form_post_comes_by_a_form() -> None:
    app = Flask(__name__)
    app.add_url_rule("/callback", view_func=lambda: dict(request.form), methods=["POST"])
    with Served(app) as client_app:
        client = replace(CLIENT, redirect_uris=(f"{client_app.url}/callback",))
        with Served.knowing_its_url(lambda url: create_idp(IdpOptions(url, (client,)))) as served:
            provider = Provider(served.url, Memory())
            asked = provider.ask(response_mode="form_post", redirect_uri=client.redirect_uris[0])
            page = provider.shopper.open(asked).press("Ada Lovelace")
            told = json.loads(page.text)
    assert [hop.method for hop in page.hops] == ["POST", "POST"]
    assert told.keys() == {"code", "state", "iss"}
    assert told["iss"] == served.url


def test_another_browser_cannot_answer_this_request(idp: Provider) -> None:
    page = idp.shopper.open(idp.ask())
    stolen = Shopper()
    stolen.open(idp.ask())
    answer = stolen.submit(page, page.markup.forms[0], {"person": "acme-1001"})
    assert answer.status == 400
