"""Commands that are imported when they are called: a server needs nothing of what the others import."""

from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose command `x` is the object `x` of the module `bridge.cli.x`."""

    def __init__(self, *args: Any, names: tuple[str, ...], **settings: Any) -> None:
        """`names`: of the commands."""
        super().__init__(*args, **settings)
        self._names = names

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the alphabet, as other groups have them."""
        del ctx
        return sorted(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None for a name that is none."""
        del ctx
        if cmd_name not in self._names:
            return None
        command: click.Command = getattr(import_module(f"bridge.cli.{cmd_name}"), cmd_name)
        return command
