"""What an import tells: rows that failed, how far it is, and how it ended."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bridge.cli.import_run import Ended
    from bridge.flows.customer_rows import RowFault


class Report:
    """To standard error for people; as JSON Lines to standard output for programs."""

    def __init__(self, *, show: int, as_json: bool) -> None:
        self.errors: IO[str] | None = None
        self._left = show
        self._as_json = as_json

    def faults(self, faults: Iterable[tuple[int, "RowFault"]]) -> None:
        """Rows that failed, with their lines."""
        for line, fault in faults:
            if self.errors is None and self._left < 0:
                return
            told = json.dumps({"line": line, "error": fault.code, "message": fault.message})
            if self.errors is not None:
                self.errors.write(told + "\n")
            self._left -= 1
            if self._left < -1:
                continue
            if self._left < 0:
                if not self._as_json:
                    more = "" if self.errors else "; --errors FILE tells all"
                    self._say(f"and more, not shown here{more}")
            elif self._as_json:
                click.echo(told)
            else:
                self._say(f"line {line}: {fault.message}")

    def columns(self, unknown: Iterable[str], unused: Iterable[str]) -> None:
        """Once: what of the file is not used."""
        if names := sorted(unused):
            self._say(f"not used: {', '.join(names)} (profiles come from the provider)")
        if names := sorted(repr(name[:40]) for name in unknown):
            more = f" and {len(names) - 10} more" if len(names) > 10 else ""
            self._say(f"columns passed over: {', '.join(names[:10])}{more}")

    def note(self, text: str) -> None:
        self._say(text)

    def end(self, ended: "Ended", *, dry_run: bool) -> None:
        """How it ended."""
        if self._as_json:
            click.echo(json.dumps({**asdict(ended), "dry_run": dry_run}))
            return
        would = "would be " if dry_run else ""
        rows = ended.new + ended.same + ended.failed
        speed = f", {rows / ended.seconds:,.0f}/s" if rows >= 1000 else ""
        click.echo(
            f"{rows:,} rows in {ended.seconds:.1f} s{speed}: {ended.new:,} {would}new, "
            f"{ended.same:,} there already, {ended.failed:,} failed"
        )
        if ended.stopped:
            self._say(f"Stopped before line {ended.line:,}{ended.stopped}")

    def _say(self, text: str) -> None:
        if sys.stderr.isatty():
            click.echo(
                "\r\x1b[K", nl=False, err=True
            )  # in place of the progress bar, which draws itself anew
        click.echo(text, err=True)
