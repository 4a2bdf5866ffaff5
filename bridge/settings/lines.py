"""The line of each key in a TOML text, which the standard library's parser does not tell.

The scanner trusts that the text is valid TOML (the parser has judged it before); on any other text it still
ends and raises nothing, but what it tells is then a guess.
"""

import re
import tomllib
from collections.abc import Mapping

from bridge.settings.faults import KeyPath

# Possessive quantifiers: none of these can backtrack over a long text.
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*+)*+")
_SPACE = re.compile(r"[ \t]*+")
_KEY = re.compile(r'[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\[^\n])*+"|\'[^\'\n]*+\'')
_VALUE_PIECE = re.compile(
    r'''
      """ (?: [^"\\] | \\. | "{1,2}(?!") )*+ "{3,5}   # strings over several lines, which may look like tables
    | \'\'\' (?: [^'] | '{1,2}(?!') )*+ '{3,5}
    | " (?: [^"\\\n] | \\[^\n] )*+ "
    | ' [^'\n]*+ '
    | \# [^\n]*+
    | (?P<open> [\[{] )
    | (?P<close> [\]}] )
    | (?P<newline> \n )
    | [^"'\#\[\]{}\n]++
    | .
    ''',
    re.VERBOSE | re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line, counted from 1, of each table and key in `text`.

    A table that is only implied ([a.b] implies a) gets the line where it is first named. Keys inside an
    inline table are not listed: the key that holds the table is.
    """
    stated: dict[KeyPath, int] = {}
    implied: dict[KeyPath, int] = {}
    table: tuple[str, ...] = ()
    position = _skip(_GAP, text, 0)
    line = 1 + text.count("\n", 0, position)
    while position < len(text):
        start = position
        if text[position] == "[":
            keys, position = _dotted(text, position + (2 if text.startswith("[[", position) else 1))
            path = table = keys
            position = _line_end(text, position)
        else:
            keys, position = _dotted(text, position)
            path = table + keys
            has_value = keys and text.startswith("=", position)
            position = _value_end(text, position + 1) if has_value else _line_end(text, position)
        if keys:
            stated.setdefault(path, line)
            for length in range(1, len(path)):
                implied.setdefault(path[:length], line)
        position = _skip(_GAP, text, position)
        line += text.count("\n", start, position)
    return implied | stated


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int | None:
    """Return the line of `path`, or of the nearest table around it (a missing key has no line of its own)."""
    for length in range(len(path), 0, -1):
        if (line := lines.get(path[:length])) is not None:
            return line
    return None


def _dotted(text: str, position: int) -> tuple[tuple[str, ...], int]:
    """Read `a."b c".d` from `position`; return its parts and where it ends, spaces included."""
    keys: list[str] = []
    while match := _KEY.match(text, position := _skip(_SPACE, text, position)):
        keys.append(_unquoted(match.group()))
        position = _skip(_SPACE, text, match.end())
        if not text.startswith(".", position):
            break
        position += 1
    return tuple(keys), position


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    try:
        return next(iter(tomllib.loads(f"{key} = 0")))
    except tomllib.TOMLDecodeError:
        return key[1:-1]


def _value_end(text: str, position: int) -> int:
    depth = 0
    while match := _VALUE_PIECE.match(text, position):
        position = match.end()
        if match["open"]:
            depth += 1
        elif match["close"]:
            depth -= 1
        elif match["newline"] and depth <= 0:
            break
    return position


def _line_end(text: str, position: int) -> int:
    newline = text.find("\n", position)
    return len(text) if newline < 0 else newline + 1


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
