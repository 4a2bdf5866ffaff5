"""What a test of a connection showed: for people and for programs. No token and no secret is in it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import click

from bridge.cli.dry_fixes import FIXES
from bridge.domain.dry_sign_in import Seen
from bridge.domain.finding import Finding
from bridge.domain.refusal import Reason, Refused
from bridge.flows.dry_mapping import Foreseen

#: A compact JWS or JWE: some providers put tokens of others into claims.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){0,2}")
_NAMED = re.compile(r"(token|secret|password)\Z", re.IGNORECASE)
_HIDDEN = "(not shown)"
_WOULD = {
    "linked": "is linked to customer {}",
    "claim": "would be linked to customer {}, by the claim",
    "email": "would be linked to customer {}, by the trusted e-mail address",
    "created": "would be linked to customer {}, whom an earlier sign-in created",
    "create": "a customer would be created",
}


@dataclass(slots=True)
class Report:
    """Filled in as the test goes on."""

    connection: str
    findings: list[Finding] = field(default_factory=list)
    seen: Seen | None = None  # None: nobody came
    refused: Refused | None = None
    timed_out: int = 0  # seconds
    clock_ahead: float | None = None  # seconds
    credentials: int = 0  # how many there are
    stores: list[Foreseen] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether this person would have been signed in everywhere."""
        bad = any(finding.level == "failed" for finding in self.findings)
        bad = bad or any(one.outcome == "refused" for one in self.stores)
        return not (bad or self.refused or self.timed_out)


def as_document(report: Report) -> dict[str, Any]:
    """The report for JSON."""
    seen = report.seen
    return {
        "connection": report.connection,
        "good": report.good,
        "findings": [asdict(finding) for finding in report.findings],
        "timed_out": bool(report.timed_out),
        "refused": _fault(report.refused.reason, report.refused.detail, _fix(report))
        if report.refused
        else None,
        "checks": {"passed": seen.passed, "failed": seen.failed} if seen else None,
        "id_token": {"header": seen.header, "claims": _shown(seen.id_token)} if seen else None,
        "userinfo": _shown(seen.userinfo) if seen and seen.userinfo is not None else None,
        "credential": seen.credential if seen else 0,
        "clock_ahead": None if report.clock_ahead is None else round(report.clock_ahead, 1),
        "stores": [_mapping(one) for one in report.stores],
    }


def as_text(report: Report) -> str:
    """The report for people, without the findings, which were shown at once."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    seen = report.seen
    if seen:
        yield ""
        yield f"Passed: {', '.join(seen.passed) or 'nothing'}"
    if report.refused:
        at = f" at the check: {seen.failed}" if seen and seen.failed else ""
        yield click.style(f"FAILED{at}", fg="red")
        yield from _why(report.refused.reason, report.refused.detail, _fix(report))
    if report.timed_out:
        yield click.style(f"FAILED: nothing came within {report.timed_out} s", fg="red")
        yield "         -> See what the browser shows. An error at the provider: its page says why (redirect"
        yield "            URI, scopes, assignment). At the bridge: the reference leads to its log line."
    if seen:
        yield from _claims(seen)
        if report.clock_ahead is not None:
            yield f"Clock: the provider's is {report.clock_ahead:+.1f} s from ours"
        if seen.credential:
            yield f"Credential: number {seen.credential} of {report.credentials} was accepted"
    for one in report.stores:
        if one.reason is None:
            yield f"Store {one.store}: {_WOULD[one.outcome].format(_clean(one.customer))}"
        else:
            yield click.style(f"Store {one.store}: would refuse", fg="red") + f" ({one.reason.value})"
            yield from _why(one.reason, one.detail)
    if seen:
        yield "Nobody was signed in, and nothing was written."


def _fix(report: Report) -> str:
    """The remedy of the check that failed, where the reason's own words are for many checks."""
    vague = report.refused is not None and report.refused.reason is Reason.ID_TOKEN_INVALID
    return FIXES.get(report.seen.failed, "") if report.seen and vague else ""


def _why(reason: Reason, detail: str, fix: str = "") -> Iterator[str]:
    yield f"         {reason.value}: {reason.words.cause}" + (f" ({_clean(detail)})" if detail else "")
    yield f"         -> {fix or reason.words.remedy}"


def _claims(seen: Seen) -> Iterator[str]:
    if seen.id_token:
        yield f"ID token, {', '.join(f'{name} {_value(value)}' for name, value in seen.header.items())}:"
        yield from _table(seen.id_token)
    if seen.userinfo is not None:
        yield "Userinfo:"
        yield from _table(seen.userinfo)


def _table(claims: Mapping[str, Any]) -> Iterator[str]:
    for name, value in _shown(claims).items():
        yield f"    {_clean(name):<18} {_value(value)}"


def _shown(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _HIDDEN if value and _NAMED.search(name) else _without_tokens(value)
        for name, value in claims.items()
    }


def _without_tokens(value: Any) -> Any:
    if isinstance(value, str):
        return _HIDDEN if value.count(".") in (2, 4) and _is_token(value) else value
    if isinstance(value, list):
        return [_without_tokens(one) for one in value]
    if isinstance(value, dict):
        return _shown(value)
    return value


def _is_token(value: str) -> bool:
    return value.startswith("eyJ") and bool(_TOKEN.fullmatch(value))


def _value(value: object) -> str:
    return _clean(json.dumps(value, ensure_ascii=False))


def _clean(text: str) -> str:
    """A stranger's words on an operator's terminal: nothing that moves the cursor or turns the text round."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)


def _mapping(one: Foreseen) -> dict[str, Any]:
    fault = _fault(one.reason, one.detail) if one.reason else None
    return {"store": one.store, "outcome": one.outcome, "customer": one.customer, "refused": fault}


def _fault(reason: Reason, detail: str, fix: str = "") -> dict[str, str]:
    words = reason.words
    return {"reason": reason.value, "detail": detail, "cause": words.cause, "remedy": fix or words.remedy}
