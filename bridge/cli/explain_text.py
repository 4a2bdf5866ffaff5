"""An account for an operator: for people in 80 columns, and for programs."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from bridge.cli.explain_fixes import guide, meanings, places
from bridge.cli.explain_steps import sentence
from bridge.domain.decision import Account, Record
from bridge.domain.handbook import HANDBOOK
from bridge.domain.refusal import Reason
from bridge.domain.utc import utc
from bridge.idp.consoles import console_of

_WIDTH = 79
_KEPT = (
    "The provider showed an error of its own and kept them. It does where the redirect URI is not"
    " registered ({uris}) or the person may not use the client ({people})."
)
_ELSEWHERE = (
    "They came back in another browser, or without cookies: then a refusal cookie_missing or other_browser"
    " has this reference in the log, and stands above as long as its record is kept."
)
_TITLES = {
    "begun": "At /login",
    "signed_in": "At the callback",
    "token": "At /token",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the configuration adds to an account."""

    make: str = ""  # of its connection
    platform: str = ""  # of its store
    lifetime: int = 900  # seconds of an attempt
    now: float = 0.0
    successor: str = ""  # the attempt that began in its place


def as_document(account: Account, setting: Setting) -> dict[str, Any]:
    """The account for JSON."""
    last, reason = account.last, reason_of(account.last)
    return {
        "reference": account.reference,
        "end": account.end,
        "at": utc(account.began),
        "store": account.store,
        "connection": account.connection,
        "identity": account.identity,
        "customer": account.customer,
        "reason": last.reason,
        "detail": last.detail,
        "successor": setting.successor,
        "records": [
            {
                "at": utc(record.at),
                "kind": record.kind,
                "steps": [
                    {"name": step.name, "ms": step.ms, "facts": dict(step.facts), "text": sentence(step)}
                    for step in record.steps
                ],
            }
            for record in account.records
        ],
        "cause": reason.words.cause if reason else "",
        "remedy": reason.words.remedy if reason else "",
        "seen": meanings(reason, last.detail) if reason else _away(account, setting),
        "where": list(places(reason, setting.make, setting.platform)) if reason else [],
        "documents": list(guide(reason, setting.make)) if reason else [],
    }


def as_text(account: Account, setting: Setting) -> str:
    """The account for people."""
    return "".join(f"{line}\n" for line in _lines(account, setting))


def as_line(account: Account) -> str:
    """One line of a list."""
    end = account.last.reason or {"away": "not back", "signed_in": "signed in"}.get(account.end, account.end)
    where = f"{account.store}, {account.connection}" if account.connection else account.store
    return f"{utc(account.began)}  {account.reference}  {where:<24.24}  {end}"


def reason_of(record: Record) -> Reason | None:
    """None for one that a later version knows."""
    try:
        return Reason(record.reason) if record.reason else None
    except ValueError:
        return None


def _lines(account: Account, setting: Setting) -> Iterator[str]:
    colour = {"signed_in": "green", "refused": "red"}.get(account.end, "yellow")
    yield f"{account.reference}  " + click.style(_end(account, setting), fg=colour)
    yield f"{utc(account.began)}, store {account.store or '?'}, connection {_connection(account, setting)}"
    if account.identity:
        customer = account.customer or "none"
        yield f"identity {account.identity}, customer {customer}"
    for record in account.records:
        yield ""
        yield f"{_title(record)}, {utc(record.at)[11:19]}"
        yield from _steps(record)
        if record.kind == "signed_in":
            if not any(step.name == "tried" for step in record.steps):
                yield "            a link: found"
            yield f"            signed in as customer {record.customer or '?'}"
        if record.reason:
            yield from _wrapped(f"refused: {record.reason}", 12)
    yield ""
    yield from _why(account, setting)


def _title(record: Record) -> str:
    names = {step.name for step in record.steps}
    if record.kind in ("refused", "stray"):
        return (
            "At /token" if "token_asked" in names else "At the callback" if "returned" in names else "Refused"
        )
    return _TITLES[record.kind]


def _steps(record: Record) -> Iterator[str]:
    for step in record.steps:
        first, *more = sentence(step).split("\n")
        head, *rest = textwrap.wrap(first, _WIDTH - 12) or [""]
        yield f"{step.ms:>8.1f} ms {head}"
        for line in (*rest, *more):
            yield from _wrapped(line, 12)
    if record.kind == "token":
        yield "            the storefront redeemed its code"


def _why(account: Account, setting: Setting) -> Iterator[str]:
    last, reason = account.last, reason_of(account.last)
    if reason is None:
        if account.end == "signed_in":
            yield "Nothing was wrong: the sign-in went through."
        else:
            for line in _away(account, setting):
                yield from _wrapped(f"- {line}", 0, 2)
        return
    yield from _wrapped(f"Why: {reason.words.cause}", 0, 5)
    if last.detail:
        yield from _wrapped(f"Seen: {last.detail}", 0, 6)
    for meaning in meanings(reason, last.detail):
        yield from _wrapped(f"- {meaning}", 2, 2)
    yield from _wrapped(f"Fix: {reason.words.remedy}", 0, 5)
    for place in places(reason, setting.make, setting.platform):
        yield from _wrapped(f"-> {place}", 2, 3)
    entry = HANDBOOK.get(reason.value)
    if entry:
        yield from _wrapped(f"Left: {entry.happened}", 0, 6)
        if entry.settings:
            keys = ", ".join(_own(key, account) for key in entry.settings)
            yield from _wrapped(f"Settings: {keys}", 0, 10)
    yield f"More: docs/{', docs/'.join(guide(reason, setting.make))}"


def _own(key: str, account: Account) -> str:
    """A key of the handbook, with the names of this account in it."""
    for table, name in (("connections", account.connection), ("stores", account.store)):
        if name:
            key = key.replace(f"{table}.NAME", f"{table}.{name}")
    return key


def _end(account: Account, setting: Setting) -> str:
    if account.end == "signed_in":
        return "signed in"
    if account.end == "away":
        ago = duration(setting.now - account.began)
        if setting.successor:
            return f"came back too late; began anew as {setting.successor}"
        if setting.now - account.began < setting.lifetime:
            return f"left for the provider {ago} ago, and is not back yet"
        return f"left for the provider {ago} ago and never came back"
    return f"refused: {account.last.reason}"


def _away(account: Account, setting: Setting) -> list[str]:
    """Why somebody may not have come back. Empty where they did."""
    if account.end != "away":
        return []
    console = console_of(setting.make)
    if setting.successor:
        return [f"`bridge explain {setting.successor}` tells how it went on."]
    waiting = setting.now - account.began < setting.lifetime
    return [
        *(["They may still be signing in: a password, a second factor, a help desk."] if waiting else []),
        "They closed the page, went back, or had no account there: nothing to mend.",
        _KEPT.format(uris=console.redirect_uris, people=console.assignment),
        _ELSEWHERE,
        "The bridge could not be reached from their browser when they came back: a proxy, a firewall.",
    ]


def _connection(account: Account, setting: Setting) -> str:
    name = account.connection or "?"
    return f"{name} ({setting.make})" if setting.make else name


def duration(seconds: float) -> str:
    """Roughly, for people."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count != 1 else ''}"
    count = max(0, int(seconds))
    return f"{count} second{'s' if count != 1 else ''}"


def _wrapped(text: str, indent: int, hanging: int = 0) -> Iterator[str]:
    clean = "".join(character if character.isprintable() else "?" for character in text)
    yield from textwrap.wrap(
        clean, _WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + hanging),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
