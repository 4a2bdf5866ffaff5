"""TLS on every way to Redis, with the authority of one's own and a certificate of one's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.refusal import Reason, Refused
from bridge.state.cluster import RedisCluster
from bridge.state.keys import Keys
from bridge.state.redis_check import RedisCheck
from bridge.state.server import RedisServer
from bridge.state.whereabouts import Access
from tests.net.servers import Authority

from .servers import Process, tls_binary
from .several import Clustered, Watched

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("both_ways")]


@dataclass
class Papers:
    """Who vouches for whom."""

    binary: str
    authority: Authority
    certificate: str
    key: str

    @property
    def server(self) -> dict[str, Any]:
        return {
            "tls_cert_file": self.certificate,
            "tls_key_file": self.key,
            "tls_ca_cert_file": self.authority.file,
            "tls_replication": "yes",
        }

    def access(self, **other: str) -> Access:
        told: dict[str, Any] = {
            "ca_file": self.authority.file,
            "client_cert": self.certificate,
            "client_key": self.key,
        }
        return Access(tls=True, **(told | other))


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    binary, folder = tls_binary(), tmp_path_factory.mktemp("papers")
    authority = Authority.make(folder)
    certificate, key = authority.client("127.0.0.1")
    (folder / "own.pem").write_text(certificate)
    (folder / "own-key.pem").write_text(key)
    return Papers(binary, authority, str(folder / "own.pem"), str(folder / "own-key.pem"))


@pytest.fixture(scope="module")
def alone(papers: Papers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server that asks for a certificate."""
    made = Process(tmp_path_factory.mktemp("tls"), papers.binary, **papers.server).start()
    yield made.await_pong()
    made.kill()


def findings(server: RedisServer) -> str:
    checked = RedisCheck(server, Keys("bridge"), lambda: float(server.command("TIME")[0]))
    found = list(checked.check(Deadline(5, lambda: 0.0)))
    server.close()
    return "\n".join(f"{one.level} {one.message} -> {one.remedy}" for one in found)


def secure(process: Process) -> str:
    return process.url.replace("redis://", "rediss://")


def test_a_server_that_asks_for_a_certificate(papers: Papers, alone: Process) -> None:
    server = RedisServer(secure(alone), access=papers.access())
    assert server.command("SET", "x", "1")
    assert findings(server).startswith("ok answers (Redis ")


def test_another_authority_is_not_trusted(papers: Papers, alone: Process, tmp_path: Path) -> None:
    other = Authority.make(tmp_path, "Another Authority")
    server = RedisServer(secure(alone), access=papers.access(ca_file=other.file))
    with pytest.raises(Refused) as caught:
        server.command("GET", "x")
    assert caught.value.reason is Reason.STATE_UNAVAILABLE
    assert "CERTIFICATE_VERIFY_FAILED" in caught.value.detail
    assert "failed its certificate is not from the authority of redis.ca_file" in findings(server)


def test_without_ca_file_the_systems_authorities_count(papers: Papers, alone: Process) -> None:
    server = RedisServer(secure(alone), access=papers.access(ca_file=""))
    assert "not from the authority" in findings(server)


def test_a_certificate_for_another_host_is_not_trusted(papers: Papers, alone: Process) -> None:
    server = RedisServer(secure(alone).replace("127.0.0.1", "localhost"), access=papers.access())
    with pytest.raises(Refused) as caught:
        server.command("GET", "x")
    assert "CERTIFICATE_VERIFY_FAILED" in caught.value.detail
    server.close()


def test_a_server_that_wants_a_certificate_and_gets_none_is_named(papers: Papers, alone: Process) -> None:
    server = RedisServer(secure(alone), access=papers.access(client_cert="", client_key=""))
    assert "failed it does not take the bridge's certificate, or wants one" in findings(server)


def test_a_port_without_tls_is_named(papers: Papers, tmp_path: Path) -> None:
    plain = Process(tmp_path).start()
    try:
        plain.await_pong()
        server = RedisServer(secure(plain), access=papers.access())
        said = findings(server)
        assert "it does not speak TLS at this port" in said or "to TLS a port without it is silent" in said
    finally:
        plain.kill()


def test_sentinels_and_what_they_watch_over_tls(papers: Papers, tmp_path: Path) -> None:
    with Watched(tmp_path, papers.binary, tls=papers.server) as watched:
        server = RedisServer(watched.url, access=papers.access())
        assert server.command("SET", "x", "1")
        assert "could do a failover" in findings(server)


def test_a_cluster_over_tls(papers: Papers, tmp_path: Path) -> None:
    told = papers.server | {"tls_cluster": "yes"}
    with Clustered(tmp_path, papers.binary, replicas=False, tls=told) as cluster:
        server = RedisCluster(cluster.url, access=papers.access())
        for number in range(20):
            assert server.command("SET", f"x{number}", "1")
        assert "a Cluster of 3 primaries" in findings(server)
