"""The checks of an ID token, pure, in the order in which they are made.

OpenID Connect Core 1.0 section 3.1.3.7, RFC 7519, RFC 7515 and the STRICT rules of the bridge.
The cheap checks come first and the signature last, so that a token that is wrong in any other
way cannot make us fetch keys.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NewType

from bridge.domain.base64url import encoded
from bridge.domain.issuers import normal_tenant, tenants_issuer
from bridge.domain.jws import UnverifiedToken
from bridge.domain.quoting import url_name
from bridge.domain.refusal import Reason

#: Claims that passed every check below. Only `verify` makes one: the type is the proof.
VerifiedClaims = NewType("VerifiedClaims", Mapping[str, Any])

#: A fresh token comes straight from the token endpoint; an older one was kept by somebody.
MAX_AGE = 600  # seconds
#: No provider gives an ID token a life of months; a forger would.
MAX_LIFETIME = 31 * 86400  # seconds
_SUBJECT = re.compile(r"[\x20-\x7e]{1,255}")
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512, "DSA": hashlib.sha512,
           "519": hashlib.sha512}  # fmt: skip


class ClaimFault(ValueError):
    """A check that failed: `check` names it, `detail` is for the operator's log."""

    reason = Reason.ID_TOKEN_INVALID

    def __init__(self, check: str, detail: str) -> None:
        super().__init__(f"{check}: {detail}")
        self.check = check
        self.detail = detail


class TenantNotAllowed(ClaimFault):
    """A token of a tenant that the configuration does not name."""

    reason = Reason.TENANT_NOT_ALLOWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What this attempt expects of its ID token."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: tuple[str, ...]
    access_token: str
    code: str
    now: float  # seconds since the epoch
    tolerance: int  # seconds
    sole_audience: bool = False  # no other audience is borne, whatever azp says
    issuer_aliases: tuple[str, ...] = ()  # other words of the same issuer for itself
    issuer_template: str = ""  # in place of `issuer`, for the tokens of many tenants
    tenants: tuple[str, ...] = ()  # GUIDs in small letters
    required_id_token_claims: tuple[tuple[str, str], ...] = ()


Check = Callable[[UnverifiedToken, Mapping[str, Any], Expected], None]
SignatureCheck = Callable[[UnverifiedToken], None]


def verify(token: UnverifiedToken, expected: Expected, signature: SignatureCheck) -> VerifiedClaims:
    """The claims of `token`, once every check passed.

    `signature` is called last, and raises when no pinned key of the provider fits.
    Raises `ClaimFault`.
    """
    for check in CHECKS:
        check(token, token.unverified_claims, expected)
    signature(token)
    return VerifiedClaims(token.unverified_claims)


def algorithm(token: UnverifiedToken, _claims: Mapping[str, Any], expected: Expected) -> None:
    """RFC 8725 3.1: the list is ours, never the token's; "none" and HMACs are never on it."""
    if token.alg not in expected.algorithms:
        raise ClaimFault("alg", f"not one of {', '.join(expected.algorithms)}")


def critical(token: UnverifiedToken, _claims: Mapping[str, Any], _expected: Expected) -> None:
    """RFC 7515 4.1.11: we understand no extension, so a token that needs one is refused."""
    if "crit" in token.header:
        raise ClaimFault("crit", "the token needs an extension")


def token_type(token: UnverifiedToken, _claims: Mapping[str, Any], _expected: Expected) -> None:
    """RFC 8725 3.11: an access or logout token of the same provider is not an ID token."""
    typ = token.header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in ("jwt", "id_token+jwt"):
        raise ClaimFault("typ", "this is another kind of token")


