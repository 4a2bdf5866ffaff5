"""What `bridge customers` tells of people, for people and for programs. Times are UTC, ISO 8601."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bridge.domain.pending import PendingCase
from bridge.domain.utc import utc
from bridge.flows.by_hand import About
from bridge.flows.erasing import Forgotten


def about_json(about: About) -> dict[str, Any]:
    """One customer; `customer` is empty where an identity has none."""
    return {
        "store": about.store,
        "customer": about.customer,
        "identity": about.identity,
        "links": [{**asdict(one), "linked_at": utc(one.linked_at)} for one in about.links],
        "sessions": sum(one.sessions for one in about.links),
        "blocked": about.blocked,
        "pending": [case_json(case) for case in about.pending],
    }


def about_text(about: About) -> str:
    """The same for people."""
    return "\n".join(_about(about))


def _about(about: About) -> Iterator[str]:
    if about.customer:
        yield f"customer {about.customer} of {about.store}"
    else:
        yield f"{about.identity} has no customer in {about.store}"
    for one in about.links:
        yield f"    {one.connection}: {one.identity}"
        yield f"        linked     {utc(one.linked_at)}, evidence: {one.evidence}"
        yield f"        sessions   {one.sessions}"
    if about.customer and not about.links:
        yield "    nobody is linked"
    if about.blocked:
        yield "    blocked"
    for case in about.pending:
        yield "    pending case " + case_text(case).replace("\n", "\n    ")


def ref_of(case: PendingCase) -> str:
    """What approve and reject take: the identity's digest, with a dot where it would look like an option."""
    digest = case.identity.digest
    return f".{digest[1:]}" if digest.startswith("-") else digest


def case_json(case: PendingCase) -> dict[str, Any]:
    """One case. `ref` is what approve and reject take."""
    return {
        "ref": ref_of(case),
        "store": case.store,
        "connection": case.connection,
        "issuer": case.identity.issuer,
        "subject": case.identity.subject,
        "reason": case.reason.value,
        "candidates": [one.id for one in case.candidates],
        "first": utc(case.first),
        "last": utc(case.last),
        "times": case.times,
        "rejected": case.rejected,
    }


def case_text(case: PendingCase) -> str:
    """The same for people. A subject is the provider's word, and of printable ASCII."""
    told = f"{case.times} times, last {utc(case.last)}"
    reason = f"{case.reason.value}{' (rejected)' if case.rejected else ''}"
    return "\n".join(
        [
            f"{ref_of(case)}  {case.store}: {reason}",
            f"    who        {case.identity.subject} at {case.identity.issuer} ({case.connection})",
            f"    could be   {', '.join(one.id for one in case.candidates) or 'nobody known'}",
            f"    asked      {told}",
        ]
    )


def forgotten_text(gone: Forgotten) -> str:
    """What was forgotten."""
    counts = asdict(gone)
    if not any(counts.values()):
        return "Nothing was known of this person."
    names = {
        "links": "links", "emails": "addresses", "sessions": "sessions", "outcomes": "outcomes and codes",
        "pending": "pending cases", "events": "audit events",
    }  # fmt: skip
    told = [f"{counts[name]:,} {words}" for name, words in names.items() if counts[name]]
    return f"Forgotten: {', '.join(told)}."
