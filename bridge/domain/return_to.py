"""Where a shopper goes after signing in: a path on the store, or the store's default page."""

import re
from urllib.parse import quote, unquote

#: Room for a long product path with its query; kept in the attempt and in its cookie.
MAX_LENGTH = 1024
_KEPT = "/?%-._~!$&'()*+,;=:@"
#: What needs no second look: nothing is escaped, and no part of the path is empty or begins with a dot.
_PLAIN = re.compile(
    r"/(?:[A-Za-z0-9_-][A-Za-z0-9._~-]*/)*(?:[A-Za-z0-9_-][A-Za-z0-9._~-]*)?(?:\?[A-Za-z0-9._~=&-]*)?"
)


def safe_return_to(value: str | None) -> str:
    r"""`value` if it is surely a path on the store itself, else an empty text: the default page.

    Refused are all ways known to leave the site by a "path": //host, /\host, a scheme,
    control characters and line breaks, dot segments, and the same hidden by percent encoding
    (also twice). A fragment is cut off: it would never reach the store's server. Spaces and
    letters beyond ASCII come back percent-encoded.
    """
    if value and len(value) <= MAX_LENGTH and _PLAIN.fullmatch(value):
        return value
    path = (value or "").partition("#")[0]
    if not path.startswith("/") or any(map(_leaves, (path, unquote(path), unquote(unquote(path))))):
        return ""
    encoded = quote(path, safe=_KEPT)
    return encoded if len(encoded) <= MAX_LENGTH else ""


def path_within(url: str | None, store: str) -> str:
    """The path of an absolute address of the store itself (its exact origin), else as above."""
    if url is not None and url.startswith(store + "/"):
        return safe_return_to(url[len(store) :])
    return safe_return_to(url)


def _leaves(path: str) -> bool:
    if "\\" in path or not path.isprintable():
        return True
    route = path.partition("?")[0]
    return "//" in route or any(segment in (".", "..") for segment in route.split("/"))
