"""The shared connection with a name, a password, a database, TLS, and beside replicas."""

import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.refusal import Refused
from bridge.net.waiting import pause
from bridge.state.server import RedisServer, Script
from bridge.state.whereabouts import Access
from tests.net.on_loop import Worker
from tests.net.servers import Authority
from tests.topologies.servers import Process, tls_binary

from .asking import saying
from .fake_server import echo, faking

WRITING = Script("redis.call('SET', KEYS[1], ARGV[1]) return {redis.call('GET', KEYS[1]), 1, false, {'x'}}")


class TestKeptCopies:
    def test_without_the_replicas_it_is_refused_and_keeps_nobody_waiting(
        self, worker: Worker, redis_server: DemoServer
    ) -> None:
        server = RedisServer(redis_server.url, access=Access(wait_replicas=1))

        def keep() -> str:
            with pytest.raises(Refused, match="wait_replicas"):
                server.keep(WRITING, ("kept",), "x")
            return "refused"

        kept = [worker.begin(keep) for _ in range(3)]
        worker.call(partial(pause, 0.1))
        began = time.monotonic()
        assert worker.call(saying(server, "text")) == "text"
        assert time.monotonic() - began < 0.5
        assert [one.result(5) for one in kept] == ["refused"] * 3
        server.command("DEL", "kept")
        server.close()


class TestWays:
    def test_a_name_a_password_and_a_database(self, worker: Worker, tmp_path: Path) -> None:
        process = Process(tmp_path).start().await_pong()
        try:
            process.ask("ACL", "SETUSER", "ada", "on", ">s3cret", "~*", "&*", "+@all")
            process.ask("ACL", "SETUSER", "default", "off")
            server = RedisServer(f"redis://ada:s3cret@{process.place}/3")
            assert worker.call(lambda: server.command("ACL", "WHOAMI")) == "ada"
            worker.call(lambda: server.command("SET", "x", "in three"))
            server.close()
            other = RedisServer(f"redis://ada:s3cret@{process.place}/0")
            assert worker.call(lambda: other.command("GET", "x")) is None
            other.close()
            stranger = RedisServer(f"redis://ada:wrong@{process.place}/3")
            assert worker.call(saying(stranger, "text")) == "AuthenticationError"
            stranger.close()
        finally:
            process.kill()

    def test_tls(self, worker: Worker, tmp_path: Path) -> None:
        authority = Authority.make(tmp_path)
        with faking(echo, authority.context()) as fake:
            server = RedisServer(fake.url, access=Access(tls=True, ca_file=authority.file))
            texts = [f"{number}" * 50_000 for number in range(10, 60)]
            assert worker.all([saying(server, text) for text in texts]) == texts
            assert worker.all([saying(server, text) for text in texts]) == texts
            server.close()
            stranger = RedisServer(fake.url, access=Access(tls=True))
            assert worker.call(saying(stranger, "text")) == "ConnectionError"
            stranger.close()

    @pytest.mark.slow
    def test_tls_of_a_real_server(self, worker: Worker, tmp_path: Path) -> None:
        binary, authority = tls_binary(), Authority.make(tmp_path)
        certificate, key = authority.client("127.0.0.1")
        (tmp_path / "own.pem").write_text(certificate)
        (tmp_path / "own-key.pem").write_text(key)
        papers: dict[str, Any] = {
            "tls_cert_file": str(tmp_path / "own.pem"),
            "tls_key_file": str(tmp_path / "own-key.pem"),
        }
        process = Process(tmp_path, binary, **papers, tls_ca_cert_file=authority.file).start().await_pong()
        try:
            access = Access(
                tls=True,
                ca_file=authority.file,
                client_cert=papers["tls_cert_file"],
                client_key=papers["tls_key_file"],
            )
            server = RedisServer(f"rediss://{process.place}/0", access=access)
            texts = [f"{number}" * 100_000 for number in range(10, 40)]
            assert worker.all([saying(server, text) for text in texts]) == texts
            server.close()
        finally:
            process.kill()
