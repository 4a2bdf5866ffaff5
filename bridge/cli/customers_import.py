"""`bridge customers import`: a file of any size, row by row, telling of each that did not go in."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import config_option
from bridge.cli.customer_options import customer_map, json_option, store_option, stores_of

if TYPE_CHECKING:
    from bridge.cli.import_run import Ended


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@store_option
@config_option
@click.option("--connection", default="", metavar="NAME", help="Of rows that name none.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="Found out by default.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; write nothing.")
@click.option("--resume", is_flag=True, help="Go on where the last import of this file stopped.")
@click.option(
    "--errors",
    "errors_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write every row that failed there, as JSON Lines.",
)
@click.option(
    "--show", type=click.IntRange(min=0), default=20, show_default=True, help="Failed rows told of here."
)
@json_option
def import_(
    file: Path,
    store: str,
    config_path: Path | None,
    connection: str,
    form: str | None,
    dry_run: bool,
    resume: bool,
    errors_path: Path | None,
    show: int,
    as_json: bool,
) -> None:
    """Import links and addresses from FILE.

    CSV with a header row, or JSON Lines; - reads standard input. Columns: customer_id, and either issuer
    and subject (a link) or email (the first trusted identity with that address may be linked);
    connection, where several have the issuer; and those of an export. Names and groups are passed over:
    profiles come from the provider.

    A row that cannot go in is told of with its line, and the rest goes in. Nothing that stands is changed:
    an import may be repeated. A dry run compares the first 250,000 new rows with each other, and all rows
    with what stands in Redis.

    Exit status: 0 all rows are in, 1 some are not or it was stopped, 2 the configuration is unusable.
    """
    if resume and (dry_run or str(file) == "-"):
        raise click.UsageError("--resume goes with a file that is imported: not with -, nor with --dry-run.")
    with customer_map(config_path) as opened, ExitStack() as stack:
        stores_of(opened, store)
        names = [one.name for one in opened.connections[store]]
        if connection and connection not in names:
            raise click.BadParameter(
                f"the store has no such connection; there are: {', '.join(names)}", param_hint="--connection"
            )
        from bridge.cli.import_report import Report
        from bridge.cli.import_run import ImportRun
        from bridge.flows.row_lines import UnusableFile

        stream = sys.stdin.buffer if str(file) == "-" else stack.enter_context(file.open("rb"))
        report = Report(show=show, as_json=as_json)
        if errors_path is not None:
            report.errors = stack.enter_context(errors_path.open("a" if resume else "w", encoding="utf-8"))
        run = ImportRun(opened, store, stream, report, connection=connection, dry_run=dry_run)
        try:
            ended = run.run(form or _form(file), resume=resume)
        except UnusableFile as fault:
            raise click.ClickException(f"{file}: {fault}") from None
        report.end(ended, dry_run=dry_run)
        if not dry_run:
            opened.note("imported", store=store, failed=str(ended.failed))
    sys.exit(_status(ended))


def _form(file: Path) -> str:
    return {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}.get(file.suffix.lower(), "")


def _status(ended: "Ended") -> int:
    return 1 if ended.failed or ended.stopped else 0
