"""The way through a provider: rotated keys, changed secrets, odd answers, answers of others."""

from typing import Any

import pytest

from bridge.domain.http import HttpFailure, HttpReply
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from tests.contracts.world import FakeClock

from .conftest import World
from .fake_idp import (
    ATTEMPT,
    CODE,
    CONNECTION,
    ISSUER,
    json_reply,
    query_of,
    signing_key,
)


class TestGoing:
    def url(self, world: World, hint: str = "") -> dict[str, list[str]]:
        return query_of(world.provider.authorize_url(ATTEMPT, hint, world.clock.deadline()))

    def test_the_request_is_bound_to_the_attempt_and_keeps_the_verifier_back(self, world: World) -> None:
        query = self.url(world)
        assert query["state"] == [ATTEMPT.state]
        assert query["nonce"] == [ATTEMPT.nonce]
        assert query["redirect_uri"] == [CONNECTION.redirect_uri]
        assert query["response_type"] == ["code"]
        assert query["scope"] == ["openid profile email"]
        assert query["code_challenge_method"] == ["S256"]
        assert ATTEMPT.code_verifier not in str(query)
        assert "login_hint" not in query
        assert "response_mode" not in query

    def test_a_hint_with_odd_characters_stays_one_value(self, world: World) -> None:
        assert self.url(world, "a&b=c+d@acme.com")["login_hint"] == ["a&b=c+d@acme.com"]

    def test_form_post_is_asked_for_where_configured(self, clock: FakeClock) -> None:
        assert self.url(World(clock, response_mode="form_post"))["response_mode"] == ["form_post"]

    def test_an_endpoint_with_a_query_of_its_own_keeps_it(self, world: World) -> None:
        world.idp.metadata["authorization_endpoint"] += "?tenant=7"
        assert self.url(world)["tenant"] == ["7"]
        assert self.url(world)["client_id"] == [CONNECTION.client_id]


class TestPeople:
    def test_the_person_is_verified_and_completed_from_userinfo(self, world: World) -> None:
        verified = world.redeem()
        identity = verified.identity
        assert (identity.key.issuer, identity.key.subject) == (ISSUER, "ada")
        assert (identity.email, identity.email_verified, identity.name) == (
            "ada@acme.com",
            True,
            "Ada Lovelace",
        )
        assert verified.id_token.reveal().count(".") == 2

    def test_userinfo_is_not_called_when_nothing_is_missing(self, world: World) -> None:
        world.idp.claims = {"email": "ada@acme.com", "email_verified": True, "name": "Ada"}
        assert world.redeem().identity.name == "Ada"
        assert world.idp.count("/userinfo") == 0

    def test_userinfo_of_another_subject_is_refused(self, world: World) -> None:
        world.idp.person["sub"] = "eve"
        assert world.refused() is Reason.USERINFO_INVALID

    def test_a_provider_without_userinfo_is_taken_at_its_tokens_word(self, world: World) -> None:
        del world.idp.metadata["userinfo_endpoint"]
        assert world.redeem().identity.email == ""

    @pytest.mark.parametrize(
        "claims", [{"nonce": "another"}, {"aud": "another"}, {"exp": 1}, {"iss": "https://evil"}]
    )
    def test_nothing_more_is_sent_to_a_provider_whose_token_fails(
        self, world: World, claims: dict[str, Any]
    ) -> None:
        world.idp.claims = claims
        assert world.refused() is Reason.ID_TOKEN_INVALID
        assert world.idp.count("/userinfo") == 0
        assert world.idp.count("/keys") == 0

    def test_a_token_that_is_not_signed_by_the_provider_is_refused_before_userinfo(
        self, world: World
    ) -> None:
        world.redeem()
        world.idp.key = signing_key("RS256", 1)
        before = world.idp.count("/userinfo")
        assert world.refused() is Reason.ID_TOKEN_INVALID
        assert world.idp.count("/userinfo") == before

    def test_the_clock_of_the_provider_is_told(self, world: World) -> None:
        world.idp.ahead = 12
        assert world.redeem().provider_clock == pytest.approx(12, abs=1)

    def test_only_the_configured_algorithms_count(self, clock: FakeClock) -> None:
        world = World(clock, signing_algs=("ES256",))
        assert world.refused() is Reason.ID_TOKEN_INVALID
        world.idp.alg = "ES256"
        world.idp.rotate(signing_key("ES256"), "k2")
        assert world.redeem().identity.key.subject == "ada"


