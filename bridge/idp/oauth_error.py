"""The error that an OAuth endpoint tells in a reply."""

from bridge.domain.http import HttpReply
from bridge.domain.strict_json import JsonFault, parse_object


def oauth_error(reply: HttpReply) -> str:
    """The member `error` (RFC 6749 section 5.2, RFC 9126 section 2.3); empty where there is none to read.

    A stranger's words: `quoting.error_name` says what of them may be shown.
    """
    try:
        told = parse_object(reply.body).get("error")
    except JsonFault:
        return ""
    return told if isinstance(told, str) else ""
