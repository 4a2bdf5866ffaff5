"""The declaration as a flat list of keys, for everything that speaks about keys: messages, example, docs."""

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import isclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bridge.settings.declaration import Settings
from bridge.settings.faults import KeyPath

NAME = "NAME"
"""Stands in a key's path for the name an operator gives to a connection or a store."""


@dataclass(frozen=True, slots=True)
class Key:
    """One declared key or table. `path` is a pattern: ("connections", NAME, "issuer")."""

    path: tuple[str, ...]
    field: FieldInfo
    table: type[BaseModel] | None
    """The model behind it if it is a table, or a set of named tables."""
    named: bool
    """Whether its tables are named by the operator."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words it accepts; empty if it accepts more than fixed words."""
        return _literal_words(self.field.annotation)

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """The smallest and the largest number it accepts."""
        low = [limit.ge for limit in self.field.metadata if hasattr(limit, "ge")]
        high = [limit.le for limit in self.field.metadata if hasattr(limit, "le")]
        return low[0] if low else None, high[0] if high else None

    def matches(self, path: KeyPath) -> bool:
        """Whether `path`, positions in lists aside, is this key's."""
        parts = [part for part in path if isinstance(part, str)]
        return len(parts) == len(self.path) and all(
            pattern in {NAME, part} for pattern, part in zip(self.path, parts, strict=True)
        )


def declared_keys() -> Iterator[Key]:
    """Yield every key and table of the configuration, each table before what it holds."""
    return _keys_of(Settings, ())


def key_at(path: KeyPath) -> Key | None:
    """Return the declared key that `path` leads to, or None."""
    return next((key for key in declared_keys() if key.matches(path)), None)


def keys_in(table: KeyPath) -> list[str]:
    """Return the names of the keys declared in `table`; of the whole file for ()."""
    depth = sum(isinstance(part, str) for part in table)
    return [
        key.path[-1]
        for key in declared_keys()
        if len(key.path) == depth + 1
        and key.path[-1] != NAME
        and all(pattern in {NAME, part} for pattern, part in zip(key.path, table, strict=False))
    ]


def _keys_of(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        table, named = _table_behind(field.annotation)
        here = (*path, name)
        yield Key(here, field, table, named)
        if table is not None:
            yield from _keys_of(table, (*here, NAME) if named else here)


def _table_behind(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    if isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation, False
    for part in get_args(annotation):
        table, _ = _table_behind(part)
        if table is not None:
            return table, get_origin(annotation) is dict
    return None, False


def _literal_words(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(word) for word in get_args(annotation))
    for part in get_args(annotation):
        if words := _literal_words(part):
            return words
    return ()
