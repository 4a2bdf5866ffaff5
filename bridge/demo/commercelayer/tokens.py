"""The access tokens that the platform signs itself: RS512 with a key that it publishes."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


class UnknownTokenError(ValueError):
    """Not a token of this platform, or one that is no good any more."""


@dataclass(frozen=True)
class SigningKey:
    """The platform's key and the id under which it is published."""

    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    kid: str = field(default_factory=lambda: secrets.token_hex(32))

    def jwks(self) -> dict[str, Any]:
        """The published key set (RFC 7517)."""
        jwk: dict[str, Any] = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        public = {"kty": jwk["kty"], "n": jwk["n"], "e": jwk["e"]}
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS512"}]}

    def sign(self, claims: dict[str, Any]) -> str:
        """A token with these claims."""
        return jwt.encode(claims, self.private, algorithm="RS512", headers={"kid": self.kid})

    def read(self, token: str, issuer: str, now: float) -> dict[str, Any]:
        """The claims of a token that was signed here and is not over yet. Raises UnknownTokenError."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.private.public_key(),
                algorithms=["RS512"],
                issuer=issuer,
                options={
                    "require": ["exp", "iss"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_aud": False,
                },
            )
        except jwt.InvalidTokenError as wrong:
            raise UnknownTokenError(f"not signed by this platform ({wrong})") from None
        if claims["exp"] <= now:
            raise UnknownTokenError("the token has expired")
        return claims
