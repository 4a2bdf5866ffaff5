"""The bridge's own keys: what it signs with, and what of them is public."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from bridge.domain.base64url import encoded
from bridge.domain.compact_json import compact
from bridge.domain.connection import Connection, RsaAlg
from bridge.domain.secret import Secret
from bridge.idp.decryption import DecryptionKey, decryption_key

#: Seconds for which an assertion may be used: it is sent at once, and its reader's clock may be a little off.
LIFETIME = 60
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


@dataclass(frozen=True, slots=True)
class ClientKey:
    """One private key, and the one algorithm it signs with."""

    kid: str  # RFC 7638 thumbprint: the same key has the same name everywhere
    alg: str
    key: RSAKey | ECKey | OKPKey = field(repr=False)
    x5t: str = ""  # of the certificate that came with it (RFC 7515 4.1.8)

    @property
    def named(self) -> dict[str, str]:
        """The header that tells a provider which of our keys it is.

        A provider that was given a certificate knows its thumbprint and has never seen a kid of ours
        (Entra: MicrosoftDocs/entra-docs, identity-platform/certificate-credentials).
        """
        return {"x5t#S256": self.x5t} if self.x5t else {"kid": self.kid}

    @property
    def public_jwk(self) -> dict[str, Any]:
        """The public half as it is published (RFC 7517)."""
        public = self.key.as_dict(private=False)
        return {**public, "kid": self.kid, "alg": self.alg, "use": "sig"}


@cache  # as many as the configuration holds; reading one takes longer than signing with it
def client_key(pem: Secret, rsa_alg: RsaAlg = "RS256") -> ClientKey:
    """The key in a PEM text that the settings have judged. Raises `ValueError` for any other.

    `rsa_alg`: what it signs with if it is an RSA key. An Ed25519 key signs under the name EdDSA: its newer
    name (RFC 9864) says the same, and providers are only beginning to know it.
    """
    private = load_pem_private_key(pem.reveal().encode(), password=None)
    key: RSAKey | ECKey | OKPKey
    alg: str
    match private:
        case RSAPrivateKey():
            key, alg = RSAKey(private, private), rsa_alg
        case EllipticCurvePrivateKey():
            key = ECKey(private, private)
            alg = _CURVES[key.curve_name]
        case Ed25519PrivateKey():
            key, alg = OKPKey(private, private), "EdDSA"
        case _:
            raise ValueError("not a key that the bridge signs with")
    return ClientKey(key.thumbprint(), alg, key, _thumbprint(pem.reveal(), private.public_key()))


def published(connections: Iterable[Connection]) -> tuple[dict[str, Any], ...]:
    """The public halves of all keys of all connections, each once: connections may share a key.

    First those that we sign with, then those that tokens may be encrypted for.
    """
    public: dict[str, dict[str, Any]] = {}
    algs: dict[str, set[str]] = {}
    for connection in connections:
        # The key that Apple gave us is known there, and nobody else is told of it.
        pems = () if connection.client_auth == "apple_client_secret" else connection.client_keys
        keys: list[ClientKey | DecryptionKey] = [client_key(pem, connection.client_rsa_alg) for pem in pems]
        keys += map(decryption_key, connection.decryption_keys)
        for key in keys:
            jwk = key.public_jwk
            public.setdefault(key.kid, jwk)
            algs.setdefault(key.kid, set()).add(jwk["alg"])
    for kid, jwk in public.items():
        if len(algs[kid]) > 1:  # connections sign differently with it, and it has to be good for all
            del jwk["alg"]
    return tuple(sorted(public.values(), key=lambda jwk: jwk["use"] == "enc"))


def assertion(key: ClientKey, client_id: str, audience: str, now: float, jti: str) -> str:
    """A signed statement, for one use, that we are this client (RFC 7523 section 3, Core section 9).

    `audience`: the one who is to take it, as the connection has it (`assertion_audience`). Its times are
    by our clock alone: the provider's, as far as its replies tell, may be that of a cache in between, and
    where the two differ by more than clock_tolerance its ID tokens would be refused anyway.
    `jti` must be fresh for each: a provider refuses one that it has seen.
    """
    issued = int(now)
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": jti,
        "iat": issued,
        "exp": issued + LIFETIME,
    }
    return signed(key, {**key.named, "typ": "JWT"}, claims)


def signed(key: ClientKey, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Any statement, signed by one of our keys (RFC 7515 compact); `alg` is put into its header."""
    signing_input = f"{_part({'alg': key.alg, **header})}.{_part(claims)}"
    # By the algorithm itself, as in keys.py: the library's front door warns of the name EdDSA (RFC 9864),
    # which is the one that providers know.
    signature = JWSRegistry.algorithms[key.alg].sign(signing_input.encode(), key.key)
    return f"{signing_input}.{encoded(signature)}"


def _thumbprint(pem: str, public: PublicKeyTypes) -> str:
    """The x5t#S256 of the certificate of this key among `pem`'s; an empty text where there is none."""
    found = load_pem_x509_certificates(pem.encode()) if "-----BEGIN CERTIFICATE-----" in pem else []
    digests = [one.fingerprint(SHA256()) for one in found if one.public_key() == public]
    return encoded(digests[0]) if digests else ""


def _part(document: Mapping[str, Any]) -> str:
    return encoded(compact(document).encode())
