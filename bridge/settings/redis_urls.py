"""The forms of redis.url. The text may hold a password: no message repeats any part of it."""

import re
from urllib.parse import parse_qsl, urlsplit

from bridge.settings.faults import WrongValueError
from bridge.settings.urls import checked_host

FORMS = (
    "redis://HOST:6379/0, rediss://HOST:6379/0, unix:///path/to/socket?db=0,"
    " redis+sentinel://HOST:26379,HOST:26379/NAME/0 or redis+cluster://HOST:6379,HOST:6379"
)
_SEVERAL = frozenset({"redis+sentinel", "redis+cluster"})
# An allow-list, because Redis clients take "do not verify the certificate" from here too.
_OPTIONS = {
    "redis": {"protocol"},
    "rediss": {"protocol", "ssl_ca_certs"},
    "unix": {"protocol", "db"},
    "redis+sentinel": set[str](),
    "redis+cluster": set[str](),
}
_DATABASE = re.compile(r"[0-9]{1,5}")


def checked_redis_url(text: str) -> str:
    """Return `text` unchanged if it is such an address; raises WrongValueError otherwise."""
    scheme, separator, _ = text.partition("://")
    if not separator or scheme not in _OPTIONS:
        raise WrongValueError(f"must be one of {FORMS}")
    if any(character.isspace() or not character.isprintable() for character in text) or "#" in text:
        raise WrongValueError(
            "must hold no spaces and no #; write special characters of a password as %23 and the like"
        )
    try:
        parts = urlsplit(text)
    except ValueError:
        raise WrongValueError(f"must hold a valid host; the forms are {FORMS}") from None
    _check_options(scheme, parts.query)
    if scheme == "unix":
        _check_socket(parts.netloc, parts.path)
    else:
        _check_servers(scheme, parts.netloc.rpartition("@")[2])
        _check_database(scheme, parts.path)
    return text


def _check_options(scheme: str, query: str) -> None:
    allowed = _OPTIONS[scheme]
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in allowed:
            listed = ", ".join(sorted(allowed)) or "no options"
            raise WrongValueError(f"holds an unknown option after the ?; {scheme}:// takes {listed}")
        if name == "protocol" and value not in {"2", "3"}:
            raise WrongValueError("needs protocol=2 or protocol=3")
        if name == "db" and not _DATABASE.fullmatch(value):
            raise WrongValueError("needs a database number: db=0")


def _check_socket(netloc: str, path: str) -> None:
    if netloc and not netloc.endswith("@"):
        raise WrongValueError("needs three slashes before the socket's absolute path: unix:///path/to/socket")
    if len(path) <= 1 or path.endswith("/"):
        raise WrongValueError("needs the socket's absolute path: unix:///path/to/socket")


def _check_servers(scheme: str, servers: str) -> None:
    listed = servers.split(",")
    if len(listed) > 1 and scheme not in _SEVERAL:
        raise WrongValueError(
            f"names several servers; {scheme}:// takes one (write a , in a password as %2C)"
        )
    for server in listed:
        try:
            # One server at a time: the port of a whole list cannot be read.
            parts = urlsplit(f"redis://{server}")
            port = parts.port
        except ValueError:
            raise WrongValueError("needs a port from 1 to 65535 after the host") from None
        if port == 0 or server.endswith(":"):
            raise WrongValueError("needs a port from 1 to 65535 after the host")
        checked_host(parts.hostname or "")


def _check_database(scheme: str, path: str) -> None:
    steps = path.split("/")[1:]
    if scheme == "redis+sentinel":
        if not steps or not steps[0]:
            raise WrongValueError("needs the name of the watched master: redis+sentinel://HOST:26379/NAME/0")
        steps = steps[1:]
    if scheme == "redis+cluster" and steps not in ([], [""]):
        raise WrongValueError("must name no database: a Redis Cluster has only one")
    if steps not in ([], [""]) and not (len(steps) == 1 and _DATABASE.fullmatch(steps[0])):
        raise WrongValueError("must end with a database number, such as /0")
