"""What the platform says when it does not do something, in one form.

`{"errors": [{code, title, detail, status, meta}]}`, where the authentication server may send one object in
place of the list; RFC 6749 section 5.2 has `{"error": "…"}`. Where exactly a cause is named (code or title)
differs, so all of them are read; `detail` is prose, and may repeat what was sent.
"""

from collections.abc import Iterator
from typing import Any

from bridge.domain.http import HttpReply
from bridge.domain.quoting import error_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object

_READ = 10  # errors of one answer that are looked at
#: The grant itself is no good: of the assertion, its owner, or the refresh token.
_GRANT = frozenset({"invalid_assertion", "invalid_grant", "invalid_owner", "record_not_found"})


def error_words(reply: HttpReply) -> frozenset[str]:
    """The error codes of an answer, in small letters; none where it holds none of the expected form."""
    try:
        answer = parse_object(reply.body)
    except JsonFault:
        return frozenset()
    words = [text.lower() for text in _texts(answer)]
    return frozenset(word for word in words if error_name(word) == word)


def token_refusal(reply: HttpReply, grant: str, rejected: Reason) -> Refused:
    """Why a token endpoint gave none; `rejected` is the reason where the grant itself was no good."""
    words = error_words(reply)
    seen = (
        f"{grant}: the token endpoint answered {reply.status} ({', '.join(sorted(words)) or 'no error code'})"
    )
    if reply.status >= 500 or reply.status == 408:
        return Refused(Reason.STORE_UNAVAILABLE, seen)
    if words & _GRANT:
        return Refused(rejected, seen)
    if 400 <= reply.status < 500:
        # Neither is mended by trying again: wrong credentials, a scope they may not have, a wrong address.
        return Refused(Reason.STORE_MISCONFIGURED, seen)
    return Refused(Reason.STORE_UNAVAILABLE, seen)


def _texts(answer: dict[str, Any]) -> Iterator[str]:
    errors = answer.get("errors")
    listed = errors if isinstance(errors, list) else [errors]
    for error in listed[:_READ]:
        if isinstance(error, dict):
            yield from (text for text in (error.get("code"), error.get("title")) if isinstance(text, str))
    if isinstance(answer.get("error"), str):
        yield answer["error"]
