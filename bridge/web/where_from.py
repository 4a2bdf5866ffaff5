"""From where somebody came, as far as the browser tells: its word cannot be forged by another site's page."""

from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

from flask import Request

_PORTS = {"http": 80, "https": 443}
_OURS = frozenset({"same-origin", "same-site", "none"})  # none: typed, or a bookmark


def origin_of(url: str) -> str:
    """Scheme, host and port in one spelling; empty for what is no web address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}:{port or _PORTS[parts.scheme]}"


def came_from(request: Request, origins: AbstractSet[str]) -> bool:
    """Whether a navigation came from our own site, from one of `origins`, or from the person alone.

    By Fetch Metadata, which takes every redirect on the way into account, else by the referring page. Where
    the browser tells neither, it did not.
    """
    if request.headers.get("Sec-Fetch-Site") in _OURS:
        return True
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    return origin_of(source) in (origins - {""})


def is_own_form(request: Request, own: str) -> bool:
    """Whether a form was sent by a page of our own origin, and of no other, not even of our own site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return bool(own) and origin_of(request.headers.get("Origin", "")) == own
