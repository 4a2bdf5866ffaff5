"""Who may read the metrics: they name the stores and providers, and say how much business there is."""

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request

from bridge.domain.loopback import is_loopback
from bridge.domain.refusal import Reason, Refused
from bridge.settings import ServerSettings
from bridge.web.request import client_address

#: By each of these a proxy says that somebody else is asking.
_PASSED_ON = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via", "X-Forwarded-Host", "X-Forwarded-Proto")
_nearest = client_address(())


def check_access(request: Request, server: ServerSettings) -> None:
    """Raises `Refused(NOT_FOUND)`: to everybody else there are no metrics; the log's `detail` says why."""
    token = server.metrics_token
    if server.metrics == "off":
        raise _refused("server.metrics is off")
    if token is not None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        wanted = token.reveal().encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), wanted):
            raise _refused("Authorization is not server.metrics_token")
        return
    if server.metrics == "public":
        return
    for name in _PASSED_ON:
        if name in request.headers:
            raise _refused(f"a proxy passed it on ({name}); set server.metrics_token")
    if _is_public(request, server):
        raise _refused("a proxy passed it on (Host is that of public_url); set server.metrics_token")
    nearest = _nearest(request)
    try:
        address = ip_address(nearest.partition("%")[0])
    except ValueError:
        raise _refused("whose address is unknown") from None
    near = address.is_loopback or (server.metrics == "private" and not address.is_global)
    if not near or address.is_multicast:
        raise _refused(f"not for {address}; see server.metrics")


def _is_public(request: Request, server: ServerSettings) -> bool:
    """Whether it was asked for by the address that shoppers use: some proxies add no header of their own."""
    public = urlsplit(server.public_url).hostname or ""
    try:
        asked = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        return True
    return not is_loopback(public) and asked.rstrip(".") == public


def _refused(why: str) -> Refused:
    return Refused(Reason.NOT_FOUND, f"metrics: {why}")
