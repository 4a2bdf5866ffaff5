"""`bridge connections`: how each provider is, and its documents fetched anew."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli.config_file import config_option, settings_or_exit
from bridge.cli.dry_sign_in import test_connection

if TYPE_CHECKING:
    from bridge.settings import Settings
    from bridge.wiring.bridge import Bridge


@click.group()
def connections() -> None:
    """See, test and refresh the identity providers, one by one."""


connections.add_command(test_connection)


@connections.command(name="list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the connections as JSON.")
def list_all(config_path: Path | None, as_json: bool) -> None:
    """Show each connection's state, documents, keys and redirect URI.

    Documents come from Redis, where the running bridges share them; a provider is asked only where
    Redis has none that will do. Whether a circuit is open is each worker's own: see /readyz.

    Exit status: 0 good, 1 a provider's documents cannot be had, 2 the configuration is unusable.
    """
    settings = settings_or_exit(config_path)
    from concurrent.futures import ThreadPoolExecutor

    from bridge.cli.connection_rows import row, text

    bridge = wired(settings)
    with ThreadPoolExecutor(16) as threads:
        rows = list(threads.map(lambda name: row(bridge, name), settings.connections))
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        for one in rows:
            click.echo(text(one))
    sys.exit(0 if all(one["state"] == "ok" for one in rows) else 1)


@connections.command()
@click.argument("name")
@config_option
def refresh(name: str, config_path: Path | None) -> None:
    """Fetch the metadata and keys of connection NAME anew, everywhere.

    What Redis holds is dropped and fetched again now; every running bridge takes the new documents
    within 5 seconds. While the provider cannot be asked, bridges go on with those they have.

    Exit status: 0 fetched, 1 Redis or the provider cannot be asked, 2 the configuration is unusable.
    """
    settings = settings_or_exit(config_path)
    from bridge.cli.connection_rows import row
    from bridge.domain.refusal import Refused

    if name not in settings.connections:
        known = ", ".join(settings.connections)
        raise click.BadParameter(f"no such connection; there are: {known}", param_hint="NAME")
    bridge = wired(settings)
    try:
        bridge.documents.forget(name)
    except Refused as refused:
        raise click.ClickException(f"{refused.reason.words.cause} ({refused.detail})") from None
    found: dict[str, Any] = row(bridge, name)
    if found["state"] != "ok":
        raise click.ClickException(
            f"{found['detail']}. Running bridges will ask the provider themselves, again and again."
        )
    count = len(found["keys"]["keys"])
    keys = "1 key" if count == 1 else f"{count} keys"
    click.echo(f"{name}: metadata and {keys} fetched; every running bridge has them within 5 s.")


def wired(settings: "Settings") -> "Bridge":
    import time

    from bridge.wiring.bridge import wire

    return wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
