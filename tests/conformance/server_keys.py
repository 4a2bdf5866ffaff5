"""The key sets that the suite publishes: new ones, with new kids, for every module."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.attacks.hostile.jose import Edwards, Elliptic, Key, Rsa


@dataclass(frozen=True)
class ServerKeys:
    """The document at jwks_uri, and the key in it that signs."""

    document: dict[str, list[dict[str, Any]]]
    signer: Rsa
    elliptic: Elliptic
    kids: bool


def default_keys() -> ServerKeys:
    return _keys(rsa_keys=2, p256=2, others=1)


def one_of_each_without_kids() -> ServerKeys:
    """Of four signing keys a single one fits RS256."""
    return _keys(rsa_keys=1, p256=1, others=1, kids=False)


def three_of_each_without_kids() -> ServerKeys:
    return _keys(rsa_keys=3, p256=3, others=3, kids=False)


def _keys(*, rsa_keys: int, p256: int, others: int, kids: bool = True) -> ServerKeys:
    """The last RSA key signs: whoever tries only the first one is found out. No signing key has an `alg`."""
    rsas = [_rsa() for _ in range(rsa_keys)]
    signing: list[Key] = [*rsas]
    elliptic = [_elliptic("P-256", ec.SECP256R1()) for _ in range(p256)]
    signing += elliptic
    signing += [_elliptic("secp256k1", ec.SECP256K1()) for _ in range(others)]
    signing += [Edwards(str(uuid4()), ed25519.Ed25519PrivateKey.generate()) for _ in range(others)]
    jwks = [key.jwk() for key in signing]
    jwks.append(_rsa().jwk(use="enc", alg="RSA-OAEP-256"))
    jwks.append(_elliptic("P-256", ec.SECP256R1()).jwk(use="enc", alg="ECDH-ES"))
    if not kids:
        for jwk in jwks:
            del jwk["kid"]
    return ServerKeys({"keys": jwks}, rsas[-1], elliptic[-1], kids)


def _rsa() -> Rsa:
    return Rsa(str(uuid4()), rsa.generate_private_key(65537, 2048))


def _elliptic(name: str, curve: ec.EllipticCurve) -> Elliptic:
    return Elliptic(str(uuid4()), name, ec.generate_private_key(curve))
