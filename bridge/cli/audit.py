"""`bridge audit`: whether the audit is as it was written, and all of it for an archive."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import config_option, settings_or_exit

if TYPE_CHECKING:
    from bridge.domain.audit_verify import Verdict
    from bridge.wiring.audit import AuditReading

_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def audit() -> None:
    """What happened, sealed so that changes show."""


@contextmanager
def _opened(config_path: Path | None) -> Iterator["AuditReading"]:
    settings = settings_or_exit(config_path)
    import time

    from bridge.domain.refusal import Refused
    from bridge.wiring.audit import wire_audit

    opened = wire_audit(settings, now=time.time)
    try:
        yield opened
    except Refused as refused:
        raise click.ClickException(f"{refused.reason.words.cause} ({refused.detail})") from None
    finally:
        opened.close()


@audit.command()
@config_option
@click.option("--head", default="", metavar="HASH", help="The chain must hold this seal, noted elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(config_path: Path | None, head: str, as_json: bool) -> None:
    """Compare every event with its seal, and every seal with the one before.

    Found are events that were altered, removed, inserted or reordered, seals that were altered, and a chain
    that is broken or forked. Told as well: what is not sealed yet, what was erased for a person's sake, and
    the oldest seal kept, which is where retention lets the proof begin.

    Exit status: 0 all is as it was sealed, 1 it is not or Redis cannot be asked, 2 the configuration is
    unusable.
    """
    from bridge.cli.audit_text import verdict_document, verdict_text

    with _opened(config_path) as opened:
        verdict = _verdict(opened, head)
        if verdict.problems:  # retention may have let go of what was read first: once more, by newer seals
            verdict = _verdict(opened, head)
    if as_json:
        click.echo(json.dumps(verdict_document(verdict), indent=2))
    else:
        click.echo(verdict_text(verdict), nl=False)
    sys.exit(0 if verdict.holds else 1)


def _verdict(opened: "AuditReading", head: str) -> "Verdict":
    from bridge.domain.audit_verify import Problem, graves_of, verify

    # In this order: what is erased or sealed meanwhile is then known here, or not looked at.
    forged: list[Problem] = []
    seals = opened.log.seals()
    graves, old = graves_of(opened.log.events(), opened.keys, forged)
    verdict = verify(opened.log.events(), seals, graves, opened.keys, noted=head)
    verdict.other_keys += old
    verdict.problems.extend(forged)
    return verdict


@audit.command()
@config_option
@click.option("--since", type=_TIME, metavar="TIME", help="From then on; UTC, 2026-11-22 or with T10:00:00Z.")
@click.option("--until", type=_TIME, metavar="TIME", help="Before then.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
def export(config_path: Path | None, since: datetime | None, until: datetime | None, form: str) -> None:
    """Print events, oldest first.

    Any number of them in little memory. The newest seal's hash goes to standard error at the end: note
    it elsewhere, and `bridge audit verify` tells later whether the chain still holds it.

    Exit status: 0 all printed, 1 Redis cannot be asked, 2 the configuration is unusable.
    """
    from bridge.cli.audit_text import writer_of

    start, end = _milliseconds(since, "-"), _milliseconds(until, "+")
    if until is not None:
        end = f"({end}-0"
    with _opened(config_path) as opened:
        write = writer_of(form, sys.stdout)
        count = 0
        for count, event in enumerate(opened.log.events(start, end), 1):  # noqa: B007 - told at the end
            write(event)
        head = opened.log.head()
    click.echo(f"{count:,} events. Head: {head.hash if head else 'nothing is sealed yet'}", err=True)


def _milliseconds(at: datetime | None, otherwise: str) -> str:
    from datetime import UTC

    return str(int(at.replace(tzinfo=UTC).timestamp() * 1000)) if at else otherwise
