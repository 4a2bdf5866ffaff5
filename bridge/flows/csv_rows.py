"""Rows of CSV (RFC 4180), as spreadsheets and exports write it.

A damaged line costs itself and no other: a quote that is never closed would else swallow the
thousand lines behind it. So a record that does not fit is given up, and reading goes on with the
very next line.
"""

import csv
from collections.abc import Sequence
from io import StringIO
from operator import itemgetter

from bridge.flows.customer_rows import COLUMNS, UNUSED, EmptyRow, RowFault, RowReader, column_of
from bridge.flows.row_lines import (
    LONGEST,
    TOO_LONG,
    TOO_LONG_FAULT,
    Batch,
    Place,
    ReadLine,
    UnusableFile,
)

SPAN = 32  # lines of one record, where newlines stand within quotes
SPAN_UNKNOWN = 0
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = (",", ";", "\t")
_NOT_CSV = RowFault("quotes", "a quote is not closed or stands in a wrong place, or a line is broken in two")
_ENCODING = RowFault("encoding", "not UTF-8")
_NUL = RowFault("nul", "holds a NUL character")


class CsvRows:
    """See `RowFormat`."""

    def __init__(self, readline: ReadLine, reader: RowReader) -> None:
        """Reads the header. Raises `UnusableFile`."""
        self._reader = reader
        head = readline(LONGEST)
        self.begin = Place(len(head), 2)
        names, self._separator = _header(head)
        columns = [column_of(name) for name in names]
        self.unused = {name for name in columns if name in UNUSED}
        self.unknown = {name for name in columns if name and name not in (*COLUMNS, *UNUSED)}
        twice = sorted({name for name in columns if name in COLUMNS and columns.count(name) > 1})
        if twice:
            raise UnusableFile(f"two columns mean {twice[0]}: take one of them out")
        self._width = len(names)
        # Behind a row's fields an empty one is put, for columns that the file does not have.
        places = [columns.index(name) if name in columns else self._width for name in COLUMNS]
        self._pick = itemgetter(*places)

    def batch(self, lines: Sequence[bytes], first: int, *, last: bool) -> Batch:
        try:
            text = b"".join(lines).decode()
            if "\0" not in text:
                records = list(
                    csv.reader(StringIO(text, newline="\n"), strict=True, delimiter=self._separator)
                )
                if len(records) == len(lines):  # each line is a record, as nearly always
                    return self._fast(records, first)
        except (UnicodeDecodeError, csv.Error):
            pass  # which line it is shows below
        return self._carefully(lines, first, last=last)

    def _fast(self, records: list[list[str]], first: int) -> Batch:
        batch = Batch(len(records))
        add, faults, read, pick, width = batch.add, batch.faults, self._reader.read, self._pick, self._width
        for line, fields in enumerate(records, first):
            try:
                if len(fields) != width:
                    self._wrong_width(fields)
                fields.append("")
                add(line, read(pick(fields)))
            except RowFault as fault:
                faults.append((line, fault))
            except EmptyRow:
                pass
        return batch

    def _carefully(self, lines: Sequence[bytes], first: int, *, last: bool) -> Batch:
        """One record after the other, given that something is wrong with some of them."""
        batch = Batch()
        while batch.taken < len(lines):
            begin = batch.taken
            batch.taken += 1
            try:
                fields, span = self._record(lines[begin : begin + SPAN])
                if not fields and span == SPAN_UNKNOWN:
                    if not last and begin + SPAN > len(lines):
                        batch.taken = begin
                        return batch  # it may end among the lines that are to come
                    raise _NOT_CSV
                if span > 1 and not self._belongs_together(fields):
                    raise _NOT_CSV
                batch.taken = begin + span
                if len(fields) != self._width:
                    self._wrong_width(fields)
                batch.add(first + begin, self._reader.read(self._pick([*_sound(fields), ""])))
            except RowFault as fault:
                batch.faults.append((first + begin, fault))
            except EmptyRow:
                pass
        return batch

    def _record(self, lines: Sequence[bytes]) -> tuple[list[str], int]:
        """The first record and how many lines it takes, if it ends within these. Raises `RowFault`."""
        if lines[0] is TOO_LONG:
            raise TOO_LONG_FAULT
        texts = (line.decode(errors="surrogateescape") for line in lines)
        reader = csv.reader(texts, strict=True, delimiter=self._separator)
        try:
            return next(reader), reader.line_num
        except csv.Error as error:
            if str(error) == "unexpected end of data":
                return [], SPAN_UNKNOWN
            raise _NOT_CSV from None

    def _belongs_together(self, fields: list[str]) -> bool:
        """Whether several lines are one record: nothing that we use has a newline within."""
        return len(fields) == self._width and "\n" not in "".join(self._pick([*fields, ""]))

    def _wrong_width(self, fields: list[str]) -> None:
        """Raises `EmptyRow` or `RowFault`."""
        if not any(fields):
            raise EmptyRow
        raise RowFault("columns", f"{len(fields)} columns, and not {self._width} as the first line has")


def _sound(fields: list[str]) -> list[str]:
    """The fields, all of them UTF-8 without NUL. Raises `RowFault`."""
    text = "".join(fields)
    if "\0" in text:
        raise _NUL
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _ENCODING from None
    return fields


def _header(head: bytes) -> tuple[list[str], str]:
    """The names of the columns, and what separates them. Raises `UnusableFile`."""
    if head.startswith(_OTHER_BOMS):
        raise UnusableFile("the file is UTF-16: save it as UTF-8")
    try:
        text = head.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise UnusableFile("the first line is not UTF-8") from None
    if "\r" in text.rstrip("\r\n"):
        raise UnusableFile("lines end in a carriage return alone: save the file with other line ends")
    for separator in _SEPARATORS:
        try:
            names = next(csv.reader([text], strict=True, delimiter=separator), [])
        except csv.Error:
            continue
        if "customer_id" in map(column_of, names):
            return names, separator
    raise UnusableFile("the first line names no column customer_id" if text.strip() else "the file is empty")
