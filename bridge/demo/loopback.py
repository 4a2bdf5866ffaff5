"""The demo has sample secrets and no passwords: it answers on the loopback interface and nowhere else."""

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, abort, request


class NotLoopbackError(ValueError):
    """Somebody asked the demo to be reachable from other machines."""


def is_loopback(host: str) -> bool:
    """Whether `host` (no port, brackets allowed) names this machine's loopback interface."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_loopback(url_or_host: str) -> None:
    """Raise NotLoopbackError unless the address stays on this machine."""
    host = urlsplit(url_or_host).hostname if "//" in url_or_host else url_or_host
    if not is_loopback(host or ""):
        raise NotLoopbackError(
            f"the demo serves on loopback only (127.0.0.1, ::1 or localhost), not on {host!r}"
        )


def guard(app: Flask) -> None:
    """Refuse, whoever serves `app`, other machines and other host names (DNS rebinding)."""

    def refuse_strangers() -> None:
        hosts = (request.remote_addr, urlsplit(request.host_url).hostname)
        if not all(is_loopback(host or "") for host in hosts):
            abort(403, "The demo answers on loopback only.")

    app.before_request(refuse_strangers)


def refuse_other_origins() -> None:
    """For the testers' switches: a page of another origin must not press them. Scripts send no Origin."""
    own = request.host_url.rstrip("/")
    if request.headers.get("Origin", own) != own:
        abort(403, "Only this site's own pages may post here.")
