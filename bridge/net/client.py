"""HTTP by libcurl: complete within its limits, or a failure with a name.

libcurl was chosen because its time limit covers everything from name resolution to the last
byte (a server that sends one byte a second cannot defeat it), because it asks us about every
address before it connects, and because it costs a quarter of what pure Python costs.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pycurl

from bridge import __version__
from bridge.domain.deadline import Deadline
from bridge.domain.http import FailureKind, HttpFailure, HttpReply, HttpRequest
from bridge.domain.secret import Secret
from bridge.net.authorities import Authorities, Bundle, bundle_of
from bridge.net.exchanges import Exchanges
from bridge.net.guard import may_connect
from bridge.net.waiting import aside, may_wait, wait_for

CONNECT_LIMIT = 3.0  # seconds
HEADER_LIMIT = 64_000  # bytes of all header lines together
_IDLE_HANDLES = 64
#: Bytes, the least that libcurl knows; by its own default a request that waits takes 30 kB more.
_UPLOAD_BUFFER = 16_384
_KINDS: dict[int, FailureKind] = {
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_COULDNT_RESOLVE_HOST: "unreachable",
    pycurl.E_COULDNT_CONNECT: "unreachable",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_SSL_CERTPROBLEM: "tls",  # our own certificate or its key
    pycurl.E_FILESIZE_EXCEEDED: "too_large",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom one client may talk to, and as whom."""

    private_network: bool = False
    loopback: bool = False
    plain_http: bool = False
    ca_file: str = ""  # PEM bundle to trust beside the system's
    certificate: str = ""  # PEM chain that says who we are, to every server this client talks to
    certificate_key: Secret | None = None  # its private key in PEM


class HttpClient:
    """Keeps connections; requests and threads may share it: each exchange has a handle of its own."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._idle: deque[_Handle] = deque(maxlen=_IDLE_HANDLES)
        self._exchanges: Exchanges | None = None
        system = Authorities.of_system()
        # Beside the system's, not instead of them.
        bundle = bundle_of(system, Path(trust.ca_file).read_bytes() if trust.ca_file else b"")
        self._bundle = Bundle(bundle) if bundle else None
        self._directory = "" if system.file else system.directory

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        """Raises `HttpFailure`. Bodies are asked for, and taken, without compression only."""
        limit = min(request.time_limit, deadline.remaining())
        if limit <= 0:
            raise HttpFailure("timeout", "no time was left")
        try:
            handle = self._idle.pop()  # the latest used: its connection is the warmest
        except IndexError:
            handle = self._handle()
        try:
            with aside():
                told, limit = self._looked_up(request.url, limit)
                reply = handle.exchange(request, limit, self._perform, told)
        except BaseException:  # a cancellation too
            handle.close()
            raise
        self._idle.append(handle)
        return reply

    def _looked_up(self, url: str, limit: float) -> tuple[list[str], float]:
        """What libcurl is told of the server's name, and the time that is left. Raises `HttpFailure`."""
        if not may_wait():
            return [], limit  # each thread's libcurl looks up for itself
        exchanges = self._exchanges_here()
        where = exchanges.names.due(url)
        if where is None:
            return [], limit
        began = exchanges.loop.time()
        told = wait_for(exchanges.names.look_up(where, min(limit, CONNECT_LIMIT)))
        return told, limit - (exchanges.loop.time() - began)

    def _perform(self, curl: pycurl.Curl) -> None:
        """Waits for the exchange that was set up. Raises `pycurl.error`."""
        if may_wait():
            wait_for(self._exchanges_here().perform(curl))
        else:
            curl.perform()

    def _exchanges_here(self) -> Exchanges:
        loop, exchanges = asyncio.get_running_loop(), self._exchanges
        if exchanges is None or exchanges.loop is not loop:
            exchanges = self._exchanges = Exchanges(loop)
        return exchanges

    def _handle(self) -> "_Handle":
        return _Handle(self._trust, self._bundle.path if self._bundle else "", self._directory)

    def certificate_end(self, url: str, deadline: Deadline) -> float | None:
        """When the certificate that the server at `url` shows runs out, in seconds since the epoch.

        For check-ups: makes a connection of its own. None where it cannot be told; then a request says why.
        """
        handle = self._handle()
        try:
            return handle.certificate_end(url, deadline.remaining())
        finally:
            handle.close()


