"""What a check-up found, for people in 80 columns, and for programs."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Literal

import click

from bridge.domain.finding import Finding
from bridge.settings.faults import ConfigFaults

WIDTH = 80
_MARKS = {
    "ok": ("ok", "green"),
    "note": ("note", "cyan"),
    "warning": ("warning", "yellow"),
    "failed": ("FAILED", "red"),
}
_LEVELS = ("failed", "warning", "note", "ok")
_ORDER = ("configuration", "server", "redis", "connections", "stores", "webhooks", "clock")
_INDENT = 11  # where messages begin

Status = Literal["good", "failed", "unusable"]


def as_text(findings: Sequence[Finding]) -> str:
    """Grouped by subject: the bridge itself first, then what it depends on; a summary at the end."""
    return "\n".join([*_groups(findings), summary(findings), ""])


def _groups(findings: Sequence[Finding]) -> Iterator[str]:
    groups = dict.fromkeys(group_of(one.subject) for one in findings)
    for group in sorted(groups, key=_rank):
        yield click.style(group, bold=True)
        for finding in findings:
            if group_of(finding.subject) == group:
                yield from lines(finding)
        yield ""


def lines(finding: Finding) -> Iterator[str]:
    """One finding: its message, then why it matters and what to do about it."""
    word, colour = _MARKS[finding.level]
    first, *more = _wrapped(finding.message, WIDTH - _INDENT)
    yield f"  {click.style(word.ljust(_INDENT - 2), fg=colour, bold=finding.level == 'failed')}{first}"
    yield from (" " * _INDENT + line for line in more)
    for name, text in (("why", finding.why), ("fix", finding.remedy)):
        if text:
            first, *more = _wrapped(text, WIDTH - _INDENT - 5)
            yield f"{' ' * _INDENT}{name}  {first}"
            yield from (" " * (_INDENT + 5) + line for line in more)


def line(finding: Finding) -> str:
    """One finding by itself, with its subject; its remedy stands below."""
    word, colour = _MARKS[finding.level]
    told = f"{click.style(word.ljust(7), fg=colour)}  {finding.subject}: {finding.message}"
    return f"{told}\n         -> {finding.remedy}" if finding.remedy else told


def summary(findings: Iterable[Finding]) -> str:
    """How many of each, the worst first."""
    counts = _counts(findings)
    words = {
        "failed": ("failed", "failed"),
        "warning": ("warning", "warnings"),
        "note": ("note", "notes"),
        "ok": ("ok", "ok"),
    }
    told = ", ".join(
        f"{counts[level]} {words[level][counts[level] != 1]}" for level in _LEVELS if counts[level]
    )
    worst = next((level for level in _LEVELS if counts[level]), "ok")
    verdict = {
        "failed": "Sign-ins will fail until what failed is mended.",
        "warning": "Nothing failed; read the warnings.",
    }.get(worst, "All is well.")
    return click.style(f"{told}\n{verdict}", fg=_MARKS[worst][1], bold=True)


def as_document(findings: Sequence[Finding], status: Status) -> dict[str, Any]:
    """The shape of `--json`, which stays: docs/check.md."""
    counts = _counts(findings)
    return {
        "version": 1,
        "status": status,
        "summary": {level: counts[level] for level in _LEVELS},
        "findings": [{**asdict(one), "line": None} for one in findings],
    }


def faults_document(faults: ConfigFaults) -> dict[str, Any]:
    """The same of a configuration that cannot be used: each fault a finding that names its key and line."""
    found = [Finding("failed", one.key_path or "configuration", one.message) for one in faults.faults]
    document = as_document(found, "unusable")
    for shown, fault in zip(document["findings"], faults.faults, strict=True):
        shown["line"] = fault.line
    return document


def group_of(subject: str) -> str:
    """The part of the configuration that a subject belongs to."""
    parts = subject.split(".")
    return ".".join(parts[:2]) if parts[0] in ("connections", "stores") else parts[0]


def _rank(group: str) -> tuple[int, str]:
    kind, _, name = group.partition(".")
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), name)


def _counts(findings: Iterable[Finding]) -> Counter[str]:
    return Counter(one.level for one in findings)


def _wrapped(text: str, width: int) -> list[str]:
    """Words are never broken: addresses and keys are copied from here."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
