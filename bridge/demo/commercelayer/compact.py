"""A JWT taken apart by hand: nothing here believes what a header says of itself."""

import base64
import binascii
import contextlib
import json
import re
from dataclasses import dataclass
from typing import Any

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


class MalformedTokenError(ValueError):
    """Not three parts of base64url, the first two of them JSON objects."""


@dataclass(frozen=True)
class Compact:
    """The parts of a token; nobody has verified `signature` over `signed` yet."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def read_compact(token: str) -> Compact:
    """The parts of `token`. Raises MalformedTokenError."""
    parts = token.split(".")
    if len(parts) != 3:
        raise MalformedTokenError("a token has three parts")
    header, claims = _json(parts[0]), _json(parts[1])
    return Compact(header, claims, f"{parts[0]}.{parts[1]}".encode("ascii"), _bytes(parts[2]))


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        raise MalformedTokenError("a part of the token is not JSON") from None
    if not isinstance(value, dict):
        raise MalformedTokenError("a part of the token is not a JSON object")
    return value


def _bytes(part: str) -> bytes:
    """base64url without padding, and nothing else (RFC 7515 2)."""
    if _BASE64URL.fullmatch(part):
        with contextlib.suppress(binascii.Error):
            return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    raise MalformedTokenError("a part of the token is not base64url")
