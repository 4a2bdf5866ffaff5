"""The few words of the Redis protocol that a launcher needs, so that it needs no client library."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """Where a server listens: a unix socket, or a port on loopback."""

    path: Path | None = None
    port: int = 0

    @property
    def url(self) -> str:
        """The address as Redis clients take it."""
        return f"unix://{self.path}?db=0" if self.path else f"redis://{_HOST}:{self.port}/0"

    def options(self) -> dict[str, str]:
        """The server's options for listening here and nowhere else."""
        if self.path:
            return {"port": "0", "unixsocket": str(self.path), "unixsocketperm": "700"}
        return {"port": str(self.port), "bind": _HOST}

    def as_record(self) -> dict[str, str | int]:
        """For the pid file."""
        return {"path": str(self.path)} if self.path else {"port": self.port}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The reverse of `as_record`."""
        return cls(path=Path(record["path"])) if "path" in record else cls(port=int(record["port"]))


def free_port() -> int:
    """A loopback port that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def pong(address: Address) -> bool:
    """Whether the server is up and has loaded its data."""
    return _ask(address, b"PING\r\n").startswith(b"+PONG")


def process_id(address: Address) -> int | None:
    """The process id the server says it has, if one answers."""
    said = re.search(rb"^process_id:(\d+)", _ask(address, b"INFO server\r\n"), re.MULTILINE)
    return int(said[1]) if said else None


def _ask(address: Address, words: bytes) -> bytes:
    """The first piece of the answer, or nothing when there is no server."""
    family = socket.AF_UNIX if address.path else socket.AF_INET
    target: str | tuple[str, int] = str(address.path) if address.path else (_HOST, address.port)
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(1.0)
        try:
            line.connect(target)
            line.sendall(words)
            return line.recv(4096)
        except OSError:
            return b""
