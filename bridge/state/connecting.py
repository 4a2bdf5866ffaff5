"""Connections to Redis: with which limits, over what, and when they are given up."""

import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bridge.state.whereabouts import Place, Whereabouts

TIMEOUT = 1.0  # seconds for connecting and for each answer
#: Seconds for asking who is in charge: such a server answers at once, or another one is asked.
ASKING_TIMEOUT = 0.3


class _Following:
    """Leaves a server that takes no more writes: behind the same name, or at Sentinel, is another one by now.

    redis-py would keep such a connection until the server closes it, and every sign-in on it would
    be refused (oauth2-proxy#1658).
    """

    disconnect: Callable[..., Any]

    def read_response(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().read_response(*arguments, **options)  # type: ignore[misc]
        except redis.ResponseError as error:
            if not is_read_only(error):
                raise
            self.disconnect()
            raise redis.ConnectionError(f"READONLY {error}") from None


class TcpConnection(_Following, redis.Connection):
    """To one place, or to the one that `find` names at that moment; over TLS if there is a `tls`."""

    def __init__(
        self, *, find: Callable[[], Place] | None, tls: Callable[[], ssl.SSLContext] | None, **options: Any
    ) -> None:
        self._find = find
        self._tls = tls
        super().__init__(**options)  # type: ignore[no-untyped-call]

    def _connect(self) -> Any:
        if self._find is not None:
            self.host, self.port = self._find()
        way = super()._connect()  # type: ignore[no-untyped-call]
        if self._tls is None:
            return way
        try:
            return self._tls().wrap_socket(way, server_hostname=self.host)
        except OSError:
            way.close()
            raise

    def on_connect_check_health(self, check_health: bool = True) -> None:
        super().on_connect_check_health(check_health)
        if self._tls is not None:
            # A first answer takes along the tickets that TLS 1.3 sends after its handshake: redis-py
            # would take them for an answer to nobody, and the connection for broken.
            self.send_command("PING", check_health=False)  # type: ignore[no-untyped-call]
            with suppress(redis.ResponseError):  # an ACL may forbid it
                self.read_response()


class SocketConnection(_Following, redis.UnixDomainSocketConnection):
    """To a server of this machine."""


def pool_to(
    where: Whereabouts, place: Place | None, find: Callable[[], Place] | None = None, connections: int = 64
) -> redis.BlockingConnectionPool:
    """Connections to one place, to a socket, or to where `find` leads. Opens none yet.

    Of redis-py's defaults these are not ours: ten retries (a shopper would wait five seconds to hear
    that Redis is down) and an unbounded queue of connections. One retry on a broken connection is
    left, for sockets that a restart of Redis left dead in the pool; therefore every command and
    script is safe to be sent twice. Never on silence: that would be waited for twice.
    """
    options: dict[str, Any] = {
        "db": where.database,
        "username": where.user or None,
        "password": where.password or None,
        "protocol": where.protocol,
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": TIMEOUT,
        "retry": Retry(NoBackoff(), 1, (redis.ConnectionError,)),
        "driver_info": None,
        "decode_responses": True,
    }
    kind: type[redis.Connection | redis.UnixDomainSocketConnection] = SocketConnection
    if where.socket:
        options["path"] = where.socket
    else:
        host, port = place or where.places[0]
        options |= {"host": host, "port": port, "find": find, "tls": tls_of(where)}
        kind = TcpConnection
    return redis.BlockingConnectionPool(  # type: ignore[no-untyped-call]
        connection_class=kind, max_connections=connections, timeout=TIMEOUT, **options
    )


def asked(where: Whereabouts, place: Place, *commands: tuple[str | int, ...], sentinel: bool = False) -> Any:
    """The answers of one place to a few commands, over a connection for them alone. Raises RedisError."""
    access = where.access
    password = access.sentinel_password.reveal() if access.sentinel_password else ""
    user, password = (access.sentinel_user, password) if sentinel else (where.user, where.password)
    way = TcpConnection(
        find=None,
        tls=tls_of(where),
        host=place[0],
        port=place[1],
        username=user or None,
        password=password or None,
        protocol=2,
        socket_timeout=ASKING_TIMEOUT,
        socket_connect_timeout=ASKING_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,
        decode_responses=True,
    )
    try:
        answers = []
        for command in commands:
            way.send_command(*command)  # type: ignore[no-untyped-call]
            answers.append(way.read_response())
        return answers
    finally:
        way.disconnect()


def tls_of(where: Whereabouts) -> Callable[[], ssl.SSLContext] | None:
    """Made anew for each connection: certificates may be renewed at any time, and connections are few."""
    access = where.access
    if not access.tls:
        return None

    def made() -> ssl.SSLContext:
        # With a CA of one's own the system's are not trusted: anybody can have a certificate of those.
        context = ssl.create_default_context(cafile=access.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if access.client_cert:
            context.load_cert_chain(access.client_cert, access.client_key or None)
        return context

    return made


def is_read_only(error: redis.ResponseError) -> bool:
    """Whether a server says that it takes no writes."""
    # Redis 6 wraps what a script ran into: "Error running script … -READONLY You can't write …".
    return isinstance(error, redis.exceptions.ReadOnlyError) or "-READONLY" in str(error)
