"""Statements signed by our own keys: what they say, who can verify them, and how keys change."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed448
from jwt.types import Options

from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.idp.client_keys import LIFETIME, assertion, client_key, published
from tests.contracts.world import NOON, FakeClock
from tests.settings.samples import pem

from .conftest import World
from .fake_idp import CONNECTION, ISSUER, FakeIdp, json_reply, signing_key

ALGS = ["RS256", "ES256", "ES384", "ES512", "EdDSA"]
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
ENDPOINT = f"{ISSUER}/token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NEW, OLD = (Secret(pem(signing_key("ES256", number))) for number in (1, 2))
NOT_IN_TIME: Options = {"verify_exp": False, "verify_iat": False}  # the tests' clock stands at another time


def pem_of(alg: str) -> Secret:
    return Secret(pem(signing_key(alg)))


class TestAssertion:
    @pytest.mark.parametrize("alg", ALGS)
    def test_anybody_can_verify_it_by_what_is_published(self, alg: str) -> None:
        key = client_key(pem_of(alg))
        made = assertion(key, "the client", ENDPOINT, NOON + 0.7, "jti-1")
        assert jwt.get_unverified_header(made) == {"alg": alg, "kid": key.kid, "typ": "JWT"}
        claims = jwt.decode(made, jwt.PyJWK(key.public_jwk), [alg], audience=ENDPOINT, options=NOT_IN_TIME)
        assert claims == {
            "iss": "the client",
            "sub": "the client",
            "aud": ENDPOINT,
            "jti": "jti-1",
            "iat": int(NOON),
            "exp": int(NOON) + LIFETIME,
        }
        assert LIFETIME == 60

    def test_an_rsa_key_signs_by_pss_where_the_connection_says_so(self) -> None:
        key = client_key(pem_of("RS256"), "PS256")
        made = assertion(key, "c", ENDPOINT, NOON, "j")
        assert jwt.get_unverified_header(made)["alg"] == key.public_jwk["alg"] == "PS256"
        options: Options = {**NOT_IN_TIME, "verify_aud": False}
        assert jwt.decode(made, jwt.PyJWK(key.public_jwk), ["PS256"], options=options)["sub"] == "c"
        assert client_key(pem_of("ES256"), "PS256").alg == "ES256"

    def test_another_key_does_not_verify_it(self) -> None:
        made = assertion(client_key(NEW), "c", ENDPOINT, NOON, "j")
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(made, jwt.PyJWK(client_key(OLD).public_jwk), ["ES256"], options=NOT_IN_TIME)


class TestKeys:
    @pytest.mark.parametrize("alg", ALGS)
    def test_the_name_of_a_key_is_its_thumbprint(self, alg: str) -> None:
        jwk = client_key(pem_of(alg)).public_jwk
        # RFC 7638 section 3: the required members, in order, without white space.
        members = {name: jwk[name] for name in sorted(jwk) if name in ("kty", "n", "e", "crv", "x", "y")}
        digest = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
        assert jwk["kid"] == urlsafe_b64encode(digest).rstrip(b"=").decode()

    @pytest.mark.parametrize("alg", ALGS)
    def test_nothing_private_is_published_or_shown(self, alg: str) -> None:
        key = client_key(pem_of(alg))
        assert (key.public_jwk["alg"], key.public_jwk["use"]) == (alg, "sig")
        assert not PRIVATE & set(key.public_jwk)
        secret = str(key.key.as_dict(private=True)["d"])
        assert secret not in f"{key!r}{key.public_jwk}"

    def test_a_key_is_read_once(self) -> None:
        assert client_key(NEW) is client_key(Secret(NEW.reveal()))

    @pytest.mark.parametrize("text", ["", "no key", pem(ed448.Ed448PrivateKey.generate())])
    def test_what_is_no_key_of_ours_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError):
            client_key(Secret(text))

    def test_all_keys_of_all_connections_are_published_each_once(self) -> None:
        one = replace(CONNECTION, client_auth="private_key_jwt", client_keys=(NEW, OLD))
        two = replace(one, name="two", client_keys=(pem_of("RS256"), NEW))
        keys = [client_key(text) for text in (NEW, OLD, pem_of("RS256"))]
        assert published([one, CONNECTION, two]) == tuple(key.public_jwk for key in keys)
        assert published([CONNECTION]) == ()

    def test_an_rsa_key_that_connections_sign_differently_with_is_left_open_for_both(self) -> None:
        one = replace(CONNECTION, client_auth="private_key_jwt", client_keys=(pem_of("RS256"),))
        two = replace(one, name="two", client_rsa_alg="PS256")
        (both,), (pss,) = published([one, two]), published([two])
        assert ("alg" in both, pss["alg"]) == (False, "PS256")


class StrictIdp(FakeIdp):
    """Takes assertions by the keys it knows, each once."""

    def __init__(self, clock: FakeClock, *known: Secret) -> None:
        super().__init__(clock)
        self.known = {client_key(text).kid: client_key(text).public_jwk for text in known}
        self.seen: list[dict[str, Any]] = []

    def _authenticated(self, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
        assert "Authorization" not in headers
        assert "client_secret" not in form
        assert form["client_assertion_type"] == JWT_BEARER
        assert form["client_id"] == CONNECTION.client_id
        made = form["client_assertion"]
        claims = jwt.decode(made, options={"verify_signature": False})
        assert claims["jti"] not in [seen["jti"] for seen in self.seen]
        self.seen.append(claims)
        kid = jwt.get_unverified_header(made)["kid"]
        if kid not in self.known:
            return False
        jwt.decode(made, jwt.PyJWK(self.known[kid]), ["ES256"], audience=ENDPOINT, options=NOT_IN_TIME)
        return bool(claims["iss"] == claims["sub"] == CONNECTION.client_id)


class TestRotation:
    def world(self, clock: FakeClock, *known: Secret) -> tuple[World, StrictIdp]:
        idp = StrictIdp(clock, *known)
        world = World(clock, idp, client_auth="private_key_jwt", client_secrets=(), client_keys=(NEW, OLD))
        return world, idp

    @pytest.mark.parametrize(("known", "tries"), [((NEW,), 1), ((OLD,), 2), ((OLD, NEW), 1)])
    def test_while_keys_change_either_works(
        self, clock: FakeClock, known: tuple[Secret, ...], tries: int
    ) -> None:
        world, idp = self.world(clock, *known)
        assert world.redeem().identity.key.subject == "ada"
        assert len(idp.seen) == tries

    def test_when_neither_works_the_refusal_says_so(self, clock: FakeClock) -> None:
        world, idp = self.world(clock)
        assert world.refused() is Reason.CLIENT_REJECTED
        assert len(idp.seen) == 2

    def test_after_any_other_trouble_nothing_more_is_sent(self, clock: FakeClock) -> None:
        world, idp = self.world(clock, OLD)
        idp.instead["/token"] = json_reply({"error": "invalid_grant"}, 400)
        assert world.refused() is Reason.CODE_REJECTED
        assert idp.count("/token") == 1

    def test_each_statement_is_of_its_moment_and_for_one_use(self, clock: FakeClock) -> None:
        world, idp = self.world(clock, OLD)
        for _ in range(3):
            world.redeem()
            clock.advance(100)
        assert len({claims["jti"] for claims in idp.seen}) == 4
        moments = [claims["iat"] for claims in idp.seen]
        assert [moment - moments[0] for moment in moments] == [0, 0, 100, 200]

    def test_a_provider_that_sends_the_statement_back_sees_it_in_no_refusal(self, clock: FakeClock) -> None:
        world, idp = self.world(clock, OLD)
        idp.instead["/token"] = json_reply(
            {"error": assertion(client_key(NEW), "c", ENDPOINT, NOON, "j")}, 401
        )
        with pytest.raises(Refused) as caught:
            world.redeem()
        assert caught.value.reason is Reason.CLIENT_REJECTED
        assert "eyJ" not in caught.value.detail
