"""The `bridge` command. Each command is a file; heavy imports happen inside the command.

May import everything; nothing imports it.
"""

from bridge.cli.main import main

__all__ = ["main"]
