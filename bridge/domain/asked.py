"""What was asked for must be answered: the checks of verified claims against the request, in a table.

The request passed through the browser, where anybody may have taken a parameter out of it, and a provider
may ignore what it does not know. So nothing that was asked for counts as done before the answer says so.
Run after `verify`: these claims are the provider's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.domain.asking import Asking, Value
from bridge.domain.id_token import ClaimFault, VerifiedClaims, time_of
from bridge.domain.refusal import Reason, Refused

#: Claims that say how a person proved who they are.
_OF_AUTHENTICATION = frozenset({"acr", "amr", "auth_time"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one attempt asked for."""

    asking: Asking
    parameters: Mapping[str, str]  # of the provider's own making, as sent
    sent_at: int  # seconds since the epoch
    now: float  # seconds since the epoch
    tolerance: int  # seconds


Check = Callable[[VerifiedClaims, Asked], None]


def check_asked(claims: VerifiedClaims, asked: Asked) -> None:
    """Raises `Refused` unless the ID token answers everything that was asked for."""
    for check in CHECKS:
        check(claims, asked)


def recent_sign_in(claims: VerifiedClaims, asked: Asked) -> None:
    """Core 2, 3.1.2.1 and 3.1.3.7 rule 13: with max_age the token says when, and it was not too long ago.

    Counted from the request, as the provider does: who then takes long over a second factor is no older.
    """
    if asked.asking.max_age is not None:
        _not_before(_auth_time(claims, asked), asked.sent_at - asked.asking.max_age, asked)


def prompted_sign_in(claims: VerifiedClaims, asked: Asked) -> None:
    """Core 3.1.2.1: with prompt = login the person signs in anew, so an older `auth_time` belies it.

    Providers need not send the claim for a prompt; only max_age makes them (0 for every time).
    """
    if "login" in asked.asking.prompt and "auth_time" in claims:
        _not_before(_auth_time(claims, asked), asked.sent_at, asked)


def authentication_class(claims: VerifiedClaims, asked: Asked) -> None:
    """Core 3.1.3.7 rule 12. Providers may take acr_values for a wish; who configures them does not."""
    if asked.asking.acr_values and not fits(claims.get("acr"), asked.asking.acr_values):
        raise Refused(Reason.AUTHENTICATION_INSUFFICIENT, "acr: none of acr_values")


def claims_asked_for(claims: VerifiedClaims, asked: Asked) -> None:
    """Core 5.5.1: providers may leave out even essential claims; a `sub` asked for binds always."""
    for name, wish in asked.asking.claims.get("id_token", {}).items():
        if not wish or not (wish.get("essential") or name == "sub"):
            continue
        reason = Reason.AUTHENTICATION_INSUFFICIENT if name in _OF_AUTHENTICATION else Reason.CLAIM_REQUIRED
        if claims.get(name) is None:
            raise Refused(reason, f"{name}: missing from the ID token")
        if name == "auth_time":
            _auth_time(claims, asked)
        wanted = wish.get("values", [wish["value"]] if "value" in wish else [])
        if wanted and not fits(claims[name], wanted):
            raise Refused(reason, f"{name}: not a value that was asked for")


def organization(claims: VerifiedClaims, asked: Asked) -> None:
    """Auth0's Organizations: without this comparison a member of any organization would do.

    By its id (`org_…`), or by its name, which Auth0 writes in lower case.
    """
    wanted = asked.parameters.get("organization")
    if wanted is None:
        return
    by_id = wanted.startswith("org_")
    found = claims.get("org_id" if by_id else "org_name")
    if not isinstance(found, str) or found != (wanted if by_id else wanted.lower()):
        raise Refused(
            Reason.ORGANIZATION_MISMATCH, f"{'org_id' if by_id else 'org_name'}: not the one asked for"
        )


def hosted_domain(claims: VerifiedClaims, asked: Asked) -> None:
    """Google: the parameter `hd` is a hint only, the claim is what counts; `*` stands for any Workspace."""
    wanted = asked.parameters.get("hd")
    if wanted is None:
        return
    found = claims.get("hd")
    if not isinstance(found, str) or not found or wanted.lower() not in ("*", found.lower()):
        raise Refused(Reason.ORGANIZATION_MISMATCH, "hd: not the domain asked for")


CHECKS: tuple[Check, ...] = (
    recent_sign_in,
    prompted_sign_in,
    authentication_class,
    claims_asked_for,
    organization,
    hosted_domain,
)


def check_required(claims: Mapping[str, Any], asking: Asking) -> None:
    """Raises `Refused(CLAIM_REQUIRED)` unless ID token and userinfo together hold what is demanded."""
    for name, wanted in asking.required_claims.items():
        if not fits(claims.get(name), wanted):
            missing = claims.get(name) is None
            raise Refused(
                Reason.CLAIM_REQUIRED, f"{name}: {'missing' if missing else 'not a value demanded'}"
            )


def lacks(claims: VerifiedClaims, asking: Asking) -> bool:
    """Whether userinfo may still tell something that is demanded, or was asked of it by name."""
    wanted = (*asking.required_claims, *asking.claims.get("userinfo", ()))
    return any(name not in claims for name in wanted)


def fits(found: object, wanted: Iterable[Value]) -> bool:
    """Whether a claim, or one member of a claim that is a list, is one of `wanted`: true is not 1."""
    held = found if isinstance(found, list) else [found]
    return any(type(one) is type(value) and one == value for one in held for value in wanted)


def _auth_time(claims: VerifiedClaims, asked: Asked) -> float:
    try:
        value = time_of(claims, "auth_time")
    except ClaimFault as fault:
        raise Refused(Reason.AUTHENTICATION_INSUFFICIENT, str(fault)) from None
    if value > asked.now + asked.tolerance:
        raise Refused(Reason.AUTHENTICATION_INSUFFICIENT, "auth_time: lies in the future")
    return value


def _not_before(auth_time: float, earliest: int, asked: Asked) -> None:
    if auth_time < earliest - asked.tolerance:
        # A number of any length may stand in the token, so it is not shown.
        raise Refused(Reason.AUTHENTICATION_INSUFFICIENT, "auth_time: the sign-in is too long ago")
