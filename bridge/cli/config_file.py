"""The --config option, and what happens when the file is unusable."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bridge.settings import Settings

config_option = click.option(
    "--config",
    "config_path",
    envvar="BRIDGE_CONFIG",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The TOML configuration; BRIDGE_CONFIG by default.",
)
UNUSABLE = 2


def usable_settings(path: Path) -> "Settings":
    """The settings in a file, once platforms could be made of them. Raises `ConfigFaults`."""
    from bridge.settings import read_settings
    from bridge.wiring.platforms import check_platforms

    settings = read_settings(path, os.environ)
    check_platforms(settings)
    return settings


def settings_or_exit(config_path: Path | None, *, as_json: bool = False) -> "Settings":
    """The settings; or every fault on standard error, and exit 2. `as_json`: on standard output as JSON."""
    from bridge.settings import ConfigFaults

    if config_path is None:
        click.echo("No configuration: give --config FILE or set BRIDGE_CONFIG.", err=True)
        click.echo("`bridge config example` prints one to start from.", err=True)
        sys.exit(UNUSABLE)
    try:
        return usable_settings(config_path)
    except ConfigFaults as faults:
        if as_json:
            from bridge.cli.check_report import faults_document

            click.echo(json.dumps(faults_document(faults), indent=2))
            sys.exit(UNUSABLE)
        count = len(faults.faults)
        click.echo(f"{config_path}: {count} fault{'s' if count != 1 else ''}", err=True)
        click.echo(str(faults), err=True)
        sys.exit(UNUSABLE)
