"""Whom the client believes to be who they say."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
import warnings
from pathlib import Path

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpFailure, HttpRequest
from bridge.net import authorities
from bridge.net.client import HttpClient, Trust

from .servers import Authority, answer, serving


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


def outcome(context: ssl.SSLContext, trust: Trust) -> str:
    """The body, or the kind of failure; a server that is not believed hears no request."""
    with serving(answer(b"hello"), context) as server:
        try:
            reply = HttpClient(trust).send(HttpRequest("GET", server.url), Deadline(5, time.monotonic))
        except HttpFailure as failure:
            assert server.requests == []
            return failure.kind
        return reply.body.decode()


def trusting(authority: Authority) -> Trust:
    return Trust(loopback=True, ca_file=authority.file)


def test_a_certificate_of_nobody_known_is_refused(authority: Authority) -> None:
    assert outcome(authority.context(), Trust(loopback=True)) == "tls"


def test_it_is_accepted_when_its_authority_is_configured(authority: Authority) -> None:
    assert outcome(authority.context(), trusting(authority)) == "hello"


def test_a_certificate_for_another_name_is_refused(authority: Authority) -> None:
    assert outcome(authority.context("other.example"), trusting(authority)) == "tls"


def test_a_certificate_that_ran_out_is_refused(authority: Authority) -> None:
    assert outcome(authority.context(days=-1), trusting(authority)) == "tls"


def test_a_certificate_of_another_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    assert outcome(Authority.make(tmp_path).context(), trusting(authority)) == "tls"


@pytest.mark.parametrize(
    ("version", "end"),
    [(ssl.TLSVersion.TLSv1_1, "tls"), (ssl.TLSVersion.TLSv1_2, "hello"), (ssl.TLSVersion.TLSv1_3, "hello")],
)
def test_tls_1_2_is_the_oldest_that_is_spoken(
    authority: Authority, version: ssl.TLSVersion, end: str
) -> None:
    context = authority.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
        context.minimum_version = context.maximum_version = version
    assert outcome(context, trusting(authority)) == end


def test_a_server_that_speaks_no_tls_is_refused() -> None:
    def talk(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.recv(1)
            line.sendall(answer(b"plain"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=talk, args=(listener,))
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(HttpFailure, match="tls"):
            HttpClient(Trust(loopback=True)).send(HttpRequest("GET", url), Deadline(5, time.monotonic))
        thread.join()


def test_the_systems_own_bundle_is_trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.file)

    assert outcome(authority.context(), Trust(loopback=True)) == "hello"


def test_a_system_that_keeps_a_directory_and_no_bundle_is_understood(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL's default on Debian points to a bundle that is not there, and to a directory that is."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to name the file in the directory")
    command = [openssl, "x509", "-hash", "-noout", "-in", authority.file]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    shutil.copy(authority.file, tmp_path / f"{name}.0")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    assert outcome(authority.context(), Trust(loopback=True)) == "hello"


def test_a_configured_authority_comes_beside_the_systems_and_not_instead(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.file)
    other = Authority.make(tmp_path, "Another Authority")
    trust = Trust(loopback=True, ca_file=other.file)

    assert outcome(authority.context(), trust) == "hello"
    assert outcome(other.context(), trust) == "hello"


def test_a_system_without_any_authority_trusts_nobody(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setattr(authorities, "BUNDLES", ())

    assert outcome(authority.context(), Trust(loopback=True)) == "tls"
    assert outcome(authority.context(), trusting(authority)) == "hello"
