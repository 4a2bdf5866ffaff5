"""The provider's signing keys."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


@dataclass(frozen=True)
class SigningKey:
    """An RSA key and the id under which it is published."""

    private: rsa.RSAPrivateKey
    kid: str

    @classmethod
    def make(cls) -> "SigningKey":
        """A new key."""
        return cls(
            rsa.generate_private_key(public_exponent=65537, key_size=2048), "demo-" + secrets.token_hex(4)
        )

    def public_jwk(self) -> dict[str, Any]:
        """The public half as RFC 7517 writes it."""
        jwk: dict[str, Any] = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {
            "kty": jwk["kty"],
            "n": jwk["n"],
            "e": jwk["e"],
            "kid": self.kid,
            "use": "sig",
            "alg": "RS256",
        }

    def sign(self, claims: dict[str, Any], *, typ: str = "JWT") -> str:
        """A token signed RS256, with this key's id in its header."""
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.kid, "typ": typ})


@dataclass
class SigningKeys:
    """The key in use, and those before it, which stay published so that tokens under way still verify."""

    current: SigningKey = field(default_factory=SigningKey.make)
    retired: list[SigningKey] = field(default_factory=list)

    def rotate(self) -> str:
        """Sign with a new key from now on; returns its id. The key before the last is published no more."""
        self.current, self.retired = SigningKey.make(), [self.current]
        return self.current.kid

    def jwks(self) -> dict[str, Any]:
        """The published key set."""
        return {"keys": [key.public_jwk() for key in (self.current, *self.retired)]}

    def read_own(self, token: str, issuer: str) -> dict[str, Any] | None:
        """The claims of an ID token that this provider signed, however old it is; None for any other text."""
        for key in (self.current, *self.retired):
            try:
                claims: dict[str, Any] = jwt.decode(
                    token,
                    key.private.public_key(),
                    algorithms=["RS256"],
                    issuer=issuer,
                    options={"verify_exp": False, "verify_aud": False, "verify_iat": False},
                )
            except jwt.InvalidTokenError:
                continue
            return claims
        return None
