"""What a request tells about who sent it, and why."""

from base64 import b64decode
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from flask import Request

from bridge.domain.deadline import Deadline
from bridge.domain.limits import REQUEST_LIMIT
from bridge.domain.quoting import place_name
from bridge.domain.refusal import Reason, Refused
from bridge.web.bounds import MAX_COOKIES, MAX_QUERY
from bridge.web.lean import BridgeRequest

_SPECULATIVE = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


def is_speculative(request: Request) -> bool:
    """A prefetch, a preview or a HEAD: nobody may ever look at the answer, so nothing is used up."""
    environ = request.environ
    if environ["REQUEST_METHOD"] == "HEAD":
        return True
    for name in _SPECULATIVE:
        if name in environ:
            said = environ[name].lower()
            if "prefetch" in said or "preview" in said:
                return True
    return False


def check_navigation(request: Request) -> None:
    """Refuses scripts and frames (Fetch Metadata; browsers without it are let through).

    A page's script could otherwise start sign-ins by the dozen, and a frame could hide one.
    """
    environ = request.environ
    mode, destination = environ.get("HTTP_SEC_FETCH_MODE"), environ.get("HTTP_SEC_FETCH_DEST")
    if mode not in (None, "navigate") or destination not in (None, "document", "empty"):
        how = f"mode {place_name(mode or 'none')}, destination {place_name(destination or 'none')}"
        raise Refused(Reason.NOT_A_NAVIGATION, how)


def was_clicked(request: Request) -> bool:
    """Whether a person acted, as far as the browser says so; without Fetch Metadata, yes."""
    environ = request.environ
    return "HTTP_SEC_FETCH_MODE" not in environ or environ.get("HTTP_SEC_FETCH_USER") == "?1"


def check_size(request: Request) -> None:
    """Refuses what no browser sends here. Raises `Refused(TOO_LARGE)` or `Refused(BAD_REQUEST)`."""
    query = request.query_string
    try:
        query.decode()
    except UnicodeError:
        raise Refused(Reason.BAD_REQUEST, "the query is not UTF-8") from None
    if len(query) > MAX_QUERY or len(request.environ.get("HTTP_COOKIE", "")) > MAX_COOKIES:
        raise Refused(Reason.TOO_LARGE)


def parameters(request: BridgeRequest) -> Iterable[tuple[str, str]]:
    """Those of the form where one was sent, else those of the query."""
    return request.form.items(multi=True) if request.method == "POST" else request.pairs


def time_left(request: Request, monotonic: Callable[[], float]) -> Deadline:
    """The deadline of a request: what it waited for its turn is part of what its sender waits."""
    return Deadline(REQUEST_LIMIT - request.environ.get("bridge.waited", 0.0), monotonic)


def basic(request: Request) -> tuple[str, str] | None:
    """User name and password (RFC 7617), if there are any. Not yet form-decoded."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = b64decode(credentials.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password) if colon else None


def single(pairs: Iterable[tuple[str, str]], *names: str) -> list[str | None]:
    """The values of `names`; raises `Refused(BAD_REQUEST)` when one was sent twice."""
    found: dict[str, str | None] = dict.fromkeys(names)
    for name, value in pairs:
        if name not in found:
            continue
        if found[name] is not None:
            raise Refused(Reason.BAD_REQUEST, f"parameter {name} sent twice")
        found[name] = value
    return [*found.values()]


@lru_cache(maxsize=1024)
def _plain_address(hop: str) -> str:
    """In one spelling, or one client would count as many, and many as one.

    Some proxies (Azure's) add the client's port; a socket for both kinds of IP writes 192.0.2.1 as
    ::ffff:192.0.2.1.
    """
    host, colon, port = hop.rpartition(":")
    if (
        colon and port.isdecimal() and (host.count(".") == 3 or host.endswith("]"))
    ):  # 192.0.2.1:443, [::1]:443
        hop = host
    hop = hop.removeprefix("[").removesuffix("]")
    return hop[7:] if "." in hop and hop[:7].lower() == "::ffff:" else hop


def client_address(trusted: tuple[IPv4Network | IPv6Network, ...]) -> Callable[[Request], str]:
    """How to tell a client's address: X-Forwarded-For counts only from trusted proxies."""

    @lru_cache(maxsize=1024)
    def is_address(text: str) -> bool:
        try:
            return bool(ip_address(text))
        except ValueError:
            return False

    @lru_cache(maxsize=1024)
    def is_trusted(address: str) -> bool:
        ip = ip_address(address)
        return any(ip in network for network in trusted)

    def address(request: Request) -> str:
        nearest = _plain_address(request.remote_addr or "")
        if not trusted or not is_address(nearest) or not is_trusted(nearest):
            return nearest
        for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
            if hop.strip():
                told = _plain_address(hop.strip()[:64])
                if not is_address(told):
                    break  # it came through the proxy as somebody wrote it
                nearest = told
                if not is_trusted(nearest):
                    break
        return nearest

    return address
