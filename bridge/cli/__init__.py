"""The `bridge` command. Each command is a file, imported when it is called; heavy imports happen inside it.

May import everything; nothing imports it.
"""

from bridge.cli.main import main

__all__ = ["main"]
