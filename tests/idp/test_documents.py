"""A provider's metadata and keys: rotated, missing, wrong, back again."""

import pytest

from bridge.domain.http import HttpFailure, HttpReply
from bridge.domain.refusal import Reason
from bridge.net.budget import BUDGET
from bridge.net.kept import RETRY_GAP

from .conftest import World
from .fake_idp import ATTEMPT, json_reply, signing_key

DISCOVERY = "/.well-known/openid-configuration"


class TestRotation:
    def test_a_new_key_is_fetched_at_the_first_token_signed_with_it(self, world: World) -> None:
        world.redeem()
        world.idp.rotate(signing_key("RS256", 1), "k2")
        assert world.redeem().identity.key.subject == "ada"
        assert world.idp.count("/keys") == 2

    def test_a_new_key_under_the_same_kid_too(self, world: World) -> None:
        world.redeem()
        world.idp.rotate(signing_key("RS256", 1), "k1")
        assert world.redeem().identity.key.subject == "ada"
        assert world.idp.count("/keys") == 2

    def test_and_a_new_key_when_tokens_name_none(self, world: World) -> None:
        world.idp.header = {"kid": None}
        world.redeem()
        world.idp.rotate(signing_key("RS256", 1), "k2")
        assert world.redeem().identity.key.subject == "ada"

    def test_a_withdrawn_key_verifies_no_longer(self, world: World) -> None:
        world.redeem()
        old = world.idp.key
        world.idp.rotate(signing_key("RS256", 1), "k2")
        world.redeem()
        world.idp.key, world.idp.kid = old, "k1"
        assert world.refused() is Reason.ID_TOKEN_INVALID

    def test_nobody_can_make_us_hammer_the_provider_with_nonsense(self, world: World) -> None:
        for number in range(30):
            world.idp.header = {"kid": f"nonsense-{number}"}
            assert world.refused() is Reason.ID_TOKEN_INVALID
        assert world.idp.count("/keys") <= 1 + BUDGET

    def test_while_the_key_set_cannot_be_had_known_keys_still_verify(self, world: World) -> None:
        world.redeem()
        world.idp.instead["/keys"] = HttpFailure("timeout", "slow")
        world.clock.advance(7200)
        assert world.redeem().identity.key.subject == "ada"


class TestDocuments:
    @pytest.mark.parametrize(
        ("path", "answer", "reason"),
        [
            (DISCOVERY, json_reply({"issuer": "https://evil.example"}), Reason.IDP_METADATA_INVALID),
            (DISCOVERY, HttpReply(200, {}, b"<html>"), Reason.IDP_METADATA_INVALID),
            (
                DISCOVERY,
                HttpReply(302, {"location": "https://evil.example"}, b""),
                Reason.IDP_METADATA_INVALID,
            ),
            (DISCOVERY, json_reply({}, 404), Reason.IDP_METADATA_INVALID),
            (DISCOVERY, json_reply({}, 503), Reason.IDP_UNAVAILABLE),
            (DISCOVERY, json_reply({}, 429), Reason.IDP_UNAVAILABLE),
            (DISCOVERY, HttpFailure("timeout", "slow"), Reason.IDP_TIMEOUT),
            (DISCOVERY, HttpFailure("refused_address", "inside"), Reason.IDP_UNAVAILABLE),
            (DISCOVERY, HttpFailure("tls", "expired"), Reason.IDP_UNAVAILABLE),
            (DISCOVERY, HttpFailure("busy", "full"), Reason.IDP_BUSY),
            (DISCOVERY, HttpFailure("circuit_open", "since noon"), Reason.IDP_UNAVAILABLE),
            ("/keys", json_reply({"keys": []}), Reason.IDP_KEYS_INVALID),
            ("/keys", json_reply({"keys": [{"kty": "oct", "k": "AAAA"}]}), Reason.IDP_KEYS_INVALID),
            ("/keys", HttpReply(200, {}, b"<html>"), Reason.IDP_KEYS_INVALID),
            ("/keys", HttpReply(302, {"location": "https://evil.example"}, b""), Reason.IDP_KEYS_INVALID),
            ("/keys", json_reply({}, 500), Reason.IDP_UNAVAILABLE),
            ("/userinfo", HttpFailure("timeout", "slow"), Reason.IDP_TIMEOUT),
        ],
    )
    def test_each_trouble_has_its_name(
        self, world: World, path: str, answer: HttpReply | HttpFailure, reason: Reason
    ) -> None:
        world.idp.instead[path] = answer
        assert world.refused() is reason

    def test_a_provider_that_offers_no_safe_signature_is_refused(self, world: World) -> None:
        world.idp.metadata["id_token_signing_alg_values_supported"] = ["none", "HS256"]
        assert world.refused() is Reason.IDP_METADATA_INVALID

    def test_a_provider_that_came_back_is_asked_again(self, world: World) -> None:
        world.idp.instead[DISCOVERY] = HttpFailure("unreachable", "down")
        assert world.refused() is Reason.IDP_UNAVAILABLE
        assert world.provider.state == "idp_unavailable"
        del world.idp.instead[DISCOVERY]
        world.clock.advance(RETRY_GAP + 0.1)
        assert world.redeem().identity.key.subject == "ada"
        assert world.provider.state == "ok"

    def test_people_sign_in_for_days_while_the_documents_cannot_be_had(self, world: World) -> None:
        world.redeem()
        world.idp.instead[DISCOVERY] = HttpFailure("unreachable", "down")
        world.clock.advance(2 * 86400)
        assert world.provider.authorize_url(ATTEMPT, "", world.clock.deadline())
        assert world.redeem().identity.key.subject == "ada"

    def test_documents_are_fetched_once_for_many_people(self, world: World) -> None:
        for _ in range(5):
            world.redeem()
        assert (world.idp.count(DISCOVERY), world.idp.count("/keys")) == (1, 1)
        assert world.provider.state == "ok"

    def test_nothing_is_asked_before_somebody_comes(self, world: World) -> None:
        assert world.provider.state == "not asked yet"
        assert world.idp.asked == []
