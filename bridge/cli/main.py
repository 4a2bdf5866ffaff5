"""The `bridge` command and its subcommands."""

import click

from bridge import __version__
from bridge.cli.lazy import LazyGroup

_COMMANDS = (
    "audit",
    "check",
    "config",
    "connections",
    "customers",
    "demo",
    "explain",
    "serve",
    "sessions",
    "webhooks",
)


@click.group(
    cls=LazyGroup,
    names=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="bridge")
def main() -> None:
    """Lets an enterprise's own identity provider sign its people in to a store."""
