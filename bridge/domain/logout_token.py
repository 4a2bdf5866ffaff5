"""The checks of a logout token, pure, in the order in which they are made.

OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6. As with ID tokens the signature comes last, so
that a token that is wrong in any other way cannot make us fetch keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.domain.connection import Connection
from bridge.domain.id_token import ClaimFault, SignatureCheck, time_of
from bridge.domain.issuers import tenants_issuer
from bridge.domain.jws import UnverifiedToken
from bridge.domain.quoting import url_name

EVENT = "http://schemas.openid.net/event/backchannel-logout"
#: Seconds. A provider sends it at once, and again for a while where we could not be reached.
MAX_AGE = 600
#: Seconds ahead; section 4 recommends two minutes. What is good for longer could be kept for later.
MAX_LIFETIME = 86400
_LONGEST = 255  # characters of a name; a sub may have no more (Core 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLogout:
    """What a connection expects of its provider's logout tokens."""

    connection: Connection
    algorithms: tuple[str, ...]
    now: float  # seconds since the epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutNotice:
    """Whose sessions a provider ended: `sub` or `sid` may be empty, never both."""

    issuer: str  # as `IdentityKey` has it
    sub: str
    sid: str
    jti: str


Check = Callable[[UnverifiedToken, Mapping[str, Any], ExpectedLogout], None]


def verify_logout(
    token: UnverifiedToken, expected: ExpectedLogout, signature: SignatureCheck
) -> LogoutNotice:
    """What `token` says, once every check passed; whether its jti was seen before is the caller's question.

    `signature` is called last, and raises when no pinned key of the provider fits. Raises `ClaimFault`.
    """
    claims = token.unverified_claims
    for check in CHECKS:
        check(token, claims, expected)
    signature(token)
    return LogoutNotice(
        issuer=issuers_of(expected.connection)[claims["iss"]],
        sub=claims.get("sub", ""),
        sid=claims.get("sid", ""),
        jti=claims["jti"],
    )


def algorithm(token: UnverifiedToken, _claims: Mapping[str, Any], expected: ExpectedLogout) -> None:
    """Section 2.6 rule 2 and RFC 8725 3.1: as for ID tokens; never "none", never an HMAC."""
    if token.alg not in expected.algorithms:
        raise ClaimFault("alg", f"not one of {', '.join(expected.algorithms)}")


def critical(token: UnverifiedToken, _claims: Mapping[str, Any], _expected: ExpectedLogout) -> None:
    """RFC 7515 4.1.11: we understand no extension."""
    if "crit" in token.header:
        raise ClaimFault("crit", "the token needs an extension")


def token_type(token: UnverifiedToken, _claims: Mapping[str, Any], _expected: ExpectedLogout) -> None:
    """Section 2.4: `logout+jwt` is recommended and not required; any other type is another kind of token."""
    typ = token.header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in ("jwt", "logout+jwt"):
        raise ClaimFault("typ", "this is another kind of token")


def event(_token: UnverifiedToken, claims: Mapping[str, Any], _expected: ExpectedLogout) -> None:
    """Section 2.6 rule 5: what makes it a logout token. Its value is an object, empty as a rule."""
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise ClaimFault("events", "no back-channel logout event")


def no_nonce(_token: UnverifiedToken, claims: Mapping[str, Any], _expected: ExpectedLogout) -> None:
    """Section 2.6 rule 7: a token with a nonce is an ID token, used in the wrong place."""
    if "nonce" in claims:
        raise ClaimFault("nonce", "a logout token has none")


def issuer(_token: UnverifiedToken, claims: Mapping[str, Any], expected: ExpectedLogout) -> None:
    """Rule 3, by exact comparison."""
    iss = claims.get("iss")
    if not isinstance(iss, str) or iss not in issuers_of(expected.connection):
        raise ClaimFault("iss", f"expected {expected.connection.issuer}, got {url_name(iss)}")


