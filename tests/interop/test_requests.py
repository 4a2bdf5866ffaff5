"""What the bridge asks for, and how the question travels."""

from pathlib import Path
from typing import Any

import pytest

from tests.interop.conftest import Meet
from tests.interop.meeting import Meeting
from tests.interop.provider import Json
from tests.journeys.browser import Browser
from tests.settings.samples import pem

pytestmark = pytest.mark.slow

PAR = {"features": {"pushedAuthorizationRequests": {"enabled": True}}}
PAR_REQUIRED = {
    "features": {"pushedAuthorizationRequests": {"enabled": True, "requirePushedAuthorizationRequests": True}}
}
JAR = {"features": {"requestObjects": {"enabled": True}}}


def in_the_browser(met: Meeting) -> set[str]:
    """The names of what went to the authorization endpoint through the browser."""
    return {name for asked in met.asked("authorization") for name in asked.query}


# -- prompt, max_age, acr_values


@pytest.mark.parametrize(
    ("asked", "logins"),
    [({}, 1), ({"max_age": 600}, 1), ({"prompt": ["login"]}, 2), ({"max_age": 0}, 2)],
    ids=["nothing asked", "max_age", "prompt login", "max_age 0"],
)
def test_a_session_at_the_provider_is_enough_unless_we_ask_for_more(
    meet: Meet, asked: Json, logins: int
) -> None:
    met = meet(connection=asked)
    browser = Browser()
    for _ in range(2):
        met.signs_in(browser=browser)
    assert [form.body["prompt"] for form in met.asked("submit")].count("login") == logins


def test_max_age_is_asked_for_and_answered_by_auth_time(meet: Meet) -> None:
    met = meet(connection={"max_age": 600})
    met.signs_in()
    assert met.asked("authorization")[0].query["max_age"] == "600"


SILVER, BRONZE = "urn:mace:incommon:iap:silver", "urn:mace:incommon:iap:bronze"


@pytest.mark.parametrize("reached", [SILVER, BRONZE, ""], ids=["what was asked for", "another", "none"])
def test_a_class_of_authentication_is_asked_for_and_must_be_answered(meet: Meet, reached: str) -> None:
    met = meet(
        provider={
            "configuration": {"acrValues": [SILVER, BRONZE]},
            "login": {"acr": reached} if reached else {},
        },
        connection={"acr_values": [SILVER]},
    )
    if reached == SILVER:
        met.signs_in()
    else:
        assert met.refusal() == "authentication_insufficient"


# -- claims by name, languages, what a maker knows


def test_claims_are_asked_for_by_name(meet: Meet) -> None:
    met = meet(
        provider={"configuration": {"features": {"claimsParameter": {"enabled": True}}}},
        connection={"claims": {"id_token": {"email": {"essential": True}, "auth_time": {"essential": True}}}},
    )
    met.signs_in()


def test_languages_and_parameters_of_a_makers_own_reach_the_provider(meet: Meet) -> None:
    met = meet(
        provider={"configuration": {"extraParams": ["domain_hint"]}},
        connection={"ui_locales": ["de-CH", "en"], "authorize_parameters": {"domain_hint": "acme.example"}},
    )
    met.signs_in()
    query = met.asked("authorization")[0].query
    assert (query["ui_locales"], query["domain_hint"]) == ("de-CH en", "acme.example")


# -- pushed requests (RFC 9126)


@pytest.mark.parametrize("configuration", [PAR, PAR_REQUIRED], ids=["optional", "required"])
def test_a_request_is_pushed_where_the_connection_says_so(meet: Meet, configuration: Json) -> None:
    met = meet(
        provider={"configuration": configuration},
        connection={"pushed_authorization_requests": "always"},
    )
    met.signs_in()
    assert in_the_browser(met) == {"client_id", "request_uri"}
    (pushed,) = met.asked("pushed_authorization_request")
    assert (pushed.status, pushed.scheme) == (201, "Basic")
    assert pushed.body["redirect_uri"] == f"{met.bridge_url}/callback/acme"


def test_a_request_is_pushed_where_the_provider_wants_nothing_else(meet: Meet) -> None:
    met = meet(provider={"configuration": PAR_REQUIRED})
    met.signs_in()
    assert in_the_browser(met) == {"client_id", "request_uri"}


def test_what_the_provider_says_against_a_pushed_request_ends_in_a_clear_refusal(meet: Meet) -> None:
    met = meet(
        client={"redirect_uris": ["http://127.0.0.1:1/elsewhere"]},
        provider={"configuration": PAR_REQUIRED},
    )
    assert met.refusal() == "idp_error"


# -- signed requests (RFC 9101)


def keyed(tmp_path: Path, **connection: Any) -> Json:
    (tmp_path / "client.pem").write_text(pem())
    return {"client_auth": "private_key_jwt", "client_keys": ["file:client.pem"], **connection}


KEYED: Json = {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "BRIDGE/.well-known/jwks.json"}


def test_a_request_is_signed(meet: Meet, tmp_path: Path) -> None:
    met = meet(
        client={**KEYED, "request_object_signing_alg": "ES256", "require_signed_request_object": True},
        provider={"configuration": JAR},
        connection=keyed(tmp_path, request_objects=True),
    )
    met.signs_in()
    assert "request" in in_the_browser(met)
    assert not {"redirect_uri", "nonce", "code_challenge"} & in_the_browser(met)


def test_a_request_is_signed_and_pushed(meet: Meet, tmp_path: Path) -> None:
    met = meet(
        client={
            **KEYED,
            "require_signed_request_object": True,
            "require_pushed_authorization_requests": True,
        },
        provider={"configuration": {"features": {**JAR["features"], **PAR["features"]}}},
        connection=keyed(tmp_path, request_objects=True, pushed_authorization_requests="always"),
    )
    met.signs_in()
    assert in_the_browser(met) == {"client_id", "request_uri"}
    (pushed,) = met.asked("pushed_authorization_request")
    assert "request" in pushed.body
    assert "nonce" not in pushed.body
