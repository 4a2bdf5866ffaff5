"""The bridge's own keys: what it signs at token endpoints with, and what of them is public."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from bridge.domain.connection import Connection
from bridge.domain.secret import Secret

#: Seconds for which an assertion may be used: it is sent at once, and its reader's clock may be a little off.
LIFETIME = 60
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


@dataclass(frozen=True, slots=True)
class ClientKey:
    """One private key, and the one algorithm it signs with."""

    kid: str  # RFC 7638 thumbprint: the same key has the same name everywhere
    alg: str
    key: RSAKey | ECKey | OKPKey = field(repr=False)

    @property
    def public_jwk(self) -> dict[str, Any]:
        """The public half as it is published (RFC 7517)."""
        public = self.key.as_dict(private=False)
        return {**public, "kid": self.kid, "alg": self.alg, "use": "sig"}


@cache  # as many as the configuration holds; reading one takes longer than signing with it
def client_key(pem: Secret) -> ClientKey:
    """The key in a PEM text that the settings have judged. Raises `ValueError` for any other."""
    private = load_pem_private_key(pem.reveal().encode(), password=None)
    key: RSAKey | ECKey | OKPKey
    match private:
        case RSAPrivateKey():
            key, alg = RSAKey(private, private), "RS256"
        case EllipticCurvePrivateKey():
            key = ECKey(private, private)
            alg = _CURVES[key.curve_name]
        case Ed25519PrivateKey():
            key, alg = OKPKey(private, private), "EdDSA"
        case _:
            raise ValueError("not a key that the bridge signs with")
    return ClientKey(key.thumbprint(), alg, key)


def published(connections: Iterable[Connection]) -> tuple[dict[str, Any], ...]:
    """The public halves of all keys of all connections, each once: connections may share a key."""
    keys = [client_key(pem) for connection in connections for pem in connection.client_keys]
    return tuple({key.kid: key.public_jwk for key in keys}.values())


def assertion(key: ClientKey, client_id: str, audience: str, now: float, jti: str) -> str:
    """A signed statement, for one use, that we are this client (RFC 7523 section 3, Core section 9).

    `audience` is the token endpoint's address: no other endpoint can use what it was sent.
    `jti` must be fresh for each: a provider refuses one that it has seen.
    """
    header = {"alg": key.alg, "kid": key.kid, "typ": "JWT"}
    issued = int(now)
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": jti,
        "iat": issued,
        "exp": issued + LIFETIME,
    }
    signing_input = f"{_part(header)}.{_part(claims)}"
    # By the algorithm itself, as in keys.py: the library's front door warns of the name EdDSA (RFC 9864),
    # which is the one that providers know.
    signature = JWSRegistry.algorithms[key.alg].sign(signing_input.encode(), key.key)
    return f"{signing_input}.{_base64url(signature)}"


def _part(document: dict[str, Any]) -> str:
    return _base64url(json.dumps(document, separators=(",", ":")).encode())


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
