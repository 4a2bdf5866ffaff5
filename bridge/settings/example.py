"""The commented example file and the JSON Schema, both generated from the declaration."""

import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bridge.settings.declaration import Settings
from bridge.settings.keys import NAME, Key, declared_keys
from bridge.settings.toml import toml_value
from bridge.settings.wording import number_range

_WIDTH = 100
_NAMES = {"connections": "acme", "stores": "us"}
# Not required, but a set-up without them would not be a useful beginning.
_SET_ANYWAY = {"provider", "label", "client_secret", "domains", "access_token"}
_INTRODUCTION = """\
The configuration of the bridge: an example to begin with.

Check yours with: bridge check --config FILE

Lines that begin with "#" and a space explain; those with "#" and a key show an optional key with its
default.

A string "env:NAME" is read from the environment variable NAME, "file:PATH" from a file, so that secrets
need not stand here. A relative path starts at this file's folder; the line end that closes such a file is
dropped.

Connections and stores have names of your choice: small letters, digits, _ and -, at most 64. Add a table
for each further one.

Unknown keys are refused, and all faults are reported at once, each with its line.
"""


def example_toml() -> str:
    """Return a complete configuration with every key explained; valid once its env: variables are set."""
    entries = (line for key in declared_keys() for line in _entry(key))
    return "\n".join([*_comment(_INTRODUCTION), *entries, ""])


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the configuration, as nested tables.

    It describes shapes and words, for editors; what a value must be beyond that, read_settings judges.
    """
    schema = Settings.model_json_schema(schema_generator=_WithoutNull)
    return {"$schema": _WithoutNull.schema_dialect, **schema, "title": "Configuration of the bridge"}


class _WithoutNull(GenerateJsonSchema):
    """TOML has no null: what may be absent in Python is simply not required in the file."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def _entry(key: Key) -> Iterator[str]:
    field = key.field
    if key.table is not None:
        path = ".".join(_named((*key.path, NAME) if key.named else key.path))
        yield from ("", "", *_comment(key.table.__doc__ or ""), f"[{path}]")
        return
    yield ""
    yield from _comment(" ".join(_explanation(key)))
    example = field.examples[0] if field.examples else None
    name = key.path[-1]
    if field.is_required() or name in _SET_ANYWAY:
        yield f"{name} = {toml_value(example)}"
        return
    yield f"# Example: {name} = {toml_value(example)}"
    yield f"#{name} = {toml_value(field.default)}"


def _explanation(key: Key) -> Iterator[str]:
    yield key.field.description or ""
    if len(key.words) > 1:
        yield f"One of: {', '.join(key.words)}."
    if key.bounds != (None, None):
        yield f"A whole number {number_range(key)}."
    if key.field.is_required():
        yield "Required."


def _named(path: tuple[str, ...]) -> Iterator[str]:
    for position, part in enumerate(path):
        yield _NAMES[path[position - 1]] if part == NAME else part


def _comment(text: str) -> Iterator[str]:
    wrapper = textwrap.TextWrapper(_WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    for position, paragraph in enumerate(text.strip().split("\n\n")):
        if position:
            yield "#"
        yield from (f"# {line}" for line in wrapper.wrap(paragraph))
