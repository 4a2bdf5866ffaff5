"""`bridge check`: the doctor. The configuration read, every dependency asked once, all remedies named."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import UNUSABLE, config_option, settings_or_exit

if TYPE_CHECKING:
    from bridge.domain.finding import Finding
    from bridge.settings import Settings


@click.command()
@config_option
@click.option("--offline", is_flag=True, help="Read the configuration only; ask nobody.")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings as well.")
@click.option(
    "--customer",
    "customers",
    multiple=True,
    metavar="STORE=ID",
    help="Also hand this customer to the store as at the end of a sign-in; nobody's session is kept.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON (docs/check.md).")
def check(
    config_path: Path | None, offline: bool, strict: bool, customers: tuple[str, ...], as_json: bool
) -> None:
    """Report all faults, then ask every dependency once, each with what to do about it.

    Asked are Redis, each provider and each store, all at the same time and for 20 seconds at most. Each
    client secret or key is tried with a code that was made up, and each redirect URI by a request that
    nobody answers: a provider that logs failed sign-ins will have a line for each.

    Exit status: 0 good (warnings allowed, unless --strict), 1 a check failed, 2 the configuration is
    unusable.
    """
    settings = settings_or_exit(config_path, as_json=as_json)
    assert config_path is not None  # else there would be no settings
    from bridge.cli.check_report import as_document, as_text
    from bridge.settings.advice import advice

    wanted = _customers(customers, settings)
    findings = list(advice(settings, config_path, time.time()))
    if not offline:
        findings += _asked(settings, wanted)
    bad = {"failed", "warning"} if strict else {"failed"}
    failed = any(finding.level in bad for finding in findings)
    if as_json:
        click.echo(json.dumps(as_document(findings, "failed" if failed else "good"), indent=2))
    else:
        click.echo(as_text(findings), nl=False)
    sys.stdout.flush()
    sys.exit(1 if failed else 0)


def show(finding: "Finding") -> None:
    """A finding and its remedy, for people, as soon as it is known."""
    from bridge.cli.check_report import line

    click.echo(line(finding))


def _asked(settings: "Settings", customers: dict[str, str]) -> "list[Finding]":
    from bridge.cli.check_running import run
    from bridge.wiring.bridge import wire
    from bridge.wiring.doctor import doctor

    asked = doctor(wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep), customers)
    found = run(asked.checks)
    return [*found, asked.clock()]


def _customers(given: tuple[str, ...], settings: "Settings") -> dict[str, str]:
    """By store; exits where one of them cannot be meant."""
    from bridge.settings.store import OFFERS

    wanted: dict[str, str] = {}
    for text in given:
        store, _, identifier = text.partition("=")
        if store not in settings.stores or not identifier:
            click.echo(f"--customer: STORE=ID, with a store of: {', '.join(settings.stores)}", err=True)
            sys.exit(UNUSABLE)
        if not OFFERS[settings.stores[store].platform].is_customer_id(identifier):
            click.echo(f"--customer: that can be no id of a customer of {store}", err=True)
            sys.exit(UNUSABLE)
        wanted[store] = identifier
    return wanted
