"""A signed token taken apart, with nothing believed yet."""

import binascii
from dataclasses import dataclass
from typing import Any

from bridge.domain.strict_json import JsonFault, parse_object

#: The largest ID token we look at. Entra with 200 groups stays below 20 kB.
MAX_TOKEN = 200_000
#: From base64url to what Python reads strictly; what only plain base64 has becomes what neither has.
_PLAIN_BASE64 = bytes.maketrans(b"-_+/=", b"+/!!!")


class TokenFault(ValueError):
    """The token is not a compact JWS with a JSON object inside."""


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A compact JWS (RFC 7515 section 3.1), decoded once so that all checks see the same bytes."""

    compact: str
    header: dict[str, Any]
    unverified_claims: dict[str, Any]
    signing_input: bytes
    signature: bytes

    @property
    def alg(self) -> str:
        """The algorithm the header names; an empty text when it names none."""
        alg = self.header.get("alg")
        return alg if isinstance(alg, str) else ""

    @property
    def kid(self) -> str | None:
        """The key id the header names, if any."""
        return self.header.get("kid")

    @classmethod
    def parse(cls, compact: str) -> "UnverifiedToken":
        """Raises `TokenFault`."""
        parts = compact.split(".") if len(compact) <= MAX_TOKEN else []
        if len(parts) != 3:  # header, payload, signature
            raise TokenFault("not a compact JWS of acceptable size")
        head, payload, signature = parts
        try:
            header, claims = parse_object(decoded(head)), parse_object(decoded(payload))
        except JsonFault as fault:
            raise TokenFault(str(fault)) from None
        if not isinstance(header.get("kid", ""), str):
            raise TokenFault("kid is not a string")
        return cls(compact, header, claims, f"{head}.{payload}".encode(), decoded(signature))


def decoded(part: str) -> bytes:
    """Strict base64url without padding. Raises `TokenFault`."""
    padding = b"=" * (-len(part) % 4)
    try:
        return binascii.a2b_base64(part.encode().translate(_PLAIN_BASE64) + padding, strict_mode=True)
    except ValueError:  # also for a lone surrogate
        raise TokenFault("not base64url") from None
