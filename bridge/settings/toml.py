"""Values as TOML writes them; the standard library reads TOML only."""

import json


def toml_value(value: object) -> str:
    """Write a string, whole number, boolean, or list of these as TOML; raises TypeError for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        # A JSON string is a TOML basic string but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    raise TypeError(f"not a value of the configuration: {type(value).__name__}")
