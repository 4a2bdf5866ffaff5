"""Where each secret of a configuration stands: in the file in clear text, in a file of its own, or elsewhere.

For check-ups: the finished settings know the secrets, the file knows how they were written. No message holds
a value.
"""

import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel

from bridge.domain.secret import Secret
from bridge.settings.declaration import Settings
from bridge.settings.faults import KeyPath


@dataclass(frozen=True, slots=True)
class Standing:
    """One secret. `written`: how the file has it; empty where the file has it not."""

    path: KeyPath
    secret: Secret
    written: str

    @property
    def in_clear(self) -> bool:
        """Whether the file itself holds it; of an address, whether there is a password in it."""
        if not self.written or self.written.startswith(("env:", "file:")):
            return False
        return self.path != ("redis", "url") or has_password(self.written)


def standings(settings: Settings, path: Path) -> list[Standing]:
    """Every secret of the settings that were read from the file at `path`."""
    written = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    return [Standing(where, secret, _at(written, where)) for where, secret in _secrets(settings, ())]


def referred_files(path: Path) -> Iterator[tuple[KeyPath, Path]]:
    """Each `file:PATH` of the file at `path`, where it leads."""
    written = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    for where, text in _texts(written, ()):
        if text.startswith("file:"):
            yield where, path.absolute().parent / text.removeprefix("file:")


def open_to(path: Path) -> str:
    """Who besides owner and group may read or change the file: `read`, `changed`, or empty for nobody."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    if mode & (stat.S_IWOTH | stat.S_IWGRP):
        return "changed"
    return "read" if mode & stat.S_IROTH else ""


def has_password(address: str) -> bool:
    """Whether an address of a server holds one."""
    try:
        return bool(urlsplit(address).password)
    except ValueError:
        return "@" in address


def _secrets(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Secret]]:
    if isinstance(value, Secret):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, inner in value:
            yield from _secrets(inner, (*path, name))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _secrets(inner, (*path, str(name)))
    elif isinstance(value, tuple):
        for position, inner in enumerate(value):
            yield from _secrets(inner, (*path, position))


def _at(tree: object, path: KeyPath) -> str:
    """The text at `path`; of a key that may be a list or one value, the value."""
    for part in path:
        if isinstance(tree, Mapping):
            tree = tree.get(part)
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        elif not (isinstance(tree, str) and part == 0):
            return ""
    return tree if isinstance(tree, str) else ""


def _texts(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, (*path, str(name)))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _texts(inner, (*path, position))
