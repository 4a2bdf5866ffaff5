"""The token endpoint and userinfo enforce the rules."""

import time

import pytest

from .plainbridge import b64
from .provider import CALLBACK, CLIENT, VERIFIER, Provider, basic
from .web import call

BROKEN_REDEMPTIONS: dict[str, tuple[dict[str, str], str]] = {
    "another verifier": ({"code_verifier": "w" * 43}, "invalid_grant"),
    "no verifier": ({"code_verifier": ""}, "invalid_request"),
    "verifier too short": ({"code_verifier": "v" * 42}, "invalid_request"),
    "another redirect_uri": ({"redirect_uri": CALLBACK + "?a=b"}, "invalid_grant"),
    "no redirect_uri": ({"redirect_uri": ""}, "invalid_request"),
    "another grant": ({"grant_type": "password"}, "unsupported_grant_type"),
    "another code": ({"code": "guess"}, "invalid_grant"),
}


@pytest.mark.parametrize(("changes", "error"), BROKEN_REDEMPTIONS.values(), ids=BROKEN_REDEMPTIONS)
def test_a_code_is_redeemed_rightly_or_not_at_all(idp: Provider, changes: dict[str, str], error: str) -> None:
    answer = idp.redeem(**{"code": idp.code(), **changes})
    assert answer.status == 400
    assert answer.json["error"] == error


def test_a_code_used_twice_takes_back_what_it_gave(idp: Provider) -> None:
    code = idp.code()
    bearer = {"Authorization": f"Bearer {idp.redeem(code).json['access_token']}"}
    assert call("GET", f"{idp.url}/userinfo", headers=bearer).status == 200
    assert idp.redeem(code).json["error"] == "invalid_grant"
    assert call("GET", f"{idp.url}/userinfo", headers=bearer).status == 401


def test_a_code_is_used_up_by_a_wrong_verifier(idp: Provider) -> None:
    code = idp.code()
    idp.redeem(code, code_verifier="w" * 43)
    assert idp.redeem(code).json["error"] == "invalid_grant"


def test_a_code_lives_a_minute(idp: Provider) -> None:
    code, began = idp.code(), time.time()
    idp.memory.clock = lambda: began + 62
    assert idp.redeem(code).json["error"] == "invalid_grant"


def test_a_code_of_another_client_is_refused(idp: Provider) -> None:
    form = {"grant_type": "authorization_code", "code": idp.code(), "redirect_uri": CALLBACK}
    form |= {"code_verifier": VERIFIER, "client_id": "other", "client_secret": "other-secret"}
    assert call("POST", f"{idp.url}/token", form=form).json["error"] == "invalid_grant"


def test_basic_credentials_are_form_decoded(idp: Provider) -> None:
    assert idp.redeem(idp.code()).status == 200
    form = {"grant_type": "authorization_code", "code": idp.code(), "redirect_uri": CALLBACK}
    raw = basic(f"{CLIENT.client_id}:{CLIENT.client_secret}")
    answer = call("POST", f"{idp.url}/token", form=form, headers={"Authorization": raw})
    assert answer.status == 401
    assert answer.json["error"] == "invalid_client"
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("header", ["Basic", "Basic é", "Basic !!", "Basic " + b64(b"no colon"), "Bearer x"])
def test_unreadable_credentials_are_an_invalid_client(idp: Provider, header: str) -> None:
    answer = call("POST", f"{idp.url}/token", form={"code": "x"}, headers={"Authorization": header})
    assert answer.status == 401


def test_credentials_in_the_body_are_accepted_alone(idp: Provider) -> None:
    form = {"grant_type": "authorization_code", "code": idp.code(), "redirect_uri": CALLBACK}
    form |= {"code_verifier": VERIFIER, "client_id": CLIENT.client_id, "client_secret": CLIENT.client_secret}
    assert idp.redeem(idp.code(), client_secret=CLIENT.client_secret).status == 401, "two ways at once"
    assert call("POST", f"{idp.url}/token", form={**form, "client_secret": "wrong"}).status == 401
    assert call("POST", f"{idp.url}/token", form=form).status == 200
    assert call("POST", f"{idp.url}/token", body=form).status == 401, "JSON is not the format"


def test_userinfo_wants_a_bearer_token(idp: Provider) -> None:
    for header in ({}, {"Authorization": "Bearer guess"}, {"Authorization": "Basic x"}):
        answer = call("GET", f"{idp.url}/userinfo", headers=header)
        assert answer.status == 401
        assert "Bearer" in answer.headers["WWW-Authenticate"]
