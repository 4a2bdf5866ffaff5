"""The configuration of a running bridge: read again when its files change, kept where they cannot be used."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bridge.settings.declaration import Settings

_Stamp = tuple[int, int, int] | None


class LiveSettings:
    """The settings in use, and whether the files they came from are still the same.

    Looked at by their times and sizes: the configuration itself and every file that it names. What came
    from the environment cannot change while a process runs.
    """

    def __init__(self, path: Path, current: Settings, read: Callable[[], Settings]) -> None:
        """`read` gives settings that can be used, or raises `ConfigFaults`, as it gave `current` just now."""
        self._path = path
        self._read = read
        self.current = current
        self._files = _files_of(path)
        self._known = self._seen = self._look()

    def has_changed(self) -> bool:
        """Whether a file changed since this was asked last, and is not being written any more.

        A file that changed again since the last look may be half of what it will be.
        """
        seen, self._seen = self._seen, self._look()
        if self._seen == self._known or self._seen != seen:
            return False
        self._known = seen
        return True

    def renew(self) -> tuple[str, ...]:
        """Reads everything again; the keys whose values are new. Raises `ConfigFaults`, and changes nothing
        then.
        """
        self._files = _files_of(self._path)
        self._known = self._seen = self._look()
        fresh = self._read()
        changed = tuple(_differences(self.current.model_dump(), fresh.model_dump()))
        self.current = fresh
        return changed

    def _look(self) -> dict[Path, _Stamp]:
        return {file: _stamp(file) for file in (self._path, *self._files)}


def _stamp(file: Path) -> _Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _files_of(path: Path) -> frozenset[Path]:
    """Every file that a value names, with or without `file:`; none where the configuration is unreadable."""
    try:
        tree = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return frozenset()
    folder = path.absolute().parent
    named = (folder / text.removeprefix("file:") for text in _texts(tree) if text and "\0" not in text)
    return frozenset(file for file in named if _stamp(file) is not None and not file.is_dir())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value if len(value) < 4096 else ""  # a longer one is no path, and systems refuse to look
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif before != after:
        yield path
