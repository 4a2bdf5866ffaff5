"""What of a stranger's words may stand in a log: names we know, and nothing that is secret.

A provider (or a browser) can put a code, a token or a secret wherever it may write; quoted in a
detail it would end in logs and in the audit stream.
"""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[a-z_]{1,40}")
_TYPE = re.compile(r"[a-z]{1,20}/[a-z.+-]{1,40}")
_URL = re.compile(r"https?://[A-Za-z0-9._:/\[\]-]{1,200}")
#: Too short for anything secret: those of ours have 32 characters at least.
_NAME = re.compile(r"[a-z0-9_-]{1,20}")
_HIDDEN = "(not shown)"
#: A secret is recognised by its beginning, since texts are cut before they get here.
_BEGIN = 12


def error_name(text: str) -> str:
    """An OAuth error code, which is a word of small letters."""
    return text if _WORD.fullmatch(text) else _HIDDEN


def place_name(text: str) -> str:
    """A store's or connection's name that we do not know: people put other things into addresses as well."""
    return text if _NAME.fullmatch(text) else _HIDDEN


def type_name(text: str) -> str:
    """A media type."""
    return text if _TYPE.fullmatch(text) else _HIDDEN if text else "of no type"


def url_name(value: object) -> str:
    """An issuer, when it looks like one."""
    return value if isinstance(value, str) and _URL.fullmatch(value) else _HIDDEN


def scrub(detail: str, secrets: Iterable[str]) -> str:
    """`detail` without any of `secrets`, nor their beginnings.

    Anything shorter than a beginning is no secret: anybody may choose a code of one letter.
    """
    for secret in secrets:
        if len(secret) >= _BEGIN:
            detail = _without(detail, secret)
    return detail


def _without(text: str, secret: str) -> str:
    done, rest = "", text
    while (at := rest.find(secret[:_BEGIN])) >= 0:
        end = at + _BEGIN
        while end < len(rest) and end - at < len(secret) and rest[end] == secret[end - at]:
            end += 1
        done, rest = done + rest[:at] + _HIDDEN, rest[end:]
    return done + rest
