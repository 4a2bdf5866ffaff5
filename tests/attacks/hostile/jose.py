"""JOSE written out by hand: it must be able to make what every library refuses to make."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HASHES: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
ALL_ALGS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(value: int, length: int = 0) -> str:
    """A number as JWKs write it; `length` in octets adds zeros in front."""
    return b64(value.to_bytes(max(length, (value.bit_length() + 7) // 8)))


def compact(header: object, payload: bytes, signature: bytes = b"") -> str:
    return f"{b64(json.dumps(header).encode())}.{b64(payload)}.{b64(signature)}"


def hmac_signature(alg: str, key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, f"sha{alg[-3:]}")


def half_hash(alg: str, text: str) -> str:
    """The value of at_hash and c_hash."""
    name = "sha512" if alg == "EdDSA" else f"sha{alg[-3:]}"
    digest = hashlib.new(name, text.encode()).digest()
    return b64(digest[: len(digest) // 2])


@dataclass(frozen=True)
class Rsa:
    kid: str
    private: rsa.RSAPrivateKey

    @property
    def public(self) -> rsa.RSAPublicNumbers:
        return self.private.public_key().public_numbers()

    def jwk(self, **more: object) -> dict[str, Any]:
        n, e = number(self.public.n), number(self.public.e)
        return {"kty": "RSA", "kid": self.kid, "use": "sig", "n": n, "e": e, **more}

    def pem(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form)

    def private_members(self) -> dict[str, str]:
        numbers = self.private.private_numbers()
        parts = {"d": numbers.d, "p": numbers.p, "q": numbers.q, "dp": numbers.dmp1, "dq": numbers.dmq1}
        return {name: number(value) for name, value in (parts | {"qi": numbers.iqmp}).items()}

    def sign(self, alg: str, data: bytes) -> bytes:
        made_of = HASHES[alg[-3:]]
        if alg.startswith("PS"):
            scheme = padding.PSS(mgf=padding.MGF1(made_of), salt_length=made_of.digest_size)
            return self.private.sign(data, scheme, made_of)
        return self.private.sign(data, padding.PKCS1v15(), made_of)


@dataclass(frozen=True)
class Elliptic:
    kid: str
    crv: str
    private: ec.EllipticCurvePrivateKey

    @property
    def octets(self) -> int:
        return (self.private.key_size + 7) // 8

    def jwk(self, **more: object) -> dict[str, Any]:
        point = self.private.public_key().public_numbers()
        x, y = number(point.x, self.octets), number(point.y, self.octets)
        return {"kty": "EC", "crv": self.crv, "kid": self.kid, "use": "sig", "x": x, "y": y, **more}

    def der(self, alg: str, data: bytes) -> bytes:
        return self.private.sign(data, ec.ECDSA(HASHES[alg[-3:]]))

    def numbers(self, alg: str, data: bytes) -> tuple[int, int]:
        return decode_dss_signature(self.der(alg, data))

    def sign(self, alg: str, data: bytes) -> bytes:
        return b"".join(part.to_bytes(self.octets) for part in self.numbers(alg, data))


@dataclass(frozen=True)
class Edwards:
    kid: str
    private: ed25519.Ed25519PrivateKey

    def jwk(self, **more: object) -> dict[str, Any]:
        x = b64(self.private.public_key().public_bytes_raw())
        return {"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "use": "sig", "x": x, **more}

    def sign(self, _alg: str, data: bytes) -> bytes:
        return self.private.sign(data)


Key = Rsa | Elliptic | Edwards


class Ring:
    """Every key of the play; the provider's own, the thief's, and those that are too weak."""

    @cached_property
    def rsa(self) -> Rsa:
        return Rsa("rsa", rsa.generate_private_key(65537, 2048))

    @cached_property
    def next(self) -> Rsa:
        return Rsa("next", rsa.generate_private_key(65537, 2048))

    @cached_property
    def thief(self) -> Rsa:
        return Rsa("rsa", rsa.generate_private_key(65537, 2048))

    @cached_property
    def weak(self) -> Rsa:
        return Rsa("rsa", rsa.generate_private_key(65537, 1024))

    @cached_property
    def three(self) -> Rsa:
        return Rsa("rsa", rsa.generate_private_key(3, 2048))

    @cached_property
    def p256(self) -> Elliptic:
        return Elliptic("p256", "P-256", ec.generate_private_key(ec.SECP256R1()))

    @cached_property
    def p384(self) -> Elliptic:
        return Elliptic("p384", "P-384", ec.generate_private_key(ec.SECP384R1()))

    @cached_property
    def p521(self) -> Elliptic:
        return Elliptic("p521", "P-521", ec.generate_private_key(ec.SECP521R1()))

    @cached_property
    def k256(self) -> Elliptic:
        return Elliptic("k256", "secp256k1", ec.generate_private_key(ec.SECP256K1()))

    @cached_property
    def ed(self) -> Edwards:
        return Edwards("ed", ed25519.Ed25519PrivateKey.generate())

    def fitting(self, alg: object) -> Key:
        """The provider's own key for an algorithm; its RSA key for one that nobody knows."""
        kinds: dict[object, Key] = {
            "ES256": self.p256,
            "ES384": self.p384,
            "ES512": self.p521,
            "EdDSA": self.ed,
        }
        return kinds.get(alg, self.rsa) if isinstance(alg, str) else self.rsa

    def warm_up(self) -> None:
        """Make them all now: threads will ask for them at once."""
        for name, part in vars(type(self)).items():
            if isinstance(part, cached_property):
                getattr(self, name)


RING = Ring()
