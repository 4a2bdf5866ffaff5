"""`bridge check`: the configuration read, every dependency asked once."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import config_option, settings_or_exit

if TYPE_CHECKING:
    from bridge.domain.finding import Finding

_MARKS = {"ok": ("ok     ", "green"), "warning": ("warning", "yellow"), "failed": ("FAILED ", "red")}


@click.command()
@config_option
@click.option("--offline", is_flag=True, help="Read the configuration only; ask nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(config_path: Path | None, offline: bool, as_json: bool) -> None:
    """Report all faults, then ask every dependency once.

    Asked are Redis, each provider's metadata and keys, each store's API and its clock. Each client
    secret or key is tried with a code that was made up: a provider that logs failed exchanges will
    have one line for each.

    Exit status: 0 good, 1 a check failed, 2 the configuration is unusable.
    """
    settings = settings_or_exit(config_path)
    from bridge.domain.finding import Finding
    from bridge.flows.check_up import check_up
    from bridge.wiring.bridge import wire

    findings = [
        Finding(
            "ok", "configuration", f"{len(settings.connections)} connections, {len(settings.stores)} stores"
        )
    ]
    if settings.server.development:
        findings.append(
            Finding(
                "warning",
                "server.development",
                "true: http is allowed, cookies lose Secure",
                "Never in production.",
            )
        )
    if not offline:
        bridge = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
        findings += check_up(bridge.checks(), time.monotonic)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            show(finding)
    sys.exit(1 if any(finding.level == "failed" for finding in findings) else 0)


def show(finding: "Finding") -> None:
    """A finding and its remedy, for people."""
    mark, colour = _MARKS[finding.level]
    click.echo(f"{click.style(mark, fg=colour)}  {finding.subject}: {finding.message}")
    if finding.remedy:
        click.echo(f"         -> {finding.remedy}")