class _Handle:
    """libcurl's easy handle. Threads' exchanges keep connections in it, those of requests in `Exchanges`."""

    def __init__(self, trust: Trust, bundle: str, directory: str) -> None:
        self._trust = trust
        self._address_refused = False
        self._curl = curl = pycurl.Curl()
        options: dict[int, Any] = {
            pycurl.NOSIGNAL: 1,
            pycurl.UPLOAD_BUFFERSIZE: _UPLOAD_BUFFER,
            pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
            pycurl.PROTOCOLS: pycurl.PROTO_HTTPS | (pycurl.PROTO_HTTP if trust.plain_http else 0),
            pycurl.FOLLOWLOCATION: 0,
            pycurl.PROXY: "",  # the environment's proxies are not ours
            pycurl.NETRC: pycurl.NETRC_IGNORED,
            pycurl.CONNECTTIMEOUT_MS: int(CONNECT_LIMIT * 1000),
            pycurl.SSL_VERIFYPEER: 1,
            pycurl.SSL_VERIFYHOST: 2,
            pycurl.SSLVERSION: pycurl.SSLVERSION_TLSv1_2,
            pycurl.USERAGENT: f"bridge/{__version__}",
            pycurl.OPENSOCKETFUNCTION: self._open_socket,
        }
        for option, value in options.items():
            curl.setopt(option, value)
        # Never unset: the places where libcurl was built are not this machine's.
        if bundle:
            curl.setopt(pycurl.CAINFO, bundle)
        else:
            curl.unsetopt(pycurl.CAINFO)
        if directory:
            curl.setopt(pycurl.CAPATH, directory)
        else:
            curl.unsetopt(pycurl.CAPATH)
        if trust.certificate and trust.certificate_key:
            # From memory: a key in a file of ours would be one more place where it lies.
            curl.setopt(pycurl.SSLCERTTYPE, "PEM")
            curl.setopt(pycurl.SSLCERT_BLOB, trust.certificate.encode())
            curl.setopt(pycurl.SSLKEYTYPE, "PEM")
            curl.setopt(pycurl.SSLKEY_BLOB, trust.certificate_key.reveal().encode())

    def close(self) -> None:
        self._curl.close()

    def exchange(
        self,
        request: HttpRequest,
        limit: float,
        perform: Callable[[pycurl.Curl], None],
        told: list[str],
    ) -> HttpReply:
        """`told`: of the server's name, as `Names` has it.

        Raises `HttpFailure`, after which the handle must be closed.
        """
        collected = _Collected(request.size_limit)
        self._address_refused = False
        curl = self._curl
        try:
            curl.setopt(pycurl.URL, request.url)
            if told:
                curl.setopt(pycurl.RESOLVE, told)  # for this once
            if request.body is None:
                curl.setopt(pycurl.HTTPGET, 1)
            else:
                curl.setopt(pycurl.POST, 1)
                curl.setopt(pycurl.POSTFIELDS, request.body)
            curl.setopt(pycurl.CUSTOMREQUEST, request.method)
            curl.setopt(pycurl.HTTPHEADER, _header_lines(request.headers.items()))
            curl.setopt(pycurl.TIMEOUT_MS, max(1, int(limit * 1000)))
            curl.setopt(pycurl.WRITEFUNCTION, collected.take_body)
            curl.setopt(pycurl.HEADERFUNCTION, collected.take_header)
            perform(curl)
        except pycurl.error as error:
            raise collected.failure or self._failure(error) from None
        except ValueError:  # a URL that libcurl cannot take, such as one with a NUL
            raise HttpFailure("protocol", "the URL cannot be used") from None
        return collected.reply(curl.getinfo(pycurl.RESPONSE_CODE))

    def certificate_end(self, url: str, limit: float) -> float | None:
        curl = self._curl
        curl.setopt(pycurl.OPT_CERTINFO, 1)
        curl.setopt(pycurl.CONNECT_ONLY, 1)
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.TIMEOUT_MS, max(1, int(limit * 1000)))
        try:
            curl.perform()
            chain = curl.getinfo(pycurl.INFO_CERTINFO)
            return float(ssl.cert_time_to_seconds(dict(chain[0])["Expire date"])) if chain else None
        except (pycurl.error, KeyError, ValueError):
            return None

    def _failure(self, error: pycurl.error) -> HttpFailure:
        code, message = error.args[0], str(error.args[1])[:200]
        if self._address_refused:
            return HttpFailure("refused_address", "the address is not public, and not allowed")
        return HttpFailure(_KINDS.get(code, "protocol"), message)

    def _open_socket(self, _purpose: int, address: tuple[int, int, int, tuple[Any, ...]]) -> Any:
        family, kind, protocol, where = address
        host = where[0].decode() if isinstance(where[0], bytes) else where[0]
        if not may_connect(host, private=self._trust.private_network, loopback=self._trust.loopback):
            self._address_refused = True
            return pycurl.SOCKET_BAD
        return _Socket(family, kind, protocol)


class _Socket(socket.socket):
    """Closed without a warning when dropped: libcurl has its own duplicate by then."""

    def __del__(self) -> None:
        self.close()


class _Collected:
    """Collects one reply, and stops it when it grows beyond its limits."""

    def __init__(self, size_limit: int) -> None:
        self._size_limit = size_limit
        self._parts: list[bytes] = []
        self._size = 0
        self._header_size = 0
        self._headers: dict[str, str] = {}
        self._headers_done = False
        self.failure: HttpFailure | None = None

    def take_body(self, data: bytes) -> int:
        self._size += len(data)
        if self._size > self._size_limit:
            self.failure = HttpFailure("too_large", f"the body exceeds {self._size_limit} bytes")
            return 0  # anything but the length makes libcurl stop
        self._parts.append(data)
        return len(data)

    def take_header(self, line: bytes) -> int:
        self._header_size += len(line)
        if self._header_size > HEADER_LIMIT:
            self.failure = HttpFailure("too_large", "the headers are too large")
            return 0
        if line.startswith(b"HTTP/"):
            self._headers.clear()  # those of a 1xx answer that came before
            self._headers_done = False
        elif not line.strip():
            self._headers_done = True
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            self._headers[name.strip().lower()] = value.strip()
        return len(line)

    def reply(self, status: int) -> HttpReply:
        if not self._headers_done:  # libcurl does not mind
            raise HttpFailure("protocol", "the reply ended inside its headers")
        if self._headers.get("content-encoding", "identity").lower() != "identity":
            raise HttpFailure("protocol", "a compressed body, which was not asked for")
        return HttpReply(status, self._headers, b"".join(self._parts))


def _header_lines(headers: Iterable[tuple[str, str]]) -> list[str]:
    lines = ["Accept-Encoding: identity", "Expect:"]
    for name, value in headers:
        if not value.isascii() or not value.isprintable():
            raise HttpFailure("protocol", f"the header {name} cannot be sent")
        lines.append(f"{name}: {value}")
    return lines
