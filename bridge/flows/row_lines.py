"""Lines of a file of any size and in any state, some thousands at a time, and the rows that stand in them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import NamedTuple, Protocol

from bridge.domain.link_rows import EmailRow, LinkRow
from bridge.flows.customer_rows import RowFault

#: Lines, so that many rows of a batch are neighbours in Redis: with a thousand an import takes twice as long.
BATCH = 10_000
_AT_ONCE, _ENOUGH = 1000, 4_000_000  # lines, and bytes after which a batch has no more of them
LONGEST = 65_536  # bytes of a line; a longer one is skipped without being held
#: Stands for a line that is too long. No UTF-8, so that it is never read by mistake.
TOO_LONG = b"\xff too long \xff\n"
TOO_LONG_FAULT = RowFault("too_long", f"the line is longer than {LONGEST:,} bytes")

#: At most so many bytes of a line; nothing at the end of the file.
ReadLine = Callable[[int], bytes]


class UnusableFile(Exception):
    """No row can be read at all; the text says why."""


class Place(NamedTuple):
    """The beginning of a line."""

    offset: int = 0  # bytes
    line: int = 1


BEGINNING = Place()


@dataclass(slots=True)
class Batch:
    """Rows to be imported, with their line numbers, and those that cannot be."""

    taken: int = 0  # lines
    end: Place = BEGINNING  # where the next batch begins
    links: list[LinkRow] = field(default_factory=list)
    link_lines: list[int] = field(default_factory=list)
    emails: list[EmailRow] = field(default_factory=list)
    email_lines: list[int] = field(default_factory=list)
    faults: list[tuple[int, RowFault]] = field(default_factory=list)

    def add(self, line: int, row: LinkRow | EmailRow) -> None:
        if row.__class__ is LinkRow:
            self.links.append(row)
            self.link_lines.append(line)
        else:
            self.emails.append(EmailRow(row[0], row[1]))
            self.email_lines.append(line)

    @property
    def rows(self) -> int:
        return len(self.links) + len(self.emails) + len(self.faults)


class RowFormat(Protocol):
    """CSV or JSON Lines."""

    begin: Place  # of the first row
    unknown: set[str]  # columns that mean nothing here, as far as seen
    unused: set[str]  # that are known, and not used

    def batch(self, lines: Sequence[bytes], first: int, *, last: bool) -> Batch:
        """What stands in these lines, the first of which has the number `first`.

        Lines at the end may be left for the next batch, where more follow; `taken` says how many were not.
        """
        ...


def batches(readline: ReadLine, rows: RowFormat, begin: Place) -> Iterator[Batch]:
    """All batches from a place on, to which `readline` was brought before."""
    offset, number = begin
    lines: list[bytes] = []
    sizes: list[int] = []
    last = False
    while not last:
        fresh, last = _some(readline)
        for line, size in _whole(fresh, readline):
            lines.append(line)
            sizes.append(size)
        batch = rows.batch(lines, number, last=last)
        offset, number = offset + sum(sizes[: batch.taken]), number + batch.taken
        batch.end = Place(offset, number)
        del lines[: batch.taken], sizes[: batch.taken]
        yield batch


def _some(readline: ReadLine) -> tuple[list[bytes], bool]:
    """The next lines, or pieces of such that are too long, and whether they are the last."""
    pieces: list[bytes] = []
    size = 0
    while len(pieces) < BATCH and size < _ENOUGH:
        few = list(islice(iter(partial(readline, LONGEST), b""), _AT_ONCE))
        pieces += few
        if len(few) < _AT_ONCE:
            return pieces, True
        size += sum(map(len, few))
    return pieces, False


def _whole(pieces: list[bytes], readline: ReadLine) -> Iterator[tuple[bytes, int]]:
    """Lines with their sizes; of those that came in pieces, because they are too long, the size alone."""
    length = 0
    for piece in pieces:
        if len(piece) == LONGEST and piece[-1] != 10:
            length += LONGEST
        elif length:
            yield TOO_LONG, length + len(piece)
            length = 0
        else:
            yield piece, len(piece)
    if length:  # it goes on beyond what was read so far
        while piece := readline(LONGEST):
            length += len(piece)
            if piece[-1] == 10:
                break
        yield TOO_LONG, length
