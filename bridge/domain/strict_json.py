"""JSON from strangers: one meaning or none."""

import json
from typing import Any


class JsonFault(ValueError):
    """The bytes are not one unambiguous JSON object."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Two parsers may pick different twins: RFC 7519 section 4 lets us refuse.
        raise JsonFault("a member name appears twice")
    return members


def _no_constant(name: str) -> Any:
    raise JsonFault(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def parse_object(data: bytes) -> dict[str, Any]:
    """The JSON object in `data` (UTF-8, RFC 8259).

    Refuses what Python's reader lets through: repeated members, NaN and Infinity, numbers
    and nestings made to exhaust us, lone surrogates. Raises `JsonFault` for everything else
    than one object.
    """
    try:
        text = data.decode()
        value = _DECODER.decode(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate would break us later
    except JsonFault:
        raise
    except (ValueError, RecursionError) as error:
        raise JsonFault(f"not JSON ({type(error).__name__})") from None
    if not isinstance(value, dict):
        raise JsonFault("not a JSON object")
    return value
