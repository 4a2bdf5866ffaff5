"""Who is right: every page and every request of a case against its verdict."""

import base64
import json
from typing import Any

from tests.attacks.browser import Page
from tests.attacks.visit import Visit

SLOWEST = 11.0  # seconds for any answer of the bridge
#: Refusals that must come before the provider hears of the code.
BEFORE_THE_CODE = {
    "callback_malformed", "wrong_connection", "cookie_missing", "other_browser", "issuer_mismatch",
    "access_denied", "idp_error", "attempt_expired",
}  # fmt: skip


class Misjudged(AssertionError):
    """The bridge did something else than it must."""


def judge(visit: Visit, end: Page) -> None:
    """Raises `Misjudged`."""
    for hop in visit.bridge_hops:
        _well_behaved(hop)
    case, verdict = visit.case, visit.case.verdict
    ending = _ending(visit, end)
    allowed = {
        "signed in": verdict.accept,
        "begun anew": verdict.restart,
        "nothing done": verdict.empty,
    }.get(ending, ending in verdict.codes)
    _must(allowed, f"ended with: {ending}; must be: {verdict}")
    room = visit.room
    _must(not room.faults, f"the bridge broke a rule at the provider: {room.faults}")
    _must(not [one for one in room.seen if one.thief], "the bridge went where a hostile provider sent it")
    verified = sum(signed_in(visit, hop) for hop in visit.hops)
    if ending == "id_token_invalid":
        _must(room.count("userinfo") <= verified, "userinfo was called though the ID token was not verified")
    if ending in BEFORE_THE_CODE:
        _must(room.count("token") <= verified, "the code was redeemed though the answer was not checked")
    if case.check is not None:
        case.check(visit, end)


def customer_of(visit: Visit, end: Page) -> Any:
    """The store's customer in the login token of a page."""
    claims = login_claims(end)
    return visit.shop.customers.get(claims["customer_id"])


def login_claims(end: Page) -> dict[str, Any]:
    part = end.location.rpartition("/login/token/")[2].split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def signed_in(visit: Visit, end: Page) -> bool:
    return end.status == 303 and end.location.startswith(f"{visit.store_url}/login/token/")


def _ending(visit: Visit, end: Page) -> str:
    if end.status == 204:
        return "nothing done"
    if end.refusal and end.status >= 400:
        return end.refusal
    if signed_in(visit, end):
        _at_the_store(visit, end)
        return "signed in"
    if end.status == 303 and end.location.startswith(visit.room.blank.home + "/authorize"):
        return "begun anew"
    return f"something else: {end}"


def _at_the_store(visit: Visit, end: Page) -> None:
    """The store takes the token once, for the right person, whose record is clean."""
    page = visit.browser().get(end.location)
    _must(page.status == 302 and page.location == "/cart", f"the store did not accept the token: {page}")
    _must(end.headers.get("Cache-Control") == "no-store", "the answer with the token may be stored")
    _must(end.headers.get("Referrer-Policy") == "no-referrer", "the token may leak by the Referer")
    customer = customer_of(visit, end)
    if visit.case.checks_email:
        wanted = visit.room.blank.email
        _must(customer.email == wanted, f"signed in as {customer.email}, not as {wanted}")
    for text in (customer.first_name, customer.last_name):
        clean = text.isprintable() and 0 < len(text.strip()) <= 100
        _must(clean, f"the customer was created as {text[:60]!r}")


def _well_behaved(hop: Page) -> None:
    _must(hop.status < 500 or bool(hop.refusal), f"a bare error: {hop}")
    _must(hop.status != 500 and hop.refusal != "internal_error", f"a fault of the bridge itself: {hop}")
    _must(hop.seconds < SLOWEST, f"too slow: {hop}")
    if hop.refusal:
        _must("text/html" in hop.headers.get("Content-Type", "") or not hop.text, "a refusal is a page")
        _must(
            "default-src 'none'" in hop.headers.get("Content-Security-Policy", ""), "a page without a policy"
        )


def _must(truth: bool, otherwise: str) -> None:
    if not truth:
        raise Misjudged(otherwise)