def issuer(_token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """Core 3.1.3.7 rule 2, by exact string comparison.

    With a template: to what it means for the tenant that the token itself names. Which tenants may
    come is another question: see `tenant`.
    """
    iss, wanted = claims.get("iss"), expected.issuer
    if expected.issuer_template:
        tid = claims.get("tid")
        if not normal_tenant(tid):
            raise ClaimFault("tid", "missing" if tid is None else "not a GUID")
        wanted = tenants_issuer(expected.issuer_template, str(tid))
    if iss != wanted and not (isinstance(iss, str) and iss in expected.issuer_aliases):
        raise ClaimFault("iss", f"expected {wanted}, got {url_name(iss)}")


def audience(_token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """Core 3.1.3.7 rule 3: the token must be for us, whatever azp says."""
    aud = claims.get("aud")
    values = [aud] if isinstance(aud, str) else aud
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise ClaimFault("aud", "not a string or an array of strings")
    if expected.client_id not in values:
        raise ClaimFault("aud", f"does not name {expected.client_id}")
    if len(values) > 1 and expected.sole_audience:
        # FAPI 2.0: an audience that we do not know could use the token too, and azp is only a word.
        raise ClaimFault("aud", "names several audiences")
    if len(values) > 1 and "azp" not in claims:
        # We trust no other audience; only an azp can say that the token was made for us.
        raise ClaimFault("aud", "names several audiences and no authorized party")


def authorized_party(_token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """Core 3.1.3.7 rules 4 and 5."""
    if "azp" in claims and claims["azp"] != expected.client_id:
        raise ClaimFault("azp", "the token was made for another client")


def expiry(_token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """Core 3.1.3.7 rule 9."""
    exp = time_of(claims, "exp")
    if exp <= expected.now - expected.tolerance:
        raise ClaimFault("exp", f"expired {expected.now - exp:.0f} s ago")
    if exp > expected.now + MAX_LIFETIME:
        raise ClaimFault("exp", "lies more than a month ahead")


def issued_at(_token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """Core 3.1.3.7 rule 10: issued for this attempt, neither long ago nor in the future."""
    iat = time_of(claims, "iat")
    if iat > expected.now + expected.tolerance:
        raise ClaimFault("iat", f"lies {iat - expected.now:.0f} s in the future")
    if iat < expected.now - MAX_AGE - expected.tolerance:
        raise ClaimFault("iat", f"issued {expected.now - iat:.0f} s ago")
    if time_of(claims, "exp") <= iat:
        raise ClaimFault("exp", "the token expired before it was issued")


def not_before(_token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """RFC 7519 4.1.5."""
    if "nbf" in claims and time_of(claims, "nbf") > expected.now + expected.tolerance:
        raise ClaimFault("nbf", "not valid yet")


def nonce(_token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """Core 3.1.3.7 rule 11: the token belongs to this attempt (replay and code injection)."""
    value = claims.get("nonce")
    if not isinstance(value, str) or not hmac.compare_digest(value.encode(), expected.nonce.encode()):
        raise ClaimFault("nonce", "missing" if value is None else "belongs to another attempt")


def subject(_token: UnverifiedToken, claims: Mapping[str, Any], _expected: Expected) -> None:
    """Core 2: a string of 1 to 255 ASCII characters; it is half of the customer's key."""
    sub = claims.get("sub")
    if not isinstance(sub, str) or not _SUBJECT.fullmatch(sub):
        raise ClaimFault("sub", "not a string of 1 to 255 printable ASCII characters")


def access_token_hash(token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """Core 3.1.3.8: optional in the code flow, and binding when it is there."""
    _half_hash(token, claims, "at_hash", expected.access_token)


def code_hash(token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """Core 3.3.2.10: not asked for in the code flow; a wrong one is a wrong token all the same."""
    _half_hash(token, claims, "c_hash", expected.code)


def required(_token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """What all ID tokens of this make say, and its other tokens, signed by the same keys, do not."""
    for name, value in expected.required_id_token_claims:
        if claims.get(name) != value:
            raise ClaimFault(name, f"is not {value}: this is another kind of token")


def tenant(_token: UnverifiedToken, claims: Mapping[str, Any], expected: Expected) -> None:
    """One address signs in people of every tenant there is; only those of the named ones are meant."""
    if not expected.issuer_template:
        return
    tid = normal_tenant(claims.get("tid"))
    if tid not in expected.tenants:
        raise TenantNotAllowed("tid", f"the tenant {tid} is not listed")


CHECKS: tuple[Check, ...] = (
    algorithm,
    critical,
    token_type,
    issuer,
    audience,
    authorized_party,
    expiry,
    issued_at,
    not_before,
    nonce,
    subject,
    access_token_hash,
    code_hash,
    required,
    tenant,
)


def time_of(claims: Mapping[str, Any], name: str) -> float:
    """A claim that is a point in time, in seconds since the epoch. Raises `ClaimFault`."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ClaimFault(name, "missing" if value is None else "not a number")
    if not abs(value) <= 1e12:  # the year 33658; NaN and integers beyond any float end here too
        raise ClaimFault(name, "not a point in time")
    return value


def _half_hash(token: UnverifiedToken, claims: Mapping[str, Any], name: str, text: str) -> None:
    if name not in claims:
        return
    digest = _HASHES[token.alg[-3:]](text.encode()).digest()
    expected = encoded(digest[: len(digest) // 2])
    value = claims[name]
    if not isinstance(value, str) or not hmac.compare_digest(value.encode(), expected.encode()):
        raise ClaimFault(name, "does not fit the token it came with")
