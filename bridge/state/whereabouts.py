"""Where Redis is: the text of redis.url taken apart, and what stands beside it in the configuration."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from bridge.domain.secret import Secret

Place = tuple[str, int]  # host, port

_PORTS = {"redis+sentinel": 26379}
_PORT = 6379


@dataclass(frozen=True, slots=True)
class Access:
    """What the address does not tell. File names are absolute; an empty one is none."""

    tls: bool = False
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    sentinel_user: str = ""
    sentinel_password: Secret | None = None
    #: Replicas that must have a link before its sign-in goes on.
    wait_replicas: int = 0


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One address, in whichever form it was written."""

    kind: Literal["server", "sentinel", "cluster"]
    places: tuple[Place, ...] = ()  # none for a socket
    socket: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    database: int = 0
    master: str = ""  # as Sentinel calls it
    protocol: int = 2  # of Redis; understood by every server and proxy, and no slower here than 3
    access: Access = Access()

    @property
    def is_local(self) -> bool:
        """Whether nobody else can listen on the way."""
        return all(host in ("localhost", "::1") or host.startswith("127.") for host, _ in self.places)


def whereabouts(url: str, access: Access = Access()) -> Whereabouts:
    """Of an address that the settings have judged. Raises ValueError for others."""
    scheme, _, rest = url.partition("://")
    if scheme not in ("redis", "rediss", "unix", "redis+sentinel", "redis+cluster"):
        raise ValueError("no address of Redis")
    netloc, path, query = _parts(rest)
    login, _, servers = netloc.rpartition("@")
    user, colon, password = login.partition(":")
    options = dict(parse_qsl(query))
    steps = [step for step in path.split("/") if step]
    told = Access(
        tls=access.tls or scheme == "rediss",
        ca_file=access.ca_file or options.get("ssl_ca_certs", ""),
        client_cert=access.client_cert,
        client_key=access.client_key,
        sentinel_user=access.sentinel_user,
        sentinel_password=access.sentinel_password,
        wait_replicas=access.wait_replicas,
    )
    kind: Literal["server", "sentinel", "cluster"] = "server"
    if scheme in ("redis+sentinel", "redis+cluster"):
        kind = "sentinel" if scheme == "redis+sentinel" else "cluster"
    if scheme == "unix":
        database = options.get("db", "0")
    else:
        database = steps[-1] if steps and (kind != "sentinel" or len(steps) > 1) else "0"
    return Whereabouts(
        kind=kind,
        places=() if scheme == "unix" else _places(servers, _PORTS.get(scheme, _PORT)),
        socket=unquote(path) if scheme == "unix" else "",
        user=unquote(user) if colon else "",
        password=unquote(password if colon else user),
        database=int(database),
        master=unquote(steps[0]) if kind == "sentinel" and steps else "",
        protocol=int(options.get("protocol", "2")),
        access=told,
    )


def _parts(rest: str) -> tuple[str, str, str]:
    """What stands where. A list of hosts is no netloc that `urlsplit` would take a port from."""
    parts = urlsplit(f"redis://{rest}")
    return parts.netloc, parts.path, parts.query


def _places(servers: str, usual: int) -> tuple[Place, ...]:
    found = []
    for server in servers.split(","):
        parts = urlsplit(f"redis://{server}")
        found.append((parts.hostname or "localhost", parts.port or usual))
    return tuple(found)
