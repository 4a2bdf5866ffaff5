"""The `bridge` command and its subcommands."""

import click

from bridge import __version__
from bridge.cli.audit import audit
from bridge.cli.check import check
from bridge.cli.config import config
from bridge.cli.connections import connections
from bridge.cli.customers import customers
from bridge.cli.demo import demo
from bridge.cli.dry_sign_in import test_connection
from bridge.cli.explain import explain
from bridge.cli.serve import serve
from bridge.cli.sessions import sessions
from bridge.cli.webhooks import webhooks


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="bridge")
def main() -> None:
    """Lets an enterprise's own identity provider sign its people in to a store."""


for command in (demo, serve, check, config, connections, customers, sessions, webhooks, explain, audit):
    main.add_command(command)
connections.add_command(test_connection)
