"""What is wrong with a configuration, in words for the operator."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
"""Where a value stands: names of tables and keys, and zero-based positions in lists."""

Problem = tuple[KeyPath, str]
"""A fault before its line is known: where, and the words for it."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class WrongValueError(ValueError):
    """A value is not what its key needs.

    The text says what is expected and never repeats the value: any value may turn out to be a secret
    that was put in the wrong place.
    """


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing an operator has to mend.

    `key_path` is the dotted path as TOML writes it ("" if the file as a whole is meant), `line` counts from 1
    and is None where no line can be named. `message` never holds a value of the file or of the environment.
    """

    key_path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.key_path}: " if self.key_path else ""
        line = "" if self.line is None else f" (line {self.line})"
        return f"{where}{self.message}{line}"


class ConfigFaults(Exception):
    """The configuration cannot be used; `faults` holds every reason, `str()` shows one per line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


def shown_path(path: KeyPath) -> str:
    """Write a key path as TOML would, positions in brackets: `server.cookie_keys[1]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            # Quoted with escapes, so that no odd key can break a report's one-fault-a-line form.
            key = part if _BARE_KEY.fullmatch(part) else json.dumps(part)
            text += f".{key}" if text else key
    return text
