"""Key sets as providers publish them: each key judged by itself."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from jwt.algorithms import OKPAlgorithm

from bridge.domain.connection import SIGNING_ALGS
from bridge.domain.id_token import ClaimFault
from bridge.domain.jws import UnverifiedToken
from bridge.idp.keys import MAX_KEYS, MAX_TRIED, KeySet

from .fake_idp import CURVES, public_jwk, signing_key


def token(
    key: Any, alg: str = "RS256", kid: str | None = "k1", claims: dict[str, Any] | None = None
) -> UnverifiedToken:
    headers = {} if kid is None else {"kid": kid}
    if alg == "Ed25519":  # a name (RFC 9864) that the library does not know yet, for what it calls EdDSA
        parts = [json.dumps({"alg": alg, **headers}), json.dumps(claims or {"sub": "ada"})]
        signing_input = ".".join(urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
        signature = urlsafe_b64encode(key.sign(signing_input.encode())).decode().rstrip("=")
        return UnverifiedToken.parse(f"{signing_input}.{signature}")
    return UnverifiedToken.parse(jwt.encode(claims or {"sub": "ada"}, key, alg, headers))


def verified(keys: list[Any], made: UnverifiedToken) -> bool:
    try:
        KeySet.parse({"keys": keys}).verify(made)
    except ClaimFault:
        return False
    return True


def with_n(jwk: dict[str, Any], change: Any) -> dict[str, Any]:
    raw = urlsafe_b64decode(jwk["n"] + "==")
    return {**jwk, "n": urlsafe_b64encode(change(raw)).decode().rstrip("=")}


GOOD = public_jwk(signing_key(), kid="k1")


class TestAlgorithms:
    @pytest.mark.parametrize("alg", SIGNING_ALGS)
    def test_each_algorithm_verifies(self, alg: str) -> None:
        key = signing_key(alg)
        assert verified([public_jwk(key, kid="k1")], token(key, alg))
        assert verified([public_jwk(key, kid="k1", alg=alg)], token(key, alg))

    @pytest.mark.parametrize("alg", SIGNING_ALGS)
    def test_with_each_algorithm_one_changed_bit_is_noticed(self, alg: str) -> None:
        key = signing_key(alg)
        made = token(key, alg)
        for part, place in ((1, 5), (2, 5), (2, -5)):
            parts = made.compact.split(".")
            letter = parts[part][place]
            spot = place % len(parts[part])
            parts[part] = parts[part][:spot] + ("A" if letter != "A" else "B") + parts[part][spot + 1 :]
            head, payload, signature = parts
            changed = UnverifiedToken(
                ".".join(parts),
                made.header,
                {},
                f"{head}.{payload}".encode(),
                urlsafe_b64decode(signature + "=="),
            )
            assert not verified([public_jwk(key, kid="k1")], changed)

    def test_a_key_reserved_for_one_algorithm_serves_no_other(self) -> None:
        key = signing_key()
        assert not verified([public_jwk(key, kid="k1", alg="RS512")], token(key, "RS256"))
        assert not verified([public_jwk(key, kid="k1", alg="PS256")], token(key, "RS256"))
        assert not verified([public_jwk(key, kid="k1", alg="none")], token(key, "RS256"))

    @pytest.mark.parametrize("alg", CURVES)
    def test_each_elliptic_algorithm_has_its_curve(self, alg: str) -> None:
        keys = KeySet.parse({"keys": [public_jwk(signing_key(alg), kid="k1")]}).keys
        assert [one for one in SIGNING_ALGS if keys[0].fits(one)] == [alg]

    def test_an_edwards_key_may_be_named_by_its_curve(self) -> None:
        key = signing_key("EdDSA")
        for named in ("EdDSA", "Ed25519"):
            for signed in ("EdDSA", "Ed25519"):
                assert verified([public_jwk(key, kid="k1", alg=named)], token(key, signed))

    def test_an_edwards_key_of_another_curve_fits_nothing(self) -> None:
        jwk = OKPAlgorithm.to_jwk(ed448.Ed448PrivateKey.generate().public_key(), as_dict=True)
        jwk = {name: jwk[name] for name in ("kty", "crv", "x")}
        assert verified([jwk, GOOD], token(signing_key()))
        assert not any(key.fits("EdDSA") for key in KeySet.parse({"keys": [jwk, GOOD]}).keys)


class TestKid:
    def test_a_kid_chooses_its_key_and_no_other_is_tried(self) -> None:
        other = public_jwk(signing_key("RS256", 1), kid="k2")
        assert verified([other, GOOD], token(signing_key(), kid="k1"))
        assert not verified([other, GOOD], token(signing_key(), kid="k2"))
        assert not verified([other, GOOD], token(signing_key(), kid="k3"))

    def test_a_kid_that_two_keys_share_tries_both(self) -> None:
        other = public_jwk(signing_key("RS256", 1), kid="k1")
        assert verified([other, GOOD], token(signing_key(), kid="k1"))

    def test_without_a_kid_every_fitting_key_is_tried(self) -> None:
        others = [public_jwk(signing_key("ES256"), kid="e"), public_jwk(signing_key("RS256", 1), kid="k2")]
        assert verified([*others, GOOD], token(signing_key(), kid=None))

    def test_without_a_kid_not_endlessly_many_are_tried(self) -> None:
        others = [public_jwk(signing_key("RS256", 1), kid=str(number)) for number in range(MAX_TRIED)]
        assert verified([*others[1:], GOOD], token(signing_key(), kid=None))
        assert not verified([*others, GOOD], token(signing_key(), kid=None))

    def test_keys_without_a_kid_serve_tokens_without_one(self) -> None:
        nameless = {name: value for name, value in GOOD.items() if name != "kid"}
        assert verified([nameless], token(signing_key(), kid=None))
        assert not verified([nameless], token(signing_key(), kid="k1"))

    def test_a_key_in_the_tokens_own_header_is_never_looked_at(self) -> None:
        evil = signing_key("RS256", 1)
        headers = {
            "kid": "k1",
            "jwk": public_jwk(evil),
            "jku": "https://evil.example/keys",
            "x5u": "https://evil.example",
        }
        made = UnverifiedToken.parse(jwt.encode({"sub": "ada"}, evil, "RS256", headers))
        assert not verified([GOOD], made)


MALFORMED: dict[str, Any] = {
    "a text": "key",
    "null": None,
    "an empty object": {},
    "no n": {name: value for name, value in GOOD.items() if name != "n"},
    "n is a number": {**GOOD, "n": 7},
    "n is not base64url": {**GOOD, "n": "*" * 400},
    "n of 1024 bits": with_n(GOOD, lambda raw: raw[:128]),
    "n of 1024 bits behind zeros": with_n(GOOD, lambda raw: b"\x00" * 128 + raw[:127] + b"\x01"),
    "attack: an n that takes long": with_n(GOOD, lambda raw: raw * 8),
    "attack: an e that takes long": {**GOOD, "e": "_" * 1000 + "w"},
    "e is missing": {name: value for name, value in GOOD.items() if name != "e"},
    "e is a number": {**GOOD, "e": 65537},
    "e is one": {**GOOD, "e": "AQ"},
    "e is even": {**GOOD, "e": "Ag"},
    "kid is a number": {**GOOD, "kid": 7},
    "alg is a list": {**GOOD, "alg": ["RS256"]},
    "for encryption": {**GOOD, "use": "enc"},
    "use is null": {**GOOD, "use": None},
    "for signing only": {**GOOD, "key_ops": ["sign"]},
    "operations are a text": {**GOOD, "key_ops": "verify"},
    "a symmetric key": {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "alg": "HS256"},
    "an unknown kind": {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
    "an unknown curve": {"kty": "EC", "crv": "P-1", "x": "AQ", "y": "AQ"},
    "a point off its curve": {"kty": "EC", "crv": "P-256", "x": "AQ" * 21, "y": "AQ" * 21},
    "an Edwards key of no length": {"kty": "OKP", "crv": "Ed25519", "x": ""},
}


class TestMalformed:
    @pytest.mark.parametrize("name", MALFORMED)
    def test_a_bad_key_is_left_out_and_spoils_no_other(self, name: str) -> None:
        keys = KeySet.parse({"keys": [MALFORMED[name], GOOD, MALFORMED[name]]})
        assert len(keys.keys) == 1
        assert len(keys.left_out) == 2
        assert keys.left_out[0].startswith("key 0: ")
        keys.verify(token(signing_key()))

    @pytest.mark.parametrize("name", MALFORMED)
    def test_a_set_of_bad_keys_alone_is_no_key_set(self, name: str) -> None:
        with pytest.raises(ValueError, match="no usable key"):
            KeySet.parse({"keys": [MALFORMED[name]]})

    @pytest.mark.parametrize(
        "document", [{}, {"keys": None}, {"keys": {}}, {"keys": "x"}, {"keys": []}, GOOD]
    )
    def test_what_is_no_key_set_is_refused(self, document: dict[str, Any]) -> None:
        with pytest.raises(ValueError):
            KeySet.parse(document)

    def test_large_keys_of_real_ones_are_taken(self) -> None:
        large = with_n(GOOD, lambda raw: raw * 4)
        assert len(KeySet.parse({"keys": [large, {**large, "e": "_____w"}]}).keys) == 2

    def test_a_key_set_without_end_is_cut_off(self) -> None:
        assert len(KeySet.parse({"keys": [GOOD] * (MAX_KEYS + 50)}).keys) == MAX_KEYS

    def test_what_else_stands_in_a_key_does_no_harm(self) -> None:
        extra = {
            **GOOD,
            "x5c": ["not a certificate"],
            "x5t": 7,
            "nbf": "x",
            "oth": [],
            "ext": True,
            "d": "AQAB",
        }
        assert verified([extra], token(signing_key()))

    @pytest.mark.parametrize(
        "signature",
        [b"", b"\x00", b"\x00" * 64, b"\xff" * 256, b"0" * 300],
        ids=["none", "one", "zeros", "ones", "long"],
    )
    @pytest.mark.parametrize("alg", SIGNING_ALGS)
    def test_a_signature_of_any_length_is_refused_and_breaks_nothing(
        self, alg: str, signature: bytes
    ) -> None:
        made = token(signing_key(alg), alg)
        forged = UnverifiedToken(made.compact, made.header, {}, made.signing_input, signature)
        assert not verified([public_jwk(signing_key(alg), kid="k1")], forged)

    def test_a_public_key_is_no_secret_to_sign_with(self) -> None:
        made = token(signing_key())
        header = urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "k1"}).encode()).decode().rstrip("=")
        confused = UnverifiedToken.parse(
            f"{header}.{made.compact.split('.')[1]}.{made.compact.split('.')[2]}"
        )
        assert not verified([GOOD], confused)


def test_the_smallest_rsa_key_that_counts_has_2048_bits() -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1536)
    with pytest.raises(ValueError, match="2048"):
        KeySet.parse({"keys": [public_jwk(small)]})


def test_an_elliptic_key_of_a_bitcoin_curve_fits_nothing() -> None:
    jwk = public_jwk(ec.generate_private_key(ec.SECP256K1()), kid="k1")
    keys = KeySet.parse({"keys": [jwk, GOOD]}).keys
    assert {alg for key in keys for alg in SIGNING_ALGS if key.fits(alg)} == set(
        SIGNING_ALGS[:6]
    )  # those of RSA
