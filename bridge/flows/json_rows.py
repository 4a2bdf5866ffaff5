"""Rows of JSON Lines: one object on each line, its members named as the columns of CSV."""

from collections.abc import Sequence
from typing import Any

from bridge.domain.strict_json import JsonFault, parse_object
from bridge.flows.customer_rows import COLUMNS, UNUSED, EmptyRow, RowFault, RowReader, column_of
from bridge.flows.row_lines import TOO_LONG, TOO_LONG_FAULT, Batch, Place

_BOM = b"\xef\xbb\xbf"
_COLUMNS = frozenset(COLUMNS)
_NOT_JSON = RowFault("json", "not one JSON object in UTF-8, with each member once")
_MANY = 100  # names of members remembered and told; each row may have others


class JsonRows:
    """See `RowFormat`."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self.begin = Place()
        self.unknown: set[str] = set()
        self.unused: set[str] = set()
        self._names: dict[str, str] = {}

    def batch(self, lines: Sequence[bytes], first: int, *, last: bool) -> Batch:  # noqa: ARG002 - a line is a row
        batch = Batch(len(lines))
        for number, line in enumerate(lines, first):
            try:
                batch.add(number, self._reader.read(self._words(line)))
            except RowFault as fault:
                batch.faults.append((number, fault))
            except EmptyRow:
                pass
        return batch

    def _words(self, line: bytes) -> list[str]:
        """What `RowReader.read` takes. Raises `EmptyRow` or `RowFault`."""
        if line is TOO_LONG:
            raise TOO_LONG_FAULT
        try:
            row = parse_object(line)
        except JsonFault:
            if not line.removeprefix(_BOM).strip():
                raise EmptyRow from None
            if not line.startswith(_BOM):
                raise _NOT_JSON from None
            return self._words(line.removeprefix(_BOM))
        if not row.keys() <= _COLUMNS:
            row = self._renamed(row)
        number = row.get("customer_id")
        if number.__class__ is int:
            row["customer_id"] = str(number)
        words = ["" if (word := row.get(name)) is None else word for name in COLUMNS]
        for name, word in zip(COLUMNS, words, strict=True):
            if word.__class__ is not str:
                raise RowFault("json", f"{name} is no text")
        return words

    def _renamed(self, row: dict[str, Any]) -> dict[str, Any]:
        """The members that are ours, by our names; of the others the names are noted."""
        found: dict[str, Any] = {}
        for name, value in row.items():
            column = self._names.get(name) or self._learn(name)
            if column in _COLUMNS:
                if column in found:
                    raise RowFault("json", f"two members mean {column}")
                found[column] = value
        return found

    def _learn(self, name: str) -> str:
        column = column_of(name)
        if len(self._names) < _MANY:
            self._names[name] = column
            if column in UNUSED:
                self.unused.add(column)
            elif column not in _COLUMNS:
                self.unknown.add(column)
        return column
