"""How far the import of a file came, so that it can go on from there."""

from bridge.state.keys import Keys
from bridge.state.server import RedisServer

MARK_LIFE = 30 * 86400  # seconds


class RedisImportMarks:
    """One mark for each store and file, known by a digest of the file."""

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys

    def put(self, store: str, file: str, offset: int, line: int) -> None:
        """All lines before `offset` (bytes), the first of them being line 1, are done. Raises `Refused`."""
        self._server.command("SET", self._keys.imported(store, file), f"{offset} {line}", "EX", MARK_LIFE)

    def get(self, store: str, file: str) -> tuple[int, int] | None:
        """Offset and line. Raises `Refused`."""
        text = self._server.command("GET", self._keys.imported(store, file))
        if not text:
            return None
        offset, _, line = text.partition(" ")
        return int(offset), int(line)

    def drop(self, store: str, file: str) -> None:
        self._server.command("DEL", self._keys.imported(store, file))
