"""A provider's key set: every key judged by itself, so that one bad key spoils nothing."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from bridge.domain.id_token import ClaimFault
from bridge.domain.issuers import tenants_issuer
from bridge.domain.jws import UnverifiedToken

MAX_KEYS = 100
MIN_RSA_BITS = 2048
#: A signature of 16,384 bits with an exponent of 64 takes a worker 9 ms, and ten keys may be tried: that is
#: what a provider could take from all others. Real ones have 4096 bits at most, and an exponent of 17.
MAX_RSA_BITS = 8192
MAX_RSA_EXPONENT_BITS = 32
#: With no kid to go by, this many fitting keys are tried (OIDF: kid-absent-multiple-jwks).
MAX_TRIED = 10
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}

Key = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """One public key that may verify ID tokens."""

    kid: str | None
    alg: str | None
    key: Key
    issuer: str | None = None  # whose tokens alone it signs, or a template; None for any of the provider's

    def speaks_for(self, claims: Mapping[str, Any]) -> bool:
        """Whether it may sign for the issuer of these claims, which passed their checks.

        Of a key set that serves many tenants each key may be one tenant's own: what it signs in
        another's name is forged.
        """
        return self.issuer is None or claims.get("iss") == tenants_issuer(self.issuer, str(claims.get("tid")))

    def fits(self, alg: str) -> bool:
        """Whether this key is of the kind the algorithm needs, and not reserved for another."""
        if alg == "Ed25519":  # RFC 9864: EdDSA by the name of its one curve that we take
            alg = "EdDSA"
        if self.alg is not None and self.alg != alg:
            return False
        if alg == "EdDSA":
            return isinstance(self.key, OKPKey) and self.key.curve_name == "Ed25519"
        if alg in _CURVES:
            return isinstance(self.key, ECKey) and self.key.curve_name == _CURVES[alg]
        return isinstance(self.key, RSAKey)


class UnknownKey(ClaimFault):
    """No key of the set fits; a newer set may have one."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """The usable keys, and for the operator why others were left out."""

    keys: tuple[ProviderKey, ...]
    left_out: tuple[str, ...]

    @classmethod
    def parse(cls, document: Mapping[str, Any], *, of_tenants: bool = False) -> "KeySet":
        """`of_tenants`: it serves many issuers, and the member `issuer` of a key counts; else nobody
        knows what it means, and it is ignored (RFC 7517 section 4).

        Raises `ValueError` when this is no key set at all, or holds nothing usable.
        """
        jwks = document.get("keys")
        if not isinstance(jwks, list):
            raise ValueError("no array of keys")  # noqa: TRY004 - bad data, not a bad call
        keys, left_out = [], []
        for number, jwk in enumerate(jwks[:MAX_KEYS]):
            try:
                keys.append(_import(jwk, of_tenants=of_tenants))
            except (ValueError, KeyError, TypeError, JoseError) as error:
                left_out.append(f"key {number}: {type(error).__name__}: {str(error)[:100]}")
        if not keys:
            raise ValueError("no usable key; " + "; ".join(left_out[:3]))
        return cls(tuple(keys), tuple(left_out))

    def verify(self, token: UnverifiedToken) -> None:
        """Raises `UnknownKey` when no key fits or none verifies the signature.

        The algorithm was pinned before (RFC 8725 3.1); a key in the token's own header is
        never looked at.
        """
        alg, kid = token.alg, token.kid
        fitting = [key for key in self.keys if (kid is None or key.kid == kid) and key.fits(alg)]
        if not fitting:
            raise UnknownKey("kid", f"no {alg} key for the token's kid")
        fitting = [key for key in fitting if key.speaks_for(token.unverified_claims)]
        if not fitting:
            raise UnknownKey("kid", "the key is another issuer's")
        if not any(_verifies(key.key, token) for key in fitting[:MAX_TRIED]):
            raise UnknownKey("signature", "does not verify")


def _import(jwk: object, *, of_tenants: bool) -> ProviderKey:
    if not isinstance(jwk, dict):
        raise TypeError("not an object")
    if jwk.get("kty") not in ("RSA", "EC", "OKP"):
        raise ValueError("not an asymmetric key")  # an "oct" key in public would be everybody's
    if jwk.get("use", "sig") != "sig":
        raise ValueError("not for signatures")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise ValueError("not for verifying")
    kid, alg = jwk.get("kid"), jwk.get("alg")
    if not isinstance(kid, str | None) or not isinstance(alg, str | None):
        raise TypeError("kid or alg is not a string")
    issuer = jwk.get("issuer") if of_tenants else None
    if not isinstance(issuer, str | None):
        raise TypeError("issuer is not a string")
    # Only what makes the public key: other members (x5c, use, …) cannot make it fail or change it.
    public = {name: jwk[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in jwk}
    if jwk["kty"] == "RSA":
        _check_rsa(_bits(jwk["n"]), _bits(jwk["e"]))
    key = JWKRegistry.import_key(public)
    if not isinstance(key, Key):
        raise ValueError("not an asymmetric key")  # noqa: TRY004
    return ProviderKey(kid, "EdDSA" if alg == "Ed25519" else alg, key, issuer)


def _check_rsa(bits: int, exponent_bits: int) -> None:
    if bits < MIN_RSA_BITS:
        raise ValueError(f"RSA below {MIN_RSA_BITS} bits")
    if bits > MAX_RSA_BITS:
        raise ValueError(f"RSA above {MAX_RSA_BITS} bits")
    if exponent_bits > MAX_RSA_EXPONENT_BITS:
        raise ValueError(f"an RSA exponent above {MAX_RSA_EXPONENT_BITS} bits")


def _bits(number: str) -> int:
    """The size of a base64url number itself: leading zeros make nothing stronger."""
    return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()


def _verifies(key: Key, token: UnverifiedToken) -> bool:
    try:
        algorithm = JWSRegistry.algorithms[token.alg]  # one of SIGNING_ALGS: pinned before
        return bool(algorithm.verify(token.signing_input, token.signature, key))
    except (ValueError, TypeError, JoseError):  # a signature of the wrong length, say
        return False
