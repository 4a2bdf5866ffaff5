"""How large a request may be: judged from its head, before anything is done for it. See docs/limits.md."""

from collections.abc import MutableMapping
from typing import Any

from bridge.domain.refusal import Reason

#: Bytes, each with what a browser really sends. A path holds names of 64 characters at most.
MAX_PATH = 2_048
MAX_QUERY = 8_192
MAX_COOKIES = 16_384
MAX_HEADERS = 65_536  # all names and values, cookies included
MAX_BODY = 65_536
#: Up to here a shopper whom a provider's long answer brought reads a page; beyond, nobody is one.
WORTH_A_PAGE = 2 * MAX_QUERY
BODY_WORTH_A_PAGE = 16 * MAX_BODY  # declared; no more than MAX_BODY is read of it
#: Header fields. hyper, behind the server, itself ends what has more than a hundred.
MAX_FIELDS = 80
#: What the server reads of a head before it refuses it by itself, without words.
HEAD_BUFFER = 131_072
#: Seconds in which a request's head must have come; a kept connection may be silent as long.
HEAD_LIMIT = 30

Fault = tuple[Reason, int]  # and the status, which says more closely what is too large


def head_fault(scope: MutableMapping[str, Any]) -> Fault | None:
    """What is wrong with the head of an ASGI request, if anything."""
    # The path is text: no character has more than four bytes.
    if len(scope["path"]) > MAX_PATH or len(scope["query_string"]) > WORTH_A_PAGE:
        return Reason.TOO_LARGE, 414
    headers = scope["headers"]
    if len(headers) > MAX_FIELDS:
        return Reason.TOO_LARGE, 431
    size = hosts = 0
    declared = b""
    for name, value in headers:
        size += len(name) + len(value)
        if name == b"content-length":
            declared = value
        elif name == b"host":
            hosts += 1
    if size > MAX_HEADERS:
        return Reason.TOO_LARGE, 431
    if declared and (len(declared) > 12 or not declared.isdigit() or int(declared) > BODY_WORTH_A_PAGE):
        return Reason.TOO_LARGE, 413
    if hosts > 1:  # RFC 9112 section 3.2: a proxy may have read the other one
        return Reason.BAD_REQUEST, 400
    return None