class TestClientSecrets:
    TWO = (Secret("new"), Secret("old"))

    @pytest.mark.parametrize(("accepted", "tries"), [(["new"], 1), (["old"], 2), (["new", "old"], 1)])
    def test_while_secrets_change_either_works(
        self, clock: FakeClock, accepted: list[str], tries: int
    ) -> None:
        world = World(clock, client_secrets=self.TWO)
        world.idp.accepted = accepted
        assert world.redeem().identity.key.subject == "ada"
        assert world.idp.count("/token") == tries

    def test_only_the_first_shopper_of_a_rotation_pays_for_two_tries(
        self, clock: FakeClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        world = World(clock, client_secrets=self.TWO)
        tries = []
        for accepted in ("old", "old", "new", "new"):
            world.idp.accepted, before = [accepted], world.idp.count("/token")
            world.redeem()
            tries.append(world.idp.count("/token") - before)

        assert tries == [2, 1, 2, 1]
        assert [record.message for record in caplog.records] == ["client_credential_changed"] * 2
        assert not any(secret in caplog.text for secret in ("new", "old"))

    def test_when_neither_works_the_refusal_says_so(self, clock: FakeClock) -> None:
        world = World(clock, client_secrets=self.TWO)
        world.idp.accepted = ["another"]
        assert world.refused() is Reason.CLIENT_REJECTED
        assert world.idp.count("/token") == 2

    @pytest.mark.parametrize(
        ("reply", "reason"),
        [
            (json_reply({"error": "invalid_grant"}, 400), Reason.CODE_REJECTED),
            (json_reply({"error": "invalid_request"}, 400), Reason.IDP_RESPONSE_INVALID),
            (json_reply({"error": "server_error"}, 500), Reason.IDP_UNAVAILABLE),
            (json_reply({}), Reason.IDP_RESPONSE_INVALID),
            (HttpFailure("timeout", "slow"), Reason.IDP_TIMEOUT),
            (HttpFailure("protocol", "half a reply"), Reason.IDP_UNAVAILABLE),
        ],
    )
    def test_after_any_other_trouble_the_code_is_not_sent_again(
        self, clock: FakeClock, reply: HttpReply | HttpFailure, reason: Reason
    ) -> None:
        world = World(clock, client_secrets=self.TWO)
        world.idp.instead["/token"] = reply
        assert world.refused() is reason
        assert world.idp.count("/token") == 1

    def test_a_public_client_needs_no_secret(self, clock: FakeClock) -> None:
        world = World(clock, client_secrets=(), client_auth="none")
        world.idp.accepted = [""]
        assert world.redeem().identity.key.subject == "ada"


class TestWhoAnswered:
    """RFC 9207, and the way in which the answer came."""

    @pytest.mark.parametrize(
        ("promised", "iss", "error", "reason"),
        [
            (True, ISSUER, "", None),
            (False, ISSUER, "", None),
            (False, None, "", None),
            (True, None, "", Reason.ISSUER_MISMATCH),
            (True, "https://evil.example", "", Reason.ISSUER_MISMATCH),
            (False, "https://evil.example", "", Reason.ISSUER_MISMATCH),
            (False, ISSUER + "/", "", Reason.ISSUER_MISMATCH),
            (False, "", "", Reason.ISSUER_MISMATCH),
            (True, ISSUER, "access_denied", Reason.ACCESS_DENIED),
            (True, None, "access_denied", Reason.ACCESS_DENIED),
            (True, "https://evil.example", "access_denied", Reason.ISSUER_MISMATCH),
            (False, None, "temporarily_unavailable", Reason.IDP_ERROR),
        ],
    )
    def test_an_answer_of_another_issuer_is_refused_and_its_code_kept(
        self, world: World, promised: bool, iss: str | None, error: str, reason: Reason | None
    ) -> None:
        world.idp.metadata["authorization_response_iss_parameter_supported"] = promised
        code = "" if error else CODE
        if reason is None:
            assert world.redeem(iss=iss).identity.key.subject == "ada"
            return
        assert world.refused(iss=iss, error=error, code=code) is reason
        assert world.idp.count("/token") == 0

    @pytest.mark.parametrize(("mode", "form_post"), [("query", True), ("form_post", False)])
    def test_an_answer_by_another_way_than_asked_for_is_refused(
        self, clock: FakeClock, mode: str, form_post: bool
    ) -> None:
        world = World(clock, response_mode=mode)
        assert world.refused(form_post=form_post) is Reason.CALLBACK_MALFORMED
        assert world.idp.count("/token") == 0
        assert world.redeem(form_post=not form_post).identity.key.subject == "ada"
