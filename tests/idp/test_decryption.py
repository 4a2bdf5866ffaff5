"""ID tokens encrypted for us: which are opened, that they are judged as before, and what opens nothing."""

import json
import time
import zlib
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.jwe import EC_ALGS, ENCS, RSA_ALGS
from bridge.domain.jws import TokenFault
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.idp.client_keys import published
from bridge.idp.decryption import decryption_key, opened
from tests.contracts.world import FakeClock
from tests.settings.samples import pem, unhurried

from .conftest import World
from .fake_idp import CONNECTION, FakeIdp, signing_key
from .sealing import b64, sealed

RSA, EC, OTHER = signing_key("RS256", 7), signing_key("ES256", 7), signing_key("ES256", 8)
KEYS = (Secret(pem(RSA)), Secret(pem(EC)))
TEXT = "e30.e30.c2ln"
SAME_WORDS = "it cannot be decrypted by any of the decryption_keys"
WAYS = [(RSA, RSA_ALGS[0]), *((EC, alg) for alg in EC_ALGS)]


def fault(compact: str, *pems: Secret) -> str:
    with pytest.raises(TokenFault) as caught:
        opened(compact, pems or KEYS)
    return str(caught.value)


def parts_of(compact: str) -> list[str]:
    return compact.split(".")


class TestOpening:
    @pytest.mark.parametrize("enc", ENCS)
    @pytest.mark.parametrize(("key", "alg"), WAYS, ids=[alg for _, alg in WAYS])
    def test_what_another_implementation_encrypted_is_read(self, key: Any, alg: str, enc: str) -> None:
        assert opened(sealed(TEXT, key, alg, enc), KEYS) == TEXT

    @pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1()], ids=["P-384", "P-521"])
    def test_every_curve_that_the_settings_take_serves(self, curve: ec.EllipticCurve) -> None:
        key = ec.generate_private_key(curve)
        assert opened(sealed(TEXT, key, "ECDH-ES+A256KW"), (Secret(pem(key)),)) == TEXT

    def test_a_token_as_large_as_a_signed_one_may_be_is_read(self) -> None:
        large = "x" * 140_000
        assert opened(sealed(large, EC, "ECDH-ES"), KEYS) == large

    def test_while_keys_change_either_opens_with_a_kid_and_without(self) -> None:
        keys = (Secret(pem(OTHER)), KEYS[1])
        for header in ({}, {"kid": decryption_key(KEYS[1]).kid}, {"kid": "the provider's own word for it"}):
            assert opened(sealed(TEXT, EC, "ECDH-ES", **header), keys) == TEXT

    def test_a_kid_that_we_know_chooses_its_key_and_no_other(self) -> None:
        keys = (Secret(pem(OTHER)), KEYS[1])
        named = sealed(TEXT, EC, "ECDH-ES", kid=decryption_key(keys[0]).kid)
        assert fault(named, *keys) == SAME_WORDS

    def test_header_fields_that_we_do_not_know_are_no_matter(self) -> None:
        assert opened(sealed(TEXT, EC, "ECDH-ES", cty="JWT", typ="JWT", iss="https://idp"), KEYS) == TEXT

    def test_a_token_that_is_only_signed_is_left_as_it_is(self) -> None:
        assert opened(TEXT, KEYS) is TEXT
        assert opened(TEXT, ()) is TEXT


