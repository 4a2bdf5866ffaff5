"""Signed requests, read by another library than the one that signed them."""

from typing import Any

import jwt
import pytest
from jwt.types import Options

from bridge.domain.asking import Asking
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from bridge.idp.client_keys import client_key
from bridge.idp.request_object import LIFETIME
from tests.contracts.world import NOON, FakeClock
from tests.settings.samples import pem

from .conftest import World
from .fake_idp import ATTEMPT, CONNECTION, ISSUER, FakeIdp, query_of, signing_key
from .test_check import findings, worst
from .test_pushed import REQUEST_URI, PushIdp

SIGNED = Asking(request_objects=True)
NEW, OLD = (Secret(pem(signing_key("ES256", number))) for number in (1, 2))
#: The tests' clock stands at another time.
NOT_IN_TIME: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}


def query(world: World) -> dict[str, str]:
    url = world.provider.authorize_url(ATTEMPT, "ada@acme.com", world.clock.deadline())
    return {name: value for name, (value,) in query_of(url).items()}


def opened(request: str, pem_text: Secret = NEW) -> dict[str, Any]:
    """The claims, verified as a provider does by what we publish."""
    key = client_key(pem_text)
    assert jwt.get_unverified_header(request) == {
        "alg": key.alg,
        "kid": key.kid,
        "typ": "oauth-authz-req+jwt",
    }
    found: dict[str, Any] = jwt.decode(
        request,
        jwt.PyJWK(key.public_jwk),
        [key.alg],
        audience=ISSUER,
        issuer=CONNECTION.client_id,
        options=NOT_IN_TIME,
    )
    return found


def test_all_that_is_asked_stands_inside_and_can_be_verified(clock: FakeClock) -> None:
    asking = Asking(
        request_objects=True,
        max_age=60,
        claims={"id_token": {"acr": {"essential": True}}},
        parameters={"hd": "acme.com"},
    )
    sent = query(World(clock, client_keys=(NEW, OLD), asking=asking))
    plain = query(World(clock))
    assert set(sent) == {"client_id", "response_type", "scope", "request"}
    assert sent.items() - {("request", sent["request"])} <= plain.items(), "outside says the same as inside"

    inside = opened(sent["request"])
    times = {name: inside.pop(name) for name in ("iat", "nbf", "exp")}
    assert times == {"iat": int(NOON), "nbf": int(NOON), "exp": int(NOON) + LIFETIME}
    assert LIFETIME == 300
    assert inside.pop("jti")
    assert inside == {
        **plain,
        "iss": CONNECTION.client_id,
        "aud": ISSUER,
        "max_age": 60,
        "claims": {"id_token": {"acr": {"essential": True}}},
        "hd": "acme.com",
    }, "no sub, so that it never passes for a client's proof"


@pytest.mark.parametrize("alg", ["RS256", "ES256", "ES384", "ES512", "EdDSA"])
def test_each_kind_of_key_signs(clock: FakeClock, alg: str) -> None:
    text = Secret(pem(signing_key(alg)))
    assert opened(query(World(clock, client_keys=(text,), asking=SIGNED))["request"], text)["nonce"]


def test_one_changed_letter_is_seen(clock: FakeClock) -> None:
    head, body, signature = query(World(clock, client_keys=(NEW,), asking=SIGNED))["request"].split(".")
    with pytest.raises(jwt.InvalidSignatureError):
        opened(f"{head}.{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{signature}")


def test_each_object_is_for_one_use(clock: FakeClock) -> None:
    world = World(clock, client_keys=(NEW,), asking=SIGNED)
    assert opened(query(world)["request"])["jti"] != opened(query(world)["request"])["jti"]


@pytest.mark.parametrize("auth", ["client_secret_basic", "client_secret_post"])
def test_pushed_it_stands_alone_beside_the_clients_proof(clock: FakeClock, auth: str) -> None:
    idp = PushIdp(clock)
    asking = Asking(request_objects=True, pushed="always")
    sent = query(World(clock, idp, client_keys=(NEW,), client_auth=auth, asking=asking))
    assert sent == {"client_id": CONNECTION.client_id, "request_uri": REQUEST_URI}
    (form,) = idp.forms
    assert set(form) - {"client_id", "client_secret"} == {"request"}
    assert opened(form["request"])["state"] == ATTEMPT.state


class TestCheckUp:
    """What an operator is told before the first shopper comes."""

    def warned(self, clock: FakeClock, idp: FakeIdp, words: str, **changes: Any) -> bool:
        found = findings(clock, idp, **changes)
        return any(one.level == "warning" and words in one.message for one in found)

    @pytest.mark.parametrize(
        ("offered", "warned"), [(["RS256"], True), ([], True), (["PS256", "ES256"], False), (None, False)]
    )
    def test_algorithms_that_do_not_meet_are_warned_of(
        self, clock: FakeClock, offered: list[str] | None, warned: bool
    ) -> None:
        idp = FakeIdp(clock)
        idp.metadata["request_object_signing_alg_values_supported"] = offered
        told = self.warned(clock, idp, "requests are signed with ES256", client_keys=(NEW,), asking=SIGNED)
        assert told == warned

    def test_a_provider_that_takes_signed_requests_only_is_warned_of(self, clock: FakeClock) -> None:
        idp = FakeIdp(clock)
        idp.metadata["require_signed_request_object"] = True
        assert self.warned(clock, idp, "signed requests only")
        assert not self.warned(clock, idp, "signed requests only", client_keys=(NEW,), asking=SIGNED)

    def test_a_missing_endpoint_fails(self, clock: FakeClock) -> None:
        idp = PushIdp(clock)
        assert any("pushed to" in one.message for one in findings(clock, idp, asking=Asking(pushed="always")))
        del idp.metadata["pushed_authorization_request_endpoint"]
        assert worst(findings(clock, idp, asking=Asking(pushed="always"))) == "failed"

    @pytest.mark.parametrize("odd", ["RS256", 7, {"RS256": True}])
    def test_a_list_that_is_none_makes_the_metadata_unusable(self, clock: FakeClock, odd: Any) -> None:
        world = World(clock)
        world.idp.metadata["request_object_signing_alg_values_supported"] = odd
        assert world.refused() is Reason.IDP_METADATA_INVALID
