"""What `bridge audit` prints."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, TextIO

import click

from bridge.domain.audit_chain import Event, Seal, order
from bridge.domain.audit_verify import Verdict
from bridge.domain.utc import utc

#: Columns of CSV; all other fields stand in the last one, as JSON.
_COLUMNS = ("event", "reference", "store", "connection", "identity", "customer", "reason", "detail", "by")


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """For JSON."""
    return {
        "holds": verdict.holds,
        "problems": [asdict(problem) for problem in verdict.problems],
        "more_problems": verdict.more,
        "events": verdict.events,
        "erased": verdict.erased,
        "unsealed": verdict.unsealed,
        "unsealed_since": _at(verdict.unsealed_since),
        "seals": verdict.seals,
        "other_keys": verdict.other_keys,
        "anchor": _seal(verdict.anchor),
        "head": _seal(verdict.head),
        "noted_head_found": verdict.expected_head,
    }


def verdict_text(verdict: Verdict) -> str:
    """For people."""
    return "".join(f"{line}\n" for line in _lines(verdict))


def writer_of(form: str, to: TextIO) -> Callable[[Event], object]:
    """Writes one event after the other."""
    if form == "csv":
        table = csv.writer(to)
        table.writerow(["id", "at", *_COLUMNS, "more"])

        def row(event: Event) -> None:
            known = [event.fields.get(name, "") for name in _COLUMNS]
            more = {name: value for name, value in event.fields.items() if name not in _COLUMNS}
            # A cell that begins so is a formula to spreadsheets.
            cells = [f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in known]
            table.writerow([event.id, _at(event.id), *cells, json.dumps(more) if more else ""])

        return row
    return lambda event: to.write(
        json.dumps({"id": event.id, "at": _at(event.id), **event.fields}, ensure_ascii=False) + "\n"
    )


def _lines(verdict: Verdict) -> Iterator[str]:
    for problem in verdict.problems:
        where = problem.at if problem.at.startswith("seal") else f"{problem.at} ({_at(problem.at)})"
        yield click.style(f"{problem.kind}: ", fg="red") + f"{where}: {problem.told}"
    if verdict.more:
        yield f"and {verdict.more:,} problems more"
    if verdict.expected_head is False:
        yield click.style("The chain does not hold the seal that was noted.", fg="red")
    if verdict.anchor is None or verdict.head is None:
        yield "Nothing is sealed yet: a running bridge seals about once a second."
        yield f"{verdict.unsealed:,} events are not sealed."
        return
    if verdict.holds:
        yield click.style("The audit is as it was sealed.", fg="green")
    yield f"{verdict.events:,} events in {verdict.seals:,} seals, {verdict.erased:,} erased."
    if verdict.anchor.before:
        told = f"The oldest seal kept is number {verdict.anchor.number}, of {utc(verdict.anchor.at)}:"
        yield f"{told} older ones were let go,"
        yield "and what they sealed cannot be proven here any more."
    if verdict.other_keys:
        yield f"{verdict.other_keys:,} seals are by keys that left cookie_keys; later ones vouch for them."
    if verdict.unsealed:
        yield f"{verdict.unsealed:,} events since {_at(verdict.unsealed_since)} are not sealed yet."
    yield f"Head: {verdict.head.hash} (number {verdict.head.number}, {utc(verdict.head.at)})"


def _seal(seal: Seal | None) -> dict[str, Any] | None:
    if seal is None:
        return None
    return {"number": seal.number, "at": utc(seal.at), "hash": seal.hash, "key": seal.key}


def _at(identifier: str) -> str:
    return utc(order(identifier)[0] / 1000) if identifier else ""