class TestRefused:
    def test_without_keys_the_operator_is_told_what_is_missing(self) -> None:
        with pytest.raises(TokenFault, match="no decryption_keys"):
            opened(sealed(TEXT, RSA, "RSA-OAEP-256"), ())

    @pytest.mark.parametrize("alg", ["RSA1_5", "RSA-OAEP"])
    def test_padding_that_leaks_and_sha_1_are_refused_though_the_key_would_do(self, alg: str) -> None:
        assert "another alg" in fault(sealed(TEXT, RSA, alg))

    @pytest.mark.parametrize(
        "header",
        [
            {"alg": "dir"},
            {"alg": "none"},
            {"alg": "A128KW"},
            {"alg": "A256GCMKW", "iv": "", "tag": ""},
            {"alg": "PBES2-HS256+A128KW", "p2s": "c2FsdA", "p2c": 2_000_000_000},
            {"alg": "ECDH-ES+A192KW"},
            {"alg": "ECDH-1PU"},
            {"alg": "RS256"},
            {"alg": ["ECDH-ES"]},
            {"alg": None},
            {"enc": "A192GCM"},
            {"enc": "A256CBC-HS512"},
            {"enc": "none"},
            {"enc": None},
            {"zip": "DEF"},
            {"zip": None},
            {"crit": ["exp"]},
            {"crit": []},
            {"kid": 7},
        ],
        ids=str,
    )
    def test_a_header_that_asks_for_anything_else_costs_nothing(self, header: dict[str, Any]) -> None:
        _, *rest = parts_of(sealed(TEXT, EC, "ECDH-ES"))
        head = {"alg": "ECDH-ES", "enc": "A256GCM", **header}
        began = time.perf_counter()
        assert fault(".".join([b64(json.dumps(head).encode()), *rest])) != SAME_WORDS
        assert time.perf_counter() - began < 0.5

    def test_a_bomb_is_not_inflated(self) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        bomb = (packer.compress(b"0" * 50_000_000) + packer.flush()).decode("latin-1")
        assert fault(sealed(bomb, EC, "ECDH-ES", zip="DEF")) == "it is compressed"

    def test_more_than_a_token_may_have_is_refused_unread(self) -> None:
        assert "acceptable size" in fault(sealed("x" * 200_000, EC, "ECDH-ES"))

    @pytest.mark.parametrize("kind", ["key", "iv", "content", "tag", "header", "short tag", "another key"])
    @pytest.mark.parametrize(("key", "alg"), WAYS, ids=[alg for _, alg in WAYS])
    @pytest.mark.parametrize("enc", ENCS)
    def test_whatever_fails_inside_is_told_in_the_same_words(
        self, key: Any, alg: str, enc: str, kind: str
    ) -> None:
        parts = parts_of(sealed(TEXT, key, alg, enc))
        places = {"key": 1, "iv": 2, "content": 3, "tag": 4}
        if kind in places:
            place = places[kind]
            parts[place] = b64(b"\0" * max(16, len(parts[place]) * 3 // 4))
        elif kind == "short tag":
            parts[4] = parts[4][:4]
        elif kind == "header":
            head = {"alg": alg, "enc": enc, "epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}
            parts[0] = b64(json.dumps(head).encode())
        keys = KEYS if kind != "another key" else (Secret(pem(signing_key("RS256", 9))), Secret(pem(OTHER)))
        assert fault(".".join(parts), *keys) == SAME_WORDS

    @pytest.mark.parametrize(
        "epk",
        [None, {}, 7, {"kty": "oct", "k": "AA"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
         {"kty": "EC", "crv": "P-256", "x": b64(b"\1" * 32), "y": b64(b"\1" * 32)},
         {"kty": "EC", "crv": "secp256k1", "x": b64(b"\1" * 32), "y": b64(b"\1" * 32)}],
        ids=["none", "empty", "number", "oct", "rsa", "not on the curve", "another curve"],
    )  # fmt: skip
    def test_no_key_of_the_senders_making_gets_at_ours(self, epk: Any) -> None:
        _, *rest = parts_of(sealed(TEXT, EC, "ECDH-ES"))
        head = {"alg": "ECDH-ES", "enc": "A256GCM", "epk": epk}
        assert fault(".".join([b64(json.dumps(head).encode()), *rest])) == SAME_WORDS

    @given(st.text(alphabet="abcAB01_-=.+/ \u00e9", max_size=60))
    @unhurried
    def test_any_text_ends_in_a_fault_or_is_no_jwe(self, text: str) -> None:
        if text.count(".") == 4:
            assert fault(text)
        else:
            assert opened(text, KEYS) == text


class SealingIdp(FakeIdp):
    """Encrypts what it signs."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.jwe_alg, self.jwe_key = "ECDH-ES+A256KW", EC

    def id_token(self) -> str:
        return sealed(self.inside(), self.jwe_key, self.jwe_alg, cty="JWT")

    def inside(self) -> str:
        return super().id_token()


class TestIdToken:
    def world(self, clock: FakeClock, idp: FakeIdp, **changes: Any) -> World:
        return World(clock, idp, decryption_keys=KEYS, **changes)

    def test_the_person_is_read_and_the_hint_for_sign_out_is_the_signed_token_inside(
        self, clock: FakeClock
    ) -> None:
        verified = self.world(clock, SealingIdp(clock)).redeem()
        assert verified.identity.key.subject == "ada"
        hint = verified.id_token.reveal()
        assert jwt.get_unverified_header(hint)["kid"] == "k1"
        assert hint.count(".") == 2  # Core 3.1.2.1: an id_token_hint is decrypted first

    def test_while_keys_are_configured_a_token_that_is_only_signed_stays_good(self, clock: FakeClock) -> None:
        assert self.world(clock, FakeIdp(clock)).redeem().identity.key.subject == "ada"

    def test_without_keys_it_is_refused(self, clock: FakeClock) -> None:
        assert World(clock, SealingIdp(clock)).refused() is Reason.ID_TOKEN_INVALID

    @pytest.mark.parametrize(
        "claims",
        [{"nonce": "another"}, {"aud": "another"}, {"exp": 1}, {"iss": "https://evil"}, {"at_hash": "x"}],
    )
    def test_every_check_is_made_of_what_is_inside(self, clock: FakeClock, claims: dict[str, Any]) -> None:
        idp = SealingIdp(clock)
        idp.claims = claims
        assert self.world(clock, idp).refused() is Reason.ID_TOKEN_INVALID

    def test_encryption_vouches_for_nothing_anybody_can_encrypt(self, clock: FakeClock) -> None:
        """Who knows our public key can write a JWE; only the signature inside makes it the provider's."""
        idp = SealingIdp(clock)
        idp.key = signing_key("RS256", 3)
        assert self.world(clock, idp).refused() is Reason.ID_TOKEN_INVALID

    @pytest.mark.parametrize("kind", ["claims alone", "alg none", "HS256 by our public key", "a JWE again"])
    def test_confusion_of_what_is_inside_is_refused(self, clock: FakeClock, kind: str) -> None:
        idp = SealingIdp(clock)
        signed = idp.inside()
        claims = jwt.decode(signed, options={"verify_signature": False})
        body = b64(json.dumps(claims).encode())
        none = b64(b'{"alg":"none"}')
        hs = b64(b'{"alg":"HS256","kid":"k1"}')
        inside = {
            "claims alone": json.dumps(claims),
            "alg none": f"{none}.{body}.",
            "HS256 by our public key": f"{hs}.{body}.{b64(b'x' * 32)}",
            "a JWE again": sealed(signed, EC, "ECDH-ES"),
        }[kind]
        idp.inside = lambda: inside  # type: ignore[method-assign]
        assert self.world(clock, idp).refused() is Reason.ID_TOKEN_INVALID

    def test_a_refusal_shows_nothing_of_the_token(self, clock: FakeClock) -> None:
        idp = SealingIdp(clock)
        idp.jwe_key = OTHER
        with pytest.raises(Refused) as caught:
            self.world(clock, idp).redeem()
        assert caught.value.detail == SAME_WORDS


class TestPublished:
    def test_the_public_halves_are_there_for_encryption_with_the_way_to_register(self) -> None:
        connection = replace(CONNECTION, decryption_keys=KEYS)
        rsa, elliptic = published([connection, replace(connection, name="two")])
        assert (rsa["use"], rsa["alg"]) == ("enc", "RSA-OAEP-256")
        assert (elliptic["use"], elliptic["alg"]) == ("enc", "ECDH-ES")
        assert {rsa["kid"], elliptic["kid"]} == {decryption_key(key).kid for key in KEYS}
        assert not {"d", "p", "q", "dp", "dq", "qi"} & {*rsa, *elliptic}

    def test_keys_that_sign_come_first(self) -> None:
        signing = (Secret(pem(OTHER)),)
        connection = replace(CONNECTION, decryption_keys=KEYS, client_keys=signing)
        assert [jwk["use"] for jwk in published([connection])] == ["sig", "enc", "enc"]

    def test_a_key_that_cannot_decrypt_is_none(self) -> None:
        with pytest.raises(ValueError, match="encrypted for"):
            decryption_key(Secret(pem(ed25519.Ed25519PrivateKey.generate())))

    def test_nothing_private_is_shown(self) -> None:
        key = decryption_key(KEYS[1])
        assert str(key.key.as_dict(private=True)["d"]) not in repr(key)
