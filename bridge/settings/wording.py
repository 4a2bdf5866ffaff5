"""From the validator's errors to an operator's words: what is wrong, what is expected, the remedy."""

import difflib
from collections.abc import Mapping

from pydantic_core import ErrorDetails

from bridge.settings.faults import KeyPath, Problem, WrongValueError, shown_path
from bridge.settings.keys import NAME, Key, declared_keys, key_at, keys_in
from bridge.settings.store import PLATFORMS
from bridge.settings.toml import toml_value

_PLAIN = {
    "string_type": "must be a string, in quotes",
    "string_unicode": "must be text in UTF-8",
    "int_type": "must be a whole number, without quotes",
    "bool_type": "must be true or false, without quotes",
    "tuple_type": 'must be a list in brackets, such as ["…"]',
}


def problem_of(error: ErrorDetails, tree: Mapping[str, object]) -> Problem:
    """Return where in `tree` an error of pydantic's stands, and words for it that hold no value."""
    loc = error["loc"]
    # The validator marks an unfit name in a table by a last part that is not in the file.
    is_name = loc[-1] == "[key]" and error["type"] in ("string_pattern_mismatch", "value_error")
    path = _path_in_file(loc[:-1] if is_name else loc, tree)
    if is_name and error["type"] == "string_pattern_mismatch":
        return path, "is not a usable name; use a-z, 0-9, _ and -, at most 64, the first a letter or digit"
    return path, _words(error, path, tree)


def _path_in_file(loc: KeyPath, tree: object) -> KeyPath:
    """Drop what is not in the file: positions in a list that is written as one string."""
    path: KeyPath = ()
    for part in loc:
        if isinstance(part, str) or isinstance(tree, list):
            path = (*path, part)
            tree = _inside(tree, part)
    return path


def _words(error: ErrorDetails, path: KeyPath, tree: object) -> str:
    key = key_at(path)
    match error["type"]:
        case "extra_forbidden":
            words = _unknown(path)
        case "missing":
            words = _missing(path, key)
        case "literal_error" if key is not None:
            words = _not_a_word(_value_at(tree, path), key)
        case "greater_than_equal" | "less_than_equal" if key is not None:
            words = f"must be a whole number {number_range(key)}"
        case "too_short":
            words = _too_short(path, key)
        case "model_type" | "dict_type":
            words = f"must be a table: [{shown_path(path)}]"
        case kind:
            cause = error.get("ctx", {}).get("error")
            # Only our own words: a library's may repeat the value.
            ours = isinstance(cause, WrongValueError)
            words = str(cause) if ours else _PLAIN.get(kind, "is not a usable value")
    return words


def number_range(key: Key) -> str:
    """Say which numbers a key accepts: "from 60 to 3600", "of at least 1"."""
    low, high = key.bounds
    if low is not None and high is not None:
        return f"from {low} to {high}"
    return f"of at least {low}" if low is not None else f"of at most {high}"


def _unknown(path: KeyPath) -> str:
    name, known = str(path[-1]), keys_in(path[:-1])
    if len(path) == 3 and path[0] == "stores" and name in PLATFORMS:
        return "is the table of a platform that cannot be used; mend that first"
    if near := difflib.get_close_matches(name, known, n=1):
        return f"unknown key; did you mean `{near[0]}`?"
    alike = [key.path[:-1] for key in declared_keys() if key.path[-1] == name]
    if homes := [f"[{shown_path(table)}]" for table in alike if table]:
        return f"unknown key here; `{name}` belongs in {' or '.join(homes)}"
    return f"unknown key; the keys here are: {', '.join(known)}"


def _missing(path: KeyPath, key: Key | None) -> str:
    if key is not None and key.table is not None:
        return f"is missing; write a table [{shown_path((*path, NAME) if key.named else path)}]"
    if key is not None and key.field.examples:
        return f"is missing; write for example: {key.path[-1]} = {toml_value(key.field.examples[0])}"
    return "is missing"


def _not_a_word(value: object, key: Key) -> str:
    near = difflib.get_close_matches(value, key.words, n=1) if isinstance(value, str) else []
    hint = f"; did you mean `{near[0]}`?" if near else ""
    if len(key.words) == 1:
        return f'must be "{key.words[0]}"'
    return f"must be one of {', '.join(key.words)}{hint}"


def _too_short(path: KeyPath, key: Key | None) -> str:
    if key is not None and key.named:
        return f"must hold at least one table [{shown_path((*path, NAME))}]"
    return "must hold at least one entry"


def _value_at(tree: object, path: KeyPath) -> object:
    for part in path:
        tree = _inside(tree, part)
    return tree


def _inside(tree: object, part: str | int) -> object:
    if isinstance(tree, Mapping):
        return tree.get(part)
    if isinstance(tree, list) and isinstance(part, int) and part < len(tree):
        return tree[part]
    return None
