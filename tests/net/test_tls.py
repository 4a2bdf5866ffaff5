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
from bridge.domain.secret import Secret
from bridge.net import authorities
from bridge.net.client import HttpClient, Trust

from .servers import Authority, answer, serving

pytestmark = pytest.mark.usefixtures("both_ways")


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


def demanding(authority: Authority, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """A server that talks to nobody without a certificate of `authority` (RFC 8705)."""
    context = authority.context()
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    return context


def showing(authority: Authority, certificate: str, key: str) -> Trust:
    return Trust(loopback=True, ca_file=authority.file, certificate=certificate, certificate_key=Secret(key))


VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


class TestClientCertificate:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_a_server_that_demands_one_sees_it(self, authority: Authority, version: ssl.TLSVersion) -> None:
        trust = showing(authority, *authority.client())
        assert outcome(demanding(authority, version), trust) == "hello"

    @pytest.mark.parametrize("version", VERSIONS)
    def test_without_one_no_request_gets_there(self, authority: Authority, version: ssl.TLSVersion) -> None:
        assert outcome(demanding(authority, version), trusting(authority)) in ("tls", "protocol")

    def test_one_of_another_authority_is_not_taken(self, authority: Authority, tmp_path: Path) -> None:
        other = Authority.make(tmp_path)
        assert outcome(demanding(authority), showing(authority, *other.client())) in ("tls", "protocol")

    def test_the_authorities_in_between_are_shown_as_well(self, authority: Authority, tmp_path: Path) -> None:
        between = authority.below(tmp_path, "Test Authority in between")
        certificate, key = between.client()
        assert outcome(demanding(authority), showing(authority, certificate + between.pem, key)) == "hello"
        assert outcome(demanding(authority), showing(authority, certificate, key)) in ("tls", "protocol")

    def test_a_key_of_another_certificate_sends_nothing(self, authority: Authority) -> None:
        (certificate, _), (_, key) = authority.client(), authority.client()
        assert outcome(demanding(authority), showing(authority, certificate, key)) in ("tls", "protocol")

    def test_a_server_that_asks_for_none_is_served_as_ever(self, authority: Authority) -> None:
        assert outcome(authority.context(), showing(authority, *authority.client())) == "hello"

    def test_it_can_be_shown_again_and_again(self, authority: Authority) -> None:
        client = HttpClient(showing(authority, *authority.client()))
        with serving(answer(b"hello", "200 OK", "Connection: close"), demanding(authority)) as server:
            for _ in range(3):
                reply = client.send(HttpRequest("GET", server.url), Deadline(5, time.monotonic))
                assert reply.body == b"hello"

    def test_whom_to_trust_is_judged_as_without_one(self, authority: Authority, tmp_path: Path) -> None:
        stranger = Authority.make(tmp_path)
        trust = showing(authority, *authority.client())
        assert outcome(stranger.context(), trust) == "tls"

    def test_the_key_is_shown_to_nobody_else(self, authority: Authority) -> None:
        certificate, key = authority.client()
        assert key.splitlines()[1] not in repr(showing(authority, certificate, key))


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
    assert authorities.Authorities.of_system().file == "", "a bundle would be read whole for each connection"


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


def test_attack_a_directory_with_what_cannot_be_read_stops_nobody(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links that an upgrade left behind: beside a bundle the directory is read by us."""
    (tmp_path / "deadbeef.0").symlink_to(tmp_path / "gone.pem")
    (tmp_path / "deadbee0.0").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", authority.file)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    assert outcome(authority.context(), Trust(loopback=True)) == "hello"


@pytest.mark.parametrize("without", ["memfd_create", "/proc"])
def test_a_system_without_files_in_memory_is_served_as_well(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    """macOS, and a Linux in which /proc is not mounted."""
    if without == "/proc":
        monkeypatch.setattr("bridge.net.authorities.os.access", lambda *_: False)
    else:
        monkeypatch.delattr("os.memfd_create", raising=False)
    bundle = authorities.Bundle(b"text")
    path = Path(bundle.path)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"text", 0o600)
    del bundle
    assert not path.exists()
    assert outcome(authority.context(), trusting(authority)) == "hello"
