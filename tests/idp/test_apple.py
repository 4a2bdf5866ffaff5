"""Sign in with Apple: a secret of our own making, an answer in a form, a name that comes once."""

import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest

from bridge.domain.callback import Callback
from bridge.domain.http import HttpRequest
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from bridge.idp.client_keys import published
from tests.contracts.world import FakeClock
from tests.settings.samples import pem

from .conftest import World
from .fake_idp import ATTEMPT, CONNECTION, FakeIdp, callback, query_of, signing_key

TEAM, KEY = "A1B2C3D4E5", "F6G7H8I9J0"
USER = {"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "eve@acme.com"}


class Apple(FakeIdp):
    """Takes secrets as Apple does, has no userinfo, and writes booleans as words."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        del self.metadata["userinfo_endpoint"]
        self.claims = {"email": "ada@acme.com", "email_verified": "true", "nonce_supported": True}
        self.secrets: list[dict[str, Any]] = []

    def _authenticated(self, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
        secret = form.get("client_secret", "")
        options: Any = {"verify_exp": False, "verify_iat": False}  # judged below, by the tests' clock
        try:
            claims = jwt.decode(
                secret,
                signing_key("ES256").public_key(),
                ["ES256"],
                audience="https://appleid.apple.com",
                issuer=TEAM,
                subject=CONNECTION.client_id,
                options=options,
            )
        except jwt.PyJWTError:
            return False
        self.secrets.append(claims)
        alive = claims["iat"] <= self.clock.now() < claims["exp"] <= claims["iat"] + 15_777_000
        known = jwt.get_unverified_header(secret)["kid"] == KEY
        return "Authorization" not in headers and form["client_id"] == claims["sub"] and alive and known


def signing_in(clock: FakeClock, **changes: Any) -> tuple[World, Apple]:
    idp = Apple(clock)
    properties = {
        "client_auth": "apple_client_secret",
        "client_secrets": (),
        "client_keys": (Secret(pem(signing_key("ES256"))),),
        "apple_team_id": TEAM,
        "apple_key_id": KEY,
        "response_mode": "form_post",
        "scopes": ("openid", "name", "email"),
        "userinfo": "never",
        "names_in_callback": True,
    }
    return World(clock, idp, **{**properties, **changes}), idp


class TestTheSecret:
    def test_it_is_made_anew_for_minutes_each_time(self, clock: FakeClock) -> None:
        world, idp = signing_in(clock)
        for _ in range(2):
            assert world.redeem(form_post=True).identity.key.subject == "ada"
            clock.advance(400)
        first, second = idp.secrets
        assert first["exp"] - first["iat"] == 300
        assert second["iat"] == first["iat"] + 400

    @pytest.mark.parametrize(
        "changes",
        [
            {"apple_team_id": "Z1B2C3D4E5"},
            {"apple_key_id": "Z6G7H8I9J0"},
            {"client_keys": (Secret(pem(signing_key("ES256", 1))),)},
        ],
    )
    def test_in_another_name_or_by_another_key_it_is_none(
        self, clock: FakeClock, changes: dict[str, Any]
    ) -> None:
        world, _ = signing_in(clock, **changes)
        assert world.refused(form_post=True) is Reason.CLIENT_REJECTED

    def test_the_key_is_apples_and_ours_and_not_published(self, clock: FakeClock) -> None:
        world, _ = signing_in(clock)
        assert published([world.connection]) == ()


class TestTheAnswer:
    def test_a_form_is_asked_for_with_the_scopes_that_need_it(self, clock: FakeClock) -> None:
        world, _ = signing_in(clock)
        query = query_of(world.provider.authorize_url(ATTEMPT, "", clock.deadline()))
        assert query["response_mode"] == ["form_post"]
        assert query["scope"] == ["openid name email"]
        assert query["response_type"] == ["code"]

    def test_a_person_who_cancels_is_not_a_fault(self, clock: FakeClock) -> None:
        world, _ = signing_in(clock)
        cancelled = {"code": "", "error": "user_cancelled_authorize"}
        assert world.refused(form_post=True, **cancelled) is Reason.ACCESS_DENIED

    def test_an_address_verified_in_a_word_is_verified(self, clock: FakeClock) -> None:
        world, _ = signing_in(clock)
        identity = world.redeem(form_post=True).identity
        assert identity.email_verified is True
        assert identity.trusted_email(world.connection) == "ada@acme.com"


class TestTheName:
    def identity(self, clock: FakeClock, user: Any, **changes: Any) -> Any:
        world, idp = signing_in(clock, **changes)
        idp.claims.pop("email")
        text = user if isinstance(user, str) else json.dumps(user)
        return world.redeem(form_post=True, user=text).identity

    def test_it_is_taken_from_the_form_of_the_first_consent(self, clock: FakeClock) -> None:
        identity = self.identity(clock, USER)
        assert (identity.given_name, identity.family_name) == ("Ada", "Lovelace")

    def test_the_address_beside_it_is_not(self, clock: FakeClock) -> None:
        identity = self.identity(clock, USER)
        assert identity.email == ""
        assert "eve@acme.com" not in f"{identity}{identity.claims}"

    @pytest.mark.parametrize("user", ["", "Ada", "{", '{"name": {"firstName": "' + "A" * 5000 + '"}}'])
    def test_one_that_cannot_be_read_or_is_too_long_keeps_nobody_out(
        self, clock: FakeClock, user: str
    ) -> None:
        identity = self.identity(clock, user)
        assert (identity.given_name, identity.family_name) == ("", "")
        assert identity.key.subject == "ada"

    def test_a_subject_or_an_issuer_in_it_is_nobodys(self, clock: FakeClock) -> None:
        identity = self.identity(clock, {**USER, "sub": "eve", "iss": "https://evil.example"})
        assert identity.key.subject == "ada"
        assert identity.key.issuer == CONNECTION.issuer

    def test_other_makes_answers_have_no_such_field(self, clock: FakeClock) -> None:
        assert self.identity(clock, USER, names_in_callback=False).given_name == ""


def test_the_callback_keeps_the_field_out_of_sight() -> None:
    assert "Lovelace" not in repr(callback(user=json.dumps(USER)))
    assert Callback.__dataclass_fields__["user"].default == ""


def test_metadata_that_name_the_other_address_are_refused_as_ever(clock: FakeClock) -> None:
    """June 2025: they named account.apple.com while tokens kept the old issuer (supabase/auth#2051)."""
    world, idp = signing_in(clock)
    idp.metadata["issuer"] = "https://account.apple.com"
    assert world.refused(form_post=True) is Reason.IDP_METADATA_INVALID


def test_what_was_known_before_lasts_while_they_do(clock: FakeClock) -> None:
    world, idp = signing_in(clock)
    world.redeem(form_post=True)
    idp.metadata["issuer"] = "https://account.apple.com"
    clock.advance(2 * 86400)
    assert world.redeem(form_post=True).identity.key.issuer == CONNECTION.issuer


def test_the_request_shows_no_key(clock: FakeClock) -> None:
    world, idp = signing_in(clock)
    sent: list[HttpRequest] = []
    send = idp.send

    def noting(request: HttpRequest, deadline: Any) -> Any:
        sent.append(request)
        return send(request, deadline)

    idp.send = noting  # type: ignore[method-assign]
    world.redeem(form_post=True)
    key = world.connection.client_keys[0].reveal().splitlines()[1]
    assert not any(key in (request.body or b"").decode() for request in sent)
