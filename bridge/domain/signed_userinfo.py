"""The checks of a userinfo answer that is a signed statement, pure (OpenID Connect Core 5.3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.domain.id_token import ClaimFault, SignatureCheck, time_of
from bridge.domain.jws import UnverifiedToken
from bridge.domain.quoting import url_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedUserinfo:
    """What a sign-in expects of it."""

    issuers: tuple[str, ...]  # the ID token's, and the metadata's: one provider may have two words for itself
    client_id: str
    algorithms: tuple[str, ...]
    now: float  # seconds since the epoch
    tolerance: int  # seconds


def verify(
    token: UnverifiedToken, expected: ExpectedUserinfo, signature: SignatureCheck
) -> Mapping[str, Any]:
    """The claims of `token`; whom they speak of is left to the caller. Raises `ClaimFault`.

    iss and aud SHOULD be there (Core 5.3.2): one that is there must be right, as with other relying
    parties; so must exp and nbf, which no rule asks for.
    """
    claims = token.unverified_claims
    if token.alg not in expected.algorithms:  # RFC 8725 3.1: never "none", and never the token's choice
        raise ClaimFault("alg", f"not one of {', '.join(expected.algorithms)}")
    if "crit" in token.header:  # RFC 7515 4.1.11
        raise ClaimFault("crit", "the token needs an extension")
    typ = token.header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") != "jwt":
        raise ClaimFault("typ", "this is another kind of token")  # an access or logout token (RFC 8725 3.11)
    if "iss" in claims and claims["iss"] not in expected.issuers:
        raise ClaimFault("iss", f"expected {expected.issuers[0]}, got {url_name(claims['iss'])}")
    if "aud" in claims:
        aud = claims["aud"]
        if expected.client_id not in (
            [aud] if isinstance(aud, str) else aud if isinstance(aud, list) else []
        ):
            raise ClaimFault("aud", f"does not name {expected.client_id}")
    if "exp" in claims and time_of(claims, "exp") <= expected.now - expected.tolerance:
        raise ClaimFault("exp", "expired")
    if "nbf" in claims and time_of(claims, "nbf") > expected.now + expected.tolerance:
        raise ClaimFault("nbf", "not valid yet")
    signature(token)
    return claims
