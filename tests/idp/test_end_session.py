"""Where each make of provider ends its session, and what it is told."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from bridge.domain.connection import Connection
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.sign_out import LogoutRequest, ToLogout
from bridge.idp.authorization import AuthorizationRequests
from bridge.idp.end_session import MAX_HINT, logout_url
from bridge.idp.presets import PRESETS
from tests.attacks.hostile.jose import compact
from tests.contracts.world import FakeClock

from .conftest import World
from .fake_idp import ATTEMPT, CONNECTION, query_of

BACK = "https://sso.example.com/signed-out/us"
ENDPOINT = "https://idp.example.com/logout"


def token(**claims: Any) -> str:
    return compact({"alg": "RS256"}, json.dumps({"sub": "ada", **claims}).encode(), b"s")


def connection_of(make: str, issuer: str = CONNECTION.issuer) -> Connection:
    return replace(CONNECTION, issuer=issuer, **PRESETS[make].properties(issuer))


def metadata(endpoint: str | None = ENDPOINT) -> ProviderMetadata:
    return ProviderMetadata(
        issuer=CONNECTION.issuer,
        authorization_endpoint="https://idp.example.com/authorize",
        token_endpoint="https://idp.example.com/token",
        jwks_uri="https://idp.example.com/jwks",
        userinfo_endpoint=None,
        end_session_endpoint=endpoint,
        signing_algs=("RS256",),
        iss_parameter=False,
    )


def asked(
    make: str, hint: str, *, sid: str = "", endpoint: str | None = ENDPOINT, **more: str
) -> ToLogout | None:
    request = LogoutRequest(id_token=Secret(hint), sid=sid, back=BACK, state="st&ate")
    return logout_url(connection_of(make, **more), metadata(endpoint), request)


def query(away: ToLogout | None) -> dict[str, str]:
    assert away is not None
    return {name: values[0] for name, values in query_of(away.url).items()}


@pytest.mark.parametrize("make", ["oidc", "okta", "keycloak", "ping", "onelogin", "adfs", "entra", "auth0"])
def test_the_standard_way_has_all_that_the_standard_has(make: str) -> None:
    hint = token()
    assert query(asked(make, hint, sid="s1")) == {
        "id_token_hint": hint,
        "client_id": CONNECTION.client_id,
        "post_logout_redirect_uri": BACK,
        "state": "st&ate",
    }


@pytest.mark.parametrize("make", ["google", "apple"])
def test_makes_without_a_way_out_are_asked_nothing(make: str, clock: FakeClock) -> None:
    assert asked(make, token()) is None
    world = World(clock, logout_style="none")
    request = LogoutRequest(id_token=Secret(""), sid="", back=BACK, state="s")
    assert world.provider.logout_url(request, clock.deadline()) is None
    assert not world.idp.asked


def test_a_provider_that_names_no_endpoint_has_none() -> None:
    assert asked("keycloak", token(), endpoint=None) is None


@pytest.mark.parametrize("make", ["okta", "onelogin"])
@pytest.mark.parametrize("hint", ["", "x" * (MAX_HINT + 1)])
def test_nobody_is_sent_to_the_error_page_of_a_make_that_wants_a_hint(make: str, hint: str) -> None:
    with pytest.raises(Refused) as caught:
        asked(make, hint)
    assert caught.value.reason is Reason.IDP_ERROR


@pytest.mark.parametrize("hint", ["", "x" * (MAX_HINT + 1)])
def test_a_hint_too_long_for_an_address_is_left_out(hint: str) -> None:
    away = asked("keycloak", hint)
    assert query(away).keys() == {"client_id", "post_logout_redirect_uri", "state"}
    assert away is not None
    assert len(away.url) < 2_000


def test_entra_is_told_the_account_by_its_own_claim() -> None:
    hint = token(login_hint="O.CiQ")
    assert query(asked("entra", hint))["logout_hint"] == "O.CiQ"
    long = token(login_hint="O.CiQ", groups=["g" * 36] * 200)
    found = query(asked("entra", long))
    assert found["logout_hint"] == "O.CiQ"
    assert "id_token_hint" not in found


@pytest.mark.parametrize("value", [7, "", "x" * 513, None, ["a"]])
def test_a_claim_that_is_no_text_of_a_fitting_length_is_no_hint(value: object) -> None:
    assert "logout_hint" not in query(asked("entra", token(login_hint=value)))
    assert "logout_hint" not in query(asked("entra", "not.a.token"))


def test_auth0_knows_the_session_where_the_token_is_too_long() -> None:
    assert query(asked("auth0", "", sid="s1"))["logout_hint"] == "s1"


def test_auth0_has_an_older_way_where_it_names_no_endpoint() -> None:
    away = asked("auth0", token(), endpoint=None, issuer="https://t.eu.auth0.com/")
    assert away is not None
    assert away.has_state
    assert away.url.startswith("https://t.eu.auth0.com/v2/logout?")
    assert query(away) == {"client_id": CONNECTION.client_id, "returnTo": f"{BACK}?state=st%26ate"}


def test_cognito_has_names_of_its_own_and_hands_no_state_back() -> None:
    away = asked("cognito", token())
    assert away is not None
    assert not away.has_state
    assert query(away) == {"client_id": CONNECTION.client_id, "logout_uri": BACK}


def test_an_endpoint_with_a_query_keeps_it() -> None:
    away = asked("oidc", token(), endpoint=f"{ENDPOINT}?p=policy")
    assert query(away)["p"] == "policy"
    assert away is not None
    assert urlsplit(away.url).path == "/logout"


@pytest.mark.parametrize(
    ("make", "configured", "prompt"),
    [
        ("oidc", (), "login"),
        ("okta", ("consent",), "consent login"),
        ("google", (), "select_account"),
        ("entra", (), "select_account"),
        ("entra", ("login",), "login"),
        ("keycloak", ("select_account",), "select_account"),
        ("keycloak", ("none",), "none"),
        ("apple", (), None),
        ("apple", ("consent",), "consent"),
    ],
)
def test_after_a_sign_out_each_make_is_made_to_ask(
    make: str, configured: tuple[str, ...], prompt: str | None
) -> None:
    made = connection_of(make)
    if configured:
        made = replace(made, asking=replace(made.asking, prompt=configured))
    parameters = AuthorizationRequests(made).parameters(replace(ATTEMPT, asks_again=True), "")
    assert parameters.get("prompt") == prompt
