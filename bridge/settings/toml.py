"""Values as TOML writes them; the standard library reads TOML only."""

import json
import re
from collections.abc import Mapping
from datetime import date

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: object) -> str:
    """Write a string, number, boolean, date, or list or table of these as TOML; else raises TypeError."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        # A JSON string is a TOML basic string but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        members = [f"{_key(name)} = {toml_value(inner)}" for name, inner in value.items()]
        return f"{{ {', '.join(members)} }}" if members else "{}"
    raise TypeError(f"not a value of the configuration: {type(value).__name__}")


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else toml_value(name)
