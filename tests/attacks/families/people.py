"""Userinfo and claims about people: whose e-mail is believed, and what becomes of names."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.attacks.browser import Page
from tests.attacks.case import ACCEPTED, Case, either, refused, table
from tests.attacks.hostile.plan import DOMAIN, GONE, VICTIM, Edit, Plan, Raw, Turn
from tests.attacks.hostile.wire import body, status
from tests.attacks.visit import Visit
from tests.attacks.walks import sign_in_with

INVALID = refused("userinfo_invalid")
UNTRUSTED = refused("email_not_trusted")
DISTRUSTED = refused("email_not_trusted", "email_outside_domains", "userinfo_invalid", "id_token_invalid")


def says(edit: Edit) -> Plan:
    """By userinfo alone."""
    return Plan(userinfo=edit)


def email(value: object) -> Plan:
    return Plan(userinfo={"email": value})


def verified(value: object) -> Plan:
    return Plan(userinfo={"email_verified": value})


def in_the_token(edit: Edit) -> Plan:
    """By the ID token, so that userinfo is not needed."""
    honest: Edit = {"email": own, "email_verified": True, "name": "Hanna Honest"}
    return Plan(claims={**honest, **edit})


def own(turn: Turn) -> str:
    return turn.email


def of_mine(change: Callable[[str], object]) -> Callable[[Turn], object]:
    return lambda turn: change(turn.email)


SUB: dict[str, object] = {
    "other": "another",
    "missing": GONE,
    "null": None,
    "empty": "",
    "number": 7,
    "list": lambda turn: [turn.subject],
    "upper-case": lambda turn: turn.subject.upper(),
    "trailing-space": lambda turn: turn.subject + " ",
    "nul": lambda turn: turn.subject + "\0",
    "unicode-twin": lambda turn: turn.subject.replace("o", "\u043e"),
}
TWINS: dict[str, bytes] = {
    "sub": b'"sub":"another"',
    "email": b'"email":"mark@acme.example"',
    "email-verified": b'"email_verified":true',
}
#: Each must neither link the victim nor make a customer.
EMAILS: dict[str, object] = {
    "missing": GONE,
    "null": None,
    "empty": "",
    "number": 7,
    "true": True,
    "list": [VICTIM],
    "object": {"value": VICTIM},
    "other-domain": "person@elsewhere.example",
    "sub-domain": f"person@sub.{DOMAIN}",
    "domain-as-sub-domain": f"person@{DOMAIN}.evil.example",
    "domain-as-suffix": f"person@evil{DOMAIN}",
    "two-at": f"mark@evil.example@{DOMAIN}",
    "two-at-reversed": f"mark@{DOMAIN}@evil.example",
    "no-at": DOMAIN,
    "nothing-before-at": f"@{DOMAIN}",
    "nothing-behind-at": "mark@",
    "kelvin-sign": f"mar\u212a@{DOMAIN}",
    "long-s": f"per\u017fon@{DOMAIN}",
    "fullwidth": f"\uff4dark@{DOMAIN}",
    "fullwidth-at": f"mark\uff20{DOMAIN}",
    "fullwidth-dot": "mark@acme\uff0eexample",
    "cyrillic": f"m\u0430rk@{DOMAIN}",
    "dotless-i-domain": "person@acme.exam\u0131ple",
    "combining": f"mark\u0301@{DOMAIN}",
    "zero-width": f"ma\u200brk@{DOMAIN}",
    "soft-hyphen": f"ma\u00adrk@{DOMAIN}",
    "right-to-left": f"\u202ekram@{DOMAIN}",
    "newline": f"mark@{DOMAIN}\n",
    "header": f"mark@{DOMAIN}\r\nBcc: evil@evil.example",
    "nul": f"mark\0@{DOMAIN}",
    "nul-at-the-end": f"mark@{DOMAIN}\0",
    "space-in-front": f" mark@{DOMAIN}",
    "space-at-the-end": f"mark@{DOMAIN} ",
    "tab": f"mark\t@{DOMAIN}",
    "quoted": f'"mark"@{DOMAIN}',
    "quoted-at": f'"mark@{DOMAIN},x"@{DOMAIN}',
    "comment": f"mark(comment)@{DOMAIN}",
    "display-name": f"Mark <mark@{DOMAIN}>",
    "comma-list": f"person@{DOMAIN},mark@{DOMAIN}",
    "semicolon-list": f"person@{DOMAIN};mark@{DOMAIN}",
    "percent-route": f"mark%evil.example@{DOMAIN}",
    "bang-path": f"evil.example!mark@{DOMAIN}",
    "dot-at-the-end-of-domain": f"mark@{DOMAIN}.",
    "two-dots": f"mark..x@{DOMAIN}",
    "dot-in-front": f".mark@{DOMAIN}",
    "address-literal": "mark@[127.0.0.1]",
    "numeric-domain": "mark@127.0.0.1",
    "mailto": f"mailto:mark@{DOMAIN}",
    "300-characters": f"{'m' * 290}@{DOMAIN}",
    "100-kilobytes": f"{'m' * 100_000}@{DOMAIN}",
    "punycode-domain": "mark@xn--acme-example",
    "lone-surrogate": Raw(r'"mark\ud800@acme.example"'),
    "wildcard": f"*@{DOMAIN}",
    "sql": f"mark'OR'1'='1@{DOMAIN}",
}
PERMITTED_ODD = ("percent-route", "bang-path", "wildcard", "sql", "mailto")
NOT_VERIFIED: dict[str, object] = {
    "missing": GONE,
    "null": None,
    "false": False,
    "text-false": "false",
    "text-yes": "yes",
    "text-1": "1",
    "empty": "",
    "one": 1,
    "one-point-zero": 1.0,
    "list": [True],
    "object": {"verified": True},
    "text-true-with-space": "true ",
}
VERIFIED: dict[str, object] = {"true": True, "text": "true", "capital": "True", "upper": "TRUE"}
#: The token names one address, userinfo another: a verification belongs to the address it came with.
CROSSED: dict[str, Plan] = {
    "verified-by-userinfo-for-another": Plan(claims={"email": VICTIM}, userinfo={"email": own}),
    "verified-by-token-without-address": Plan(
        claims={"email_verified": True}, userinfo={"email": VICTIM, "email_verified": GONE}
    ),
    "verified-false-in-token": Plan(claims={"email_verified": False}),
    "verified-false-in-token-same-address": Plan(claims={"email": own, "email_verified": False}, userinfo={}),
    "verified-false-in-userinfo": Plan(claims={"email": own}, userinfo={"email_verified": False}),
    "address-null-in-token": Plan(claims={"email": None}, userinfo={"email_verified": GONE}),
}
NAMES: dict[str, object] = {
    "long": "N" * 10_000,
    "long-words": "word " * 5000,
    "control": "Han\0na\r\nX-Injected: 1\x1b[31m\x7f",
    "right-to-left": "\u202eHonest\u202c \u2067Hanna\u2069",
    "zero-width": "\u200b\u200d\ufeff",
    "html": "<script>alert(1)</script>",
    "template": "{{7*7}} ${7*7} <%= 7 %>",
    "formula": '=HYPERLINK("http://evil.example")',
    "lone-surrogate": Raw(r'"Han\ud800na"'),
    "surrogate-pair": Raw(r'"\ud83d\ude00"'),
    "noncharacter": "\uffff\ufdd0",
    "private-use": "\ue000\U0010ffff",
    "stacked-marks": "Z" + "\u0301" * 5000,
    "line-separator": "Han\u2028na",
    "empty": "",
    "spaces": "   ",
    "ideographic-space": "\u3000",
    "list": ["Hanna"],
    "object": {"en": "Hanna"},
    "number": 7,
    "true": True,
    "null": None,
    "emoji-of-many": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 200,
}
NAME_CLAIMS = {"given-name": "given_name", "family-name": "family_name", "name": "name"}


def named(claim: str, *, token: bool) -> Callable[[object], Plan]:
    """One name is odd, and the others are missing."""

    def plan(value: object) -> Plan:
        edit = {"name": GONE, claim: value}
        return in_the_token(edit) if token else says(edit)

    return plan


def twin(text: bytes) -> Plan:
    return Plan(replies={"userinfo": body(lambda honest: honest[:-1] + b"," + text + b"}")})


def nobody_new(visit: Visit, _end: Page) -> None:
    """No customer was made or linked by this case."""
    assert not visit.shop.customers.find(emails=[visit.room.blank.email]), "a customer was made"


def two_subjects(visit: Visit) -> Page:
    """The same e-mail for two people of one provider, one after the other."""
    first = sign_in_with(visit, visit.browser())
    assert first.status == 303, f"the first: {first}"
    return sign_in_with(visit, visit.browser())


def numbered(turn: Turn) -> str:
    return f"person {turn.number}"


def asserted(value: object) -> Plan:
    return Plan(userinfo={"email_verified": value})


def _settings(trust: str) -> dict[str, Any]:
    return {"email_trust": trust}


CASES: list[Case] = [
    *table("userinfo-sub", INVALID, lambda sub: Plan(userinfo={"sub": sub}), SUB),
    *table("userinfo-status", INVALID, lambda code: Plan(replies={"userinfo": status(code)}),
           {str(code): code for code in (400, 401, 403, 405)}),
    *table("userinfo-twin", INVALID, twin, TWINS),
    *table("email", DISTRUSTED, email, {name: it for name, it in EMAILS.items() if name not in PERMITTED_ODD},
           check=nobody_new),
    *table("email-in-token", DISTRUSTED, lambda it: in_the_token({"email": it}),
           {name: it for name, it in EMAILS.items() if name not in (*PERMITTED_ODD, "missing")}, check=nobody_new),
    *table("verified", UNTRUSTED, verified, NOT_VERIFIED, check=nobody_new),
    *table("verified-in-token", UNTRUSTED, lambda it: in_the_token({"email_verified": it}),
           {name: it for name, it in NOT_VERIFIED.items() if name != "missing"}, check=nobody_new),
    *table("verified-good", ACCEPTED, verified, VERIFIED),
    *table("verified-good-in-token", ACCEPTED, lambda it: in_the_token({"email_verified": it}), VERIFIED),
    *table("crossed", UNTRUSTED, lambda plan: plan, CROSSED, check=nobody_new),
    *table("asserted", UNTRUSTED, asserted, {"false": False, "text-false": "false", "zero": 0},
           settings=_settings("asserted"), check=nobody_new),
    *table("asserted-good", ACCEPTED, asserted, {"missing": GONE, "null": None, "true": True},
           settings=_settings("asserted")),
    *table("asserted-crossed", UNTRUSTED, lambda plan: plan, {
        "false-in-token": Plan(claims={"email_verified": False}, userinfo={"email_verified": GONE}),
        "false-in-userinfo": Plan(claims={"email": own}, userinfo={"email": GONE, "email_verified": False}),
    }, settings={**_settings("asserted"), "userinfo": "always"}, check=nobody_new),
    *(replace(case, checks_email=False) for case in table("email-odd", either("email_not_trusted", "email_outside_domains"), email,
      {name: it for name, it in EMAILS.items() if name in PERMITTED_ODD})),
    *table("never", UNTRUSTED, asserted, {"true": True}, settings=_settings("never"), check=nobody_new),
    *table("email-good", ACCEPTED, email,
           {"upper-case": of_mine(str.upper), "domain-upper-case": of_mine(lambda it: it.replace("acme", "ACME"))}),
    *(case for label, claim in NAME_CLAIMS.items() for case in
      table(label, either("userinfo_invalid"), named(claim, token=False), NAMES)),
    *(case for label, claim in NAME_CLAIMS.items() for case in
      table(f"{label}-in-token", either("id_token_invalid"), named(claim, token=True), NAMES)),
    Case(name="email-of-another-subject", verdict=refused("customer_already_linked"),
         walk=two_subjects, plan=Plan(claims={"sub": numbered}, userinfo={"sub": numbered})),
    Case(name="same-subject-twice", verdict=ACCEPTED, walk=two_subjects),
]  # fmt: skip
