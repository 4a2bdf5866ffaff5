"""The --config option, and what happens when the file is unusable."""

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


def settings_or_exit(config_path: Path | None) -> "Settings":
    """The settings; or every fault on standard error, and exit 2."""
    from bridge.settings import ConfigFaults, read_settings
    from bridge.wiring.platforms import check_platforms

    if config_path is None:
        click.echo("No configuration: give --config FILE or set BRIDGE_CONFIG.", err=True)
        click.echo("`bridge config example` prints one to start from.", err=True)
        sys.exit(UNUSABLE)
    try:
        settings = read_settings(config_path, os.environ)
        check_platforms(settings)
    except ConfigFaults as faults:
        count = len(faults.faults)
        click.echo(f"{config_path}: {count} fault{'s' if count != 1 else ''}", err=True)
        click.echo(str(faults), err=True)
        sys.exit(UNUSABLE)
    return settings
