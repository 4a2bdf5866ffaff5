"""The tables of a configuration, read in the same way as they stand in the file and as finished models."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

Tree = Mapping[str, object]


def table(value: object) -> Tree:
    """The keys of a table; none of anything else."""
    if isinstance(value, BaseModel):
        return dict(value)
    return value if isinstance(value, Mapping) else {}


def tables(settings: Tree, key: str) -> Iterator[tuple[str, Tree]]:
    """The tables below `key`, by the operator's names for them."""
    for name, value in table(settings.get(key)).items():
        yield name, table(value)
