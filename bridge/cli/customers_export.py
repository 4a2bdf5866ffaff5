"""`bridge customers export`: every link and every noted address of a store, as import takes them."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import config_option
from bridge.cli.customer_options import customer_map, store_option, stores_of

if TYPE_CHECKING:
    from bridge.wiring.customers import CustomerMap


@click.command()
@store_option
@config_option
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format jsonl.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Standard output by default.",
)
def export(store: str, config_path: Path | None, form: str, as_json: bool, output: Path | None) -> None:
    """Export every link and address of a store.

    In the form that import takes. Redis holds digests in place of issuer, subject and address, so an
    export names nobody: in it `identity` and `email_digest` stand for them. Imported elsewhere it signs
    the same people in, with the same evidence and times.

    A row may come twice while people sign in. Exit status: 0 written, 1 Redis cannot be asked or the
    file not be written, 2 the configuration is unusable.
    """
    with customer_map(config_path) as opened, ExitStack() as stack:
        stores_of(opened, store)
        moved = opened.links.migrate()[0]  # what older versions wrote is exported as well
        if moved:
            click.echo(f"{moved:,} links of an older version were moved first", err=True)
        from bridge.flows.customer_rows import EXPORTED

        file = stack.enter_context(output.open("w", encoding="utf-8", newline="")) if output else sys.stdout
        bar = click.progressbar(
            _rows(opened, store), label="export", file=sys.stderr, show_pos=True, width=0,
            hidden=not (sys.stderr.isatty() and output), update_min_steps=10_000,
        )  # fmt: skip
        rows = stack.enter_context(bar)
        if as_json or form == "jsonl":
            for row in rows:
                words = {name: word for name, word in zip(EXPORTED, row, strict=True) if word}
                file.write(json.dumps(words) + "\n")
        else:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(EXPORTED)
            writer.writerows(rows)


def _rows(opened: "CustomerMap", store: str) -> Iterator[tuple[str, ...]]:
    """Words in the order of `EXPORTED`."""
    from bridge.domain.utc import utc

    times: dict[int, str] = {}
    for row in opened.links.all_links(store):
        when = times.get(row.created_at)
        if when is None:
            when = utc(row.created_at)
            if len(times) < 100_000:
                times[row.created_at] = when
        yield row.customer, row.connection, row.identity, "", row.evidence, when
    for noted in opened.links.all_emails(store):
        yield noted.customer, "", "", noted.email, "", ""
