"""One import under way: read, sent, counted, marked."""

import hashlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import IO, TYPE_CHECKING, NoReturn

import click

from bridge.cli.import_report import Report
from bridge.cli.import_sending import Sending
from bridge.domain.customer_ports import ImportMarks
from bridge.domain.refusal import Refused
from bridge.flows.csv_rows import CsvRows
from bridge.flows.customer_import import Done
from bridge.flows.customer_rows import RowReader
from bridge.flows.json_rows import JsonRows
from bridge.flows.row_lines import BEGINNING, Place, RowFormat, batches
from bridge.wiring.customers import CustomerMap

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar  # click has no public name for it

MARK_EVERY = 2.0  # seconds
_ENDS = 1 << 20  # bytes of a file's beginning and end by which it is known again


@dataclass(slots=True)
class Ended:
    """How far an import came."""

    new: int = 0
    same: int = 0
    failed: int = 0
    line: int = 1  # the next
    seconds: float = 0.0
    stopped: str = ""  # why, and what to do; empty where all was read


class ImportRun:
    """Of one file into one store."""

    def __init__(
        self,
        opened: CustomerMap,
        store: str,
        stream: IO[bytes],
        report: Report,
        *,
        connection: str,
        dry_run: bool,
    ) -> None:
        self._map = opened
        self._store = store
        self._stream = stream
        self._report = report
        self._into = opened.preview(store) if dry_run else opened.into(store)
        self._connection = connection
        self._seekable = stream.seekable()
        self._marks: ImportMarks | None = None if dry_run or not self._seekable else opened.marks
        self._marked = time.monotonic()
        self._place = BEGINNING
        self._file = ""

    def run(self, form: str, *, resume: bool) -> Ended:
        """`form`: csv, jsonl, or empty to find out. Raises `UnusableFile`, `Refused` before it begins."""
        rows = self._rows(form)
        self._report.columns(rows.unknown, rows.unused)
        told = len(rows.unknown), len(rows.unused)
        size = self._know_again()
        begin = self._resumed(rows.begin) if resume else rows.begin
        if self._seekable:
            self._stream.seek(begin.offset)
        self._place = begin
        ended, began = Ended(line=begin.line), time.monotonic()
        try:
            with _stoppable(), self._bar(size, begin.offset) as bar:
                for done in Sending(self._into).sent(batches(self._stream.readline, rows, begin)):
                    self._count(ended, done)
                    bar.update(done.end.offset - self._place.offset)
                    self._mark(done.end)
        except KeyboardInterrupt:
            ended.stopped = self._to_go_on(". ")
        except Refused as refused:
            ended.stopped = self._to_go_on(f": {refused.reason.words.cause} ({refused.detail}) ")
        ended.seconds = time.monotonic() - began
        self._leave(stopped=bool(ended.stopped))
        if told != (len(rows.unknown), len(rows.unused)):
            self._report.columns(rows.unknown, rows.unused)
        return ended

    def _resumed(self, begin: Place) -> Place:
        mark = self._map.marks.get(self._store, self._file)
        if mark is None:
            self._report.note("no import of this file was stopped: it begins at the beginning")
            return begin
        self._report.note(f"goes on at line {mark[1]:,}")
        return Place(*mark)

    def _rows(self, form: str) -> RowFormat:
        reader = RowReader(
            self._map.connections[self._store],
            default=self._connection,
            now=int(time.time()),
            is_customer_id=self._map.customer_ids[self._store],
            email_digest=self._map.email_digest,
        )
        if (form or self._guess()) == "jsonl":
            return JsonRows(reader)
        return CsvRows(self._stream.readline, reader)

    def _guess(self) -> str:
        """No name of a column begins with a brace."""
        peek = getattr(self._stream, "peek", None)
        head = peek(64) if peek else b""
        return "jsonl" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"

    def _know_again(self) -> int:
        """Learns what the file is known again by; its size in bytes, 0 where it cannot be told."""
        if not self._seekable:
            return 0
        size = self._stream.seek(0, os.SEEK_END)
        known = hashlib.sha256(f"{size}\0{self._connection}\0".encode())
        for where in (0, max(0, size - _ENDS)):
            self._stream.seek(where)
            known.update(self._stream.read(_ENDS))
        self._file = known.hexdigest()[:32]
        return size

    def _count(self, ended: Ended, done: Done) -> None:
        ended.new += done.new
        ended.same += done.same
        ended.failed += len(done.faults)
        ended.line = done.end.line
        if done.faults:
            self._report.faults(done.faults)

    def _mark(self, place: Place) -> None:
        self._place = place
        if self._marks is not None and time.monotonic() - self._marked > MARK_EVERY:
            with suppress(Refused):  # the rows themselves tell soon enough whether Redis is there
                self._marks.put(self._store, self._file, place.offset, place.line)
            self._marked = time.monotonic()

    def _leave(self, *, stopped: bool) -> None:
        """Keeps the place, or forgets it where all was read."""
        if self._marks is None:
            return
        try:
            if stopped:
                self._marks.put(self._store, self._file, self._place.offset, self._place.line)
            else:
                self._marks.drop(self._store, self._file)
        except Refused:
            self._report.note("Redis cannot keep the place; some seconds of work will be repeated.")

    def _to_go_on(self, why: str) -> str:
        hint = "Go on with --resume." if self._marks is not None else "Rows that are in do no harm again."
        return f"{why}{hint}"

    def _bar(self, size: int, done: int) -> "ProgressBar[int]":
        """On a terminal only."""
        hidden = not (size and sys.stderr.isatty())
        bar: ProgressBar[int] = click.progressbar(
            length=size or 1, label="import", file=sys.stderr, hidden=hidden, update_min_steps=1 << 20
        )
        bar.update(done)
        return bar


@contextmanager
def _stoppable() -> Iterator[None]:
    """A request to end is the same as Ctrl-C: it must not lose the place."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
