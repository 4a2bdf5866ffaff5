"""What becomes of a batch of rows, in words for the person who wrote the file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bridge.domain.link_rows import Became, Conflict, EmailRow, LinkRow
from bridge.flows.customer_rows import RowFault
from bridge.flows.row_lines import Batch, Place


class Into(Protocol):
    """Where rows go: the map of one store, or a preview of it."""

    def links(self, rows: Sequence[LinkRow]) -> Sequence[Became]: ...

    def emails(self, rows: Sequence[EmailRow]) -> Sequence[Became]: ...


@dataclass(frozen=True, slots=True)
class Done:
    """A batch that is in, or would be."""

    end: Place
    new: int = 0
    same: int = 0
    faults: list[tuple[int, RowFault]] = field(default_factory=list)


def import_batch(batch: Batch, into: Into) -> Done:
    """Raises `Refused(STATE_UNAVAILABLE)`; then some of the batch may be in, and it can be sent again."""
    new = same = 0
    faults = list(batch.faults)
    for lines, became in (
        (batch.link_lines, into.links(batch.links) if batch.links else ()),
        (batch.email_lines, into.emails(batch.emails) if batch.emails else ()),
    ):
        fresh = became.count("new")
        old = became.count("same")
        new, same = new + fresh, same + old
        if fresh + old < len(became):
            faults += [
                (line, _conflict(one, noted=lines is batch.email_lines))
                for line, one in zip(lines, became, strict=True)
                if isinstance(one, Conflict)
            ]
    faults.sort(key=lambda fault: fault[0])
    return Done(batch.end, new, same, faults)


def _conflict(conflict: Conflict, *, noted: bool) -> RowFault:
    """What stands in the way stays; ids and digests are the operator's own."""
    if noted:
        other = conflict.customer
        return RowFault("conflict", f"the address is customer {other}'s too: nobody will be linked by it")
    if conflict.identity:
        return RowFault(
            "conflict", f"another identity of the connection holds the customer: {conflict.identity}"
        )
    return RowFault("conflict", f"the identity is linked to customer {conflict.customer}")
