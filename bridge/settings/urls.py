"""What the configuration accepts as a web address. Text in, text out: nothing is rewritten on the way.

pydantic's URL types are avoided on purpose: they add slashes, lower-case hosts and drop ports, and an issuer
is compared byte for byte.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bridge.domain.loopback import is_loopback
from bridge.settings.faults import WrongValueError

_VISIBLE_ASCII = re.compile(r"[!-~]+")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class WebUrl:
    """The parts of an absolute http(s) address; `host` is without the brackets of IPv6."""

    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def is_plain_loopback(self) -> bool:
        """Whether this is http to the machine itself: fit for development only."""
        return self.scheme == "http" and is_loopback(self.host)


def parse_web_url(text: str) -> WebUrl:
    """Return the parts of `text`; raises WrongValueError unless it is https, or http to the machine itself.

    A user name, a query and a fragment are refused: no key of the configuration has a use for them.
    """
    if not text.startswith(("https://", "http://")):
        raise WrongValueError("must be an absolute URL that starts with https://")
    # First, because urlsplit silently drops tabs and line ends.
    if not _VISIBLE_ASCII.fullmatch(text) or "\\" in text:
        raise WrongValueError(
            "must be a URL in visible ASCII: no spaces or backslashes, an international host as xn--…"
        )
    if "?" in text or "#" in text:
        raise WrongValueError("must be a URL without a query (?…) and without a fragment (#…)")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise WrongValueError("must be a URL with a valid host and a port from 1 to 65535") from None
    if "@" in parts.netloc:
        raise WrongValueError("must be a URL without a user name or password in it")
    host = checked_host(parts.hostname or "")
    if port == 0 or parts.netloc.endswith(":"):
        raise WrongValueError("must be a URL with a port from 1 to 65535, or without a port")
    if parts.scheme == "http" and not is_loopback(host):
        raise WrongValueError(
            "must start with https://; plain http is only for this machine's own address"
            " (localhost, 127.0.0.1, [::1]) with server.development = true"
        )
    return WebUrl(parts.scheme, host, port, parts.path)


def checked_issuer(text: str) -> str:
    """Return `text` as it is, byte for byte, if it can be an issuer."""
    parse_web_url(text)
    return text


def checked_origin(text: str) -> str:
    """Return scheme, host and port, without a slash at the end; refuses a path.

    It must be written as browsers write it, since redirect URIs and the Origin header are compared as text.
    """
    url = parse_web_url(text)
    if url.path not in {"", "/"}:
        raise WrongValueError("must be scheme and host only (and a port where needed), without a path")
    if text != text.lower() or url.port == _DEFAULT_PORTS[url.scheme]:
        raise WrongValueError("must be written as browsers do: lower case, without the default port")
    return text.removesuffix("/")


def checked_base(text: str) -> str:
    """Return an address that paths are appended to, without a slash at the end."""
    parse_web_url(text)
    return text.rstrip("/")


def checked_host(host: str) -> str:
    """Return `host` if it is an IP address or a DNS name; raises WrongValueError otherwise."""
    if ":" in host:
        if _is_ip(host):
            return host
    elif _HOST.fullmatch(host):
        last = host.rpartition(".")[2].lower()
        # Spellings such as 127.1 or 0x7f000001 are addresses to some libraries and names to others.
        if not (last.isdigit() or last.startswith("0x")) or _is_ip(host):
            return host
    raise WrongValueError("must hold a valid host: a DNS name, or an IP address in full")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
