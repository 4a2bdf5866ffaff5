"""The commented example file and the JSON Schema, both generated from the declaration."""

import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bridge.settings.declaration import Settings
from bridge.settings.keys import NAME, Key, declared_keys
from bridge.settings.store import OFFERS
from bridge.settings.toml import toml_value
from bridge.settings.wording import number_range

_WIDTH = 100
_CONNECTION = "acme"
# Not required, but a set-up without them would not be a useful beginning.
_SET_ANYWAY = {"provider", "label", "client_id", "client_secret", "domains"}
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
    platform = _platform_of(key)
    if platform and platform == key.path[-1] and platform != _first():
        yield from _further_store(platform)
    if platform and key.path[:3] != key.path and _is_optional_table(key.path):
        # Nobody should begin with what a platform leaves out by default: all in comments.
        yield from (f"#   {line.removeprefix('# ')}" if line else "" for line in _lines(key))
    else:
        yield from _lines(key)


def _lines(key: Key) -> Iterator[str]:
    field = key.field
    if key.table is not None:
        path = ".".join(_named((*key.path, NAME) if key.named else key.path))
        yield from ("", "", *_comment(key.table.__doc__ or ""), f"[{path}]")
        return
    yield ""
    yield from _comment(" ".join(_explanation(key)))
    example = field.examples[0] if field.examples else None
    name, platform = key.path[-1], _platform_of(key)
    begun = OFFERS[platform].example_keys if platform else _SET_ANYWAY
    if field.is_required() or name in begun:
        yield f"{name} = {toml_value(example)}"
        return
    yield f"# Example: {name} = {toml_value(example)}"
    yield f"#{name} = {toml_value('' if field.default is None else field.default)}"


def _explanation(key: Key) -> Iterator[str]:
    yield key.field.description or ""
    if len(key.words) > 1:
        yield f"One of: {', '.join(key.words)}."
    if key.bounds != (None, None):
        yield f"A whole number {number_range(key)}."
    if key.field.is_required():
        yield "Required."


def _named(path: tuple[str, ...]) -> Iterator[str]:
    stores = [path[2]] if len(path) > 2 and path[2] in OFFERS else []
    names = {"connections": _CONNECTION, "stores": _store_of(*stores or [_first()])}
    for position, part in enumerate(path):
        yield names[path[position - 1]] if part == NAME else part


def _platform_of(key: Key) -> str:
    """The platform in whose table the key stands, or whose table it is; an empty text for no platform's."""
    place = key.path[:3]
    return place[2] if len(place) == 3 and place[:2] == ("stores", NAME) and place[2] in OFFERS else ""


def _first() -> str:
    return next(iter(OFFERS), "")


def _store_of(platform: str) -> str:
    return OFFERS[platform].example_store or platform if platform in OFFERS else "us"


def _further_store(platform: str) -> Iterator[str]:
    """One store has one platform, so the example has a store for each."""
    offer, first = OFFERS[platform], _store_of(_first())
    words = f"A storefront on {offer.title}. The keys of [stores.{first}] above are there for it too."
    yield from ("", "", *_comment(words), f"[stores.{_store_of(platform)}]", f'platform = "{platform}"')
    keys = {"url": "https://shop.example.com", "connections": [_CONNECTION], **offer.example}
    for key, value in keys.items():
        yield f"{key} = {toml_value(value)}"


def _is_optional_table(path: tuple[str, ...]) -> bool:
    """Whether the key stands in, or is, a table below the platform's own that may be left out."""
    return any(
        key.table is not None and not key.field.is_required() and key.path == path[: len(key.path)]
        for key in declared_keys()
        if len(key.path) > 3
    )


def _comment(text: str) -> Iterator[str]:
    wrapper = textwrap.TextWrapper(_WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    for position, paragraph in enumerate(text.strip().split("\n\n")):
        if position:
            yield "#"
        yield from (f"# {line}" for line in wrapper.wrap(paragraph))
