"""Each step of a story in a sentence of at most 52 characters where it can be."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.story import Step

_Facts = Mapping[str, Any]

_CHOSEN = {
    "only": "the only one of the store",
    "named": "the link names it",
    "portal": "a tile in the provider's portal",
    "domain": "its `domains` hold the e-mail's domain",
    "last": "used last in this browser",
    "first": "the first: no connection has that domain",
    "restart": "once more, the first attempt ran out",
    "bookmark": "anew, a page of the provider was bookmarked",
}
_TAKEN = {
    "fresh": "attempt found",
    "repeated": "attempt had ended before: its end is repeated",
    "expired": "no attempt under this state any more",
}
_USERINFO = {
    "always": 'asked: userinfo = "always"',
    "missing": "asked: the ID token lacks a claim",
    "enough": "not asked: the ID token holds all",
    "never": 'not asked: userinfo = "never"',
    "no_endpoint": "not asked: the provider has none",
}
_RULES = {
    "link": "a link",
    "address": "the linked address",
    "domain": "the connection's domains",
    "claim": "the claim with the customer's id",
    "email": "the e-mail address",
    "imported": "the address, as imported or noted",
    "earlier": "a customer an earlier sign-in created",
    "store_email": "a customer of the store with this address",
    "create": "a new customer",
    "created": "a new customer",
}
_OUTCOMES = {
    "found": "found",
    "none": "none",
    "several": "several",
    "stale": "found, its profile is due",
    "linked": "linked",
    "held_by_another": "held by another identity",
    "trusted": "trusted",
    "not_trusted": "not trusted",
    "off": "not allowed by the store",
    "absent": "not in the claims",
    "not_from_here": "does not count from this connection",
    "unusable": "no customer id",
    "no_such_customer": "the store has no such customer",
    "created": "created",
    "failed": "failed",
    "changed": "changed since it was linked",
    "outside": "outside",
}


def sentence(step: Step) -> str:
    """What happened. A fact that an older version did not write is left out."""
    return _SENTENCES[step.name](step.facts) if step.name in _SENTENCES else step.name


def _call(facts: _Facts) -> str:
    end = f"failed: {facts['failed']}" if facts.get("failed") else f"status {facts.get('status', '?')}"
    kind = str(facts.get("kind", "")).replace("_", " ")
    return f"{facts.get('subject', '?')}: {kind or 'call'}, {end} ({facts.get('took', '?')} ms)"


def _identity(facts: _Facts) -> str:
    claims = str(facts.get("claims", "")).replace(",", ", ") or "none known"
    others = f" and {facts['others']} more" if facts.get("others", "0") != "0" else ""
    verified = {"yes": "true", "no": "false"}.get(str(facts.get("email_verified")), "not said")
    domain = {
        "inside": "in the connection's domains",
        "outside": "OUTSIDE the connection's domains",
        "anyone": "any (no domains of its own)",
        "none": "no usable e-mail",
    }.get(str(facts.get("domain")), "?")
    named = f" ({facts['email_domain']})" if facts.get("email_domain") else ""
    return (
        f"identity {facts.get('identity', '?')}\nclaims: {claims}{others}\n"
        f"email_verified: {verified}; its domain: {domain}{named}"
    )


def _verified(facts: _Facts) -> str:
    kid = "" if facts.get("kid") == "yes" else ", no kid"
    clock = f", clock {float(facts['clock_ahead']):+.1f} s" if facts.get("clock_ahead") else ""
    return f"ID token verified: {facts.get('alg', '?')}{kid}{clock}"


def _returned(facts: _Facts) -> str:
    brought = "an error" if facts.get("answer") == "error" else "a code"
    way = " by form_post" if facts.get("form_post") == "yes" else ""
    return f"came back with {brought}{way}, after {facts.get('away', '?')} s at the provider"


def _tried(facts: _Facts) -> str:
    rule, outcome = str(facts.get("rule")), str(facts.get("outcome"))
    return f"{_RULES.get(rule, rule)}: {_OUTCOMES.get(outcome, outcome)}"


def _chosen(facts: _Facts) -> str:
    by = str(facts.get("by"))
    return f"connection {facts.get('connection', '?')}: {_CHOSEN.get(by, by)}"


def _sent(facts: _Facts) -> str:
    again = ", who is to ask who this is" if facts.get("asks_again") == "yes" else ""
    return f"sent to the provider{again}"


def _profile(facts: _Facts) -> str:
    what = "profile written" if facts.get("what") == "update" else "customer looked up"
    left = f", {facts['left']} left as they were" if facts.get("left", "0") not in ("0", "") else ""
    return f"{what}: {facts.get('outcome', '?')}{left}"


_SENTENCES: dict[str, Callable[[_Facts], str]] = {
    "chosen": _chosen,
    "asked_shopper": lambda facts: f"the shopper was asked: {facts.get('connections', '?')} connections",
    "sent": _sent,
    "call": _call,
    "returned": _returned,
    "taken": lambda facts: _TAKEN.get(str(facts.get("how")), "?"),
    "code_exchanged": lambda facts: f"code exchanged, by secret or key number {facts.get('credential', '?')}",
    "kid_unknown": lambda _: "no key held verifies it: newer keys are asked for",
    "id_token_verified": _verified,
    "userinfo": lambda facts: f"userinfo {_USERINFO.get(str(facts.get('why')), '?')}",
    "identity": _identity,
    "tried": _tried,
    "profile": _profile,
    "minted": lambda facts: f"platform token minted, good for {facts.get('expires_in', '?')} s",
    "handed_over": lambda facts: f"handed over to the storefront ({facts.get('delivery', '?')})",
    "token_asked": lambda facts: (
        f"storefront asked by {facts.get('grant', '?')} ({facts.get('client', '?')})"
    ),
    "token_given": lambda facts: f"token given, good for {facts.get('expires_in', '?')} s",
}
