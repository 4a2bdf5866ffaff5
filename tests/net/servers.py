"""Servers that do exactly what a test tells them, byte by byte."""

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Conversation = Callable[[socket.socket, bytes], None]


def answer(body: bytes = b"", status: str = "200 OK", *lines: str, length: int | None = None) -> bytes:
    """A whole reply."""
    size = len(body) if length is None else length
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, f"Content-Length: {size}", "", ""])
    return head.encode("latin-1") + body


class Server:
    """Listens on loopback; `converse` is called with each request that came."""

    def __init__(self, converse: Conversation, tls: ssl.SSLContext | None = None) -> None:
        self._converse = converse
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.peers: list[int] = []
        self.requests: list[bytes] = []
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._run(self._accept)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _run(self, act: Callable[[], None]) -> None:
        thread = threading.Thread(target=act, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, peer = self._listener.accept()
            except OSError:
                return
            self._open.append(client)
            self.peers.append(peer[1])
            self._run(lambda client=client: self._serve(client))  # type: ignore[misc]

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line = self._tls.wrap_socket(client, server_side=True) if self._tls else client
            self._open.append(line)
            with line:
                while request := _whole_request(line):
                    self.requests.append(request)
                    self._converse(line, request)


def _whole_request(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(one[15:]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def serving(converse: Conversation | bytes, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that says `converse` to every request, or does it."""
    said = converse
    server = Server((lambda line, _request: line.sendall(said)) if isinstance(said, bytes) else said, tls)
    try:
        yield server
    finally:
        server.close()


def dripping(data: bytes, gap: float = 0.03) -> Conversation:
    """Says `data` byte by byte."""

    def converse(line: socket.socket, _request: bytes) -> None:
        for byte in data:
            line.sendall(bytes([byte]))
            time.sleep(gap)

    return converse


@dataclass(frozen=True)
class Authority:
    """A certificate authority of a test."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    folder: Path
    name: str

    @classmethod
    def make(cls, folder: Path, name: str = "Test Authority") -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, name, key, authority=True)
        (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return cls(key, certificate, folder, name)

    @property
    def file(self) -> str:
        """The PEM bundle to trust."""
        return str(self.folder / "ca.pem")

    def context(self, name: str = "127.0.0.1", *, days: int = 1) -> ssl.SSLContext:
        """What a server of that name needs."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, self.name, self.key, days=days)
        path = self.folder / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def client(self, name: str = "client") -> tuple[str, str]:
        """A client's certificate and its key, in PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(name, key, self.name, self.key)
        return made.public_bytes(serialization.Encoding.PEM).decode(), _pem(key)

    def below(self, folder: Path, name: str) -> "Authority":
        """An authority that this one vouches for."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, self.name, self.key, authority=True)
        return Authority(key, certificate, folder, name)

    @property
    def pem(self) -> str:
        """Its own certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool = False,
    days: int = 1,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    alternative: x509.GeneralName
    try:
        alternative = x509.IPAddress(ipaddress.ip_address(subject))
    except ValueError:
        alternative = x509.DNSName("other.example")
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
