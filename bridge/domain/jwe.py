"""An encrypted token taken apart, and what of its header anybody may judge, before any key is used."""

from dataclasses import dataclass
from typing import Any

from bridge.domain.jws import MAX_TOKEN, TokenFault, decoded
from bridge.domain.strict_json import JsonFault, parse_object

#: How the content's key may come to us, by the kind of our key. RSA1_5 is left out (Bleichenbacher),
#: RSA-OAEP for its SHA-1, and all that need a shared secret: dir, A…KW, PBES2 (whose p2c asks for as much
#: work as its writer likes).
RSA_ALGS = ("RSA-OAEP-256",)
EC_ALGS = ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
#: Authenticated all. A128CBC-HS256 is what a provider takes where none is registered (Registration 2).
ENCS = ("A128GCM", "A256GCM", "A128CBC-HS256")


@dataclass(frozen=True, slots=True)
class SealedToken:
    """A compact JWE (RFC 7516 section 3.1) whose header asks for nothing but what we do."""

    compact: str
    alg: str
    kid: str | None

    @classmethod
    def parse(cls, compact: str) -> "SealedToken":
        """Raises `TokenFault`, whose words depend on the header alone, which everybody can read."""
        parts = compact.split(".") if len(compact) <= MAX_TOKEN else []
        if len(parts) != 5:  # header, encrypted key, initialization vector, ciphertext, tag
            raise TokenFault("not a compact JWE of acceptable size")
        try:
            raw_header, *_ = map(decoded, parts)  # all of it strict base64url
            header = parse_object(raw_header)
        except JsonFault as fault:
            raise TokenFault(str(fault)) from None
        alg, kid = _judged(header)
        return cls(compact, alg, kid)


def is_sealed(compact: str) -> bool:
    """Whether this claims to be a JWE: five parts, where a signed token has three."""
    return compact.count(".") == 4


def _judged(header: dict[str, Any]) -> tuple[str, str | None]:
    alg, kid = header.get("alg"), header.get("kid")
    if alg not in (*RSA_ALGS, *EC_ALGS):
        raise TokenFault(f"it is encrypted by another alg than {', '.join((*RSA_ALGS, *EC_ALGS))}")
    if header.get("enc") not in ENCS:
        raise TokenFault(f"it is encrypted by another enc than {', '.join(ENCS)}")
    if "zip" in header:  # a few bytes can become gigabytes, and sizes tell (RFC 8725 section 3.6)
        raise TokenFault("it is compressed")
    if "crit" in header:  # RFC 7516 4.1.13: we understand no extension
        raise TokenFault("it needs an extension")
    if not isinstance(kid, str | None):
        raise TokenFault("kid is not a string")
    return alg, kid