def audience(_token: UnverifiedToken, claims: Mapping[str, Any], expected: ExpectedLogout) -> None:
    """Rule 3: it is for us; whom else it tells does no harm here."""
    aud = claims.get("aud")
    values = [aud] if isinstance(aud, str) else aud
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise ClaimFault("aud", "not a string or an array of strings")
    if expected.connection.client_id not in values:
        raise ClaimFault("aud", f"does not name {expected.connection.client_id}")


def issued_at(_token: UnverifiedToken, claims: Mapping[str, Any], expected: ExpectedLogout) -> None:
    """Rule 3: one that was kept for long must end no session that began since."""
    iat, tolerance = time_of(claims, "iat"), expected.connection.clock_tolerance
    if iat > expected.now + tolerance:
        raise ClaimFault("iat", f"lies {iat - expected.now:.0f} s in the future")
    if iat < expected.now - MAX_AGE - tolerance:
        raise ClaimFault("iat", f"issued {expected.now - iat:.0f} s ago")


def expiry(_token: UnverifiedToken, claims: Mapping[str, Any], expected: ExpectedLogout) -> None:
    """Rule 3; left out only where the connection says that its provider does (drafts had no exp)."""
    if "exp" not in claims and expected.connection.logout_tokens_without_exp:
        return
    exp, tolerance = time_of(claims, "exp"), expected.connection.clock_tolerance
    if exp <= expected.now - tolerance:
        raise ClaimFault("exp", f"expired {expected.now - exp:.0f} s ago")
    if exp > expected.now + MAX_LIFETIME:
        raise ClaimFault("exp", "lies more than a day ahead")
    if exp <= time_of(claims, "iat"):
        raise ClaimFault("exp", "the token expired before it was issued")


def not_before(_token: UnverifiedToken, claims: Mapping[str, Any], expected: ExpectedLogout) -> None:
    """RFC 7519 4.1.5."""
    if "nbf" in claims and time_of(claims, "nbf") > expected.now + expected.connection.clock_tolerance:
        raise ClaimFault("nbf", "not valid yet")


def token_id(_token: UnverifiedToken, claims: Mapping[str, Any], _expected: ExpectedLogout) -> None:
    """Section 2.4: without it nobody could tell that it was used before (rule 8)."""
    _text(claims, "jti", required=True)


def whose(_token: UnverifiedToken, claims: Mapping[str, Any], _expected: ExpectedLogout) -> None:
    """Rule 4: a sub, a sid, or both."""
    if not (_text(claims, "sub") | _text(claims, "sid")):
        raise ClaimFault("sub", "neither sub nor sid")


def tenant(_token: UnverifiedToken, claims: Mapping[str, Any], expected: ExpectedLogout) -> None:
    """What stands beside a tenant's issuer must not name another tenant."""
    template = expected.connection.issuer_template
    if template and "tid" in claims and tenants_issuer(template, str(claims["tid"]).lower()) != claims["iss"]:
        raise ClaimFault("tid", "is not the issuer's")


CHECKS: tuple[Check, ...] = (
    algorithm, critical, token_type, event, no_nonce, issuer, audience, issued_at, expiry, not_before,
    token_id, whose, tenant,
)  # fmt: skip


def issuers_of(connection: Connection) -> Mapping[str, str]:
    """What the provider may call itself, and what we call it."""
    if connection.issuer_template:
        tenants = (tenants_issuer(connection.issuer_template, tenant) for tenant in connection.tenants)
        return {name: name for name in tenants}
    return dict.fromkeys((connection.issuer, *connection.issuer_aliases), connection.issuer)


def _text(claims: Mapping[str, Any], name: str, *, required: bool = False) -> bool:
    """Whether a name is there. Raises `ClaimFault` for what is no name."""
    if name not in claims and not required:
        return False
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise ClaimFault(name, "missing" if value is None else f"not a text of 1 to {_LONGEST} characters")
    return True
