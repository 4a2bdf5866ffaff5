"""A reply is complete and within its limits, or a failure with a name."""

import gzip
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.net.client import HEADER_LIMIT, HttpClient, Trust

from .servers import answer, dripping, serving

pytestmark = pytest.mark.usefixtures("both_ways")

HERE = Trust(loopback=True, plain_http=True)
ENDLESS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b"x" * 4096 + b"\r\n"


def send(request: HttpRequest | str, trust: Trust | HttpClient = HERE, seconds: float = 5) -> HttpReply:
    client = trust if isinstance(trust, HttpClient) else HttpClient(trust)
    wanted = HttpRequest("GET", request) if isinstance(request, str) else request
    return client.send(wanted, Deadline(seconds, time.monotonic))


def failure(request: HttpRequest | str, trust: Trust | HttpClient = HERE, seconds: float = 5) -> str:
    with pytest.raises(HttpFailure) as caught:
        send(request, trust, seconds)
    assert caught.value.detail
    return caught.value.kind


def silent(line: socket.socket, _request: bytes) -> None:
    line.recv(1)


def endless(line: socket.socket, _request: bytes) -> None:
    line.sendall(ENDLESS)
    while True:
        line.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")


class TestLimits:
    @pytest.mark.parametrize(
        "converse",
        [
            pytest.param(dripping(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 99), id="headers that drip"),
            pytest.param(dripping(answer(b"x" * 999)), id="a body that drips"),
            pytest.param(silent, id="silence"),
        ],
    )
    def test_the_time_limit_covers_everything(self, converse: Callable[[socket.socket, bytes], None]) -> None:
        with serving(converse) as server:
            began = time.monotonic()
            assert failure(HttpRequest("GET", server.url, time_limit=0.25)) == "timeout"
            assert time.monotonic() - began < 1

    def test_the_deadline_of_the_request_counts_when_it_comes_first(self) -> None:
        with serving(silent) as server:
            began = time.monotonic()
            assert failure(HttpRequest("GET", server.url, time_limit=30), seconds=0.2) == "timeout"
            assert time.monotonic() - began < 1

    def test_two_calls_share_one_deadline(self) -> None:
        with serving(silent) as server:
            deadline, client = Deadline(0.3, time.monotonic), HttpClient(HERE)
            began = time.monotonic()
            for _ in range(5):
                with pytest.raises(HttpFailure, match="timeout"):
                    client.send(HttpRequest("GET", server.url, time_limit=0.2), deadline)
            assert time.monotonic() - began < 0.6, "five waits of 0.2 s did not add up"
            assert deadline.remaining() < 0.01

    def test_a_body_is_taken_up_to_its_limit(self) -> None:
        with serving(answer(b"x" * 1000)) as server:
            assert len(send(HttpRequest("GET", server.url, size_limit=1000)).body) == 1000
            assert failure(HttpRequest("GET", server.url, size_limit=999)) == "too_large"

    def test_a_body_without_end_is_cut_off(self) -> None:
        with serving(endless) as server:
            assert failure(HttpRequest("GET", server.url, size_limit=100_000)) == "too_large"

    def test_headers_without_end_are_cut_off(self) -> None:
        lines = [f"X-{number}: {'x' * 1000}" for number in range(HEADER_LIMIT // 1000 + 1)]
        with serving(answer(b"", "200 OK", *lines)) as server:
            assert failure(server.url) == "too_large"
        with serving(answer(b"", "200 OK", *lines[:40])) as server:
            assert send(server.url).status == 200


class TestReplies:
    def test_a_redirect_is_given_back_and_not_followed(self) -> None:
        with serving(answer()) as target:
            for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"):
                with serving(answer(b"", status, f"Location: {target.url}/")) as server:
                    reply = send(HttpRequest("POST", server.url, {}, b"code=secret"))
                    assert reply.status == int(status[:3])
                    assert reply.headers["location"] == f"{target.url}/"
            assert target.peers == []

    def test_a_compressed_body_is_refused(self) -> None:
        packed = gzip.compress(b"x" * 10_000_000)
        for name in ("gzip", "br", "deflate", "GZIP"):
            with serving(answer(packed, "200 OK", f"Content-Encoding: {name}")) as server:
                assert failure(server.url) == "protocol"
                assert b"accept-encoding: identity" in server.requests[0].lower()
        with serving(answer(b"{}", "200 OK", "Content-Encoding: identity")) as server:
            assert send(server.url).body == b"{}"

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(answer(b"half", length=8), id="half a body"),
            pytest.param(b"HTTP/1.1 200 OK\r\nContent-Type: x", id="half a header"),
            pytest.param(b"<html>no headers at all</html>", id="HTTP 0.9"),
            pytest.param(b"\x16\x03\x01\x00", id="the bytes of another protocol"),
            pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="a broken chunk"),
            pytest.param(b"", id="nothing"),
        ],
    )
    def test_a_reply_that_is_not_whole_is_a_failure(self, data: bytes) -> None:
        def converse(line: socket.socket, _request: bytes) -> None:
            line.sendall(data)
            line.shutdown(socket.SHUT_RDWR)

        with serving(converse) as server:
            assert failure(server.url) == "protocol"

    def test_headers_of_an_early_answer_are_not_those_of_the_reply(self) -> None:
        early = b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\nContent-Type: text/early\r\n\r\n"
        with serving(
            early + answer(b"{}", "200 OK", "X-Twice: a", "X-TWICE:  b ", "Content-Type: A/B; c=d")
        ) as server:
            reply = send(server.url)
            assert reply.status == 200
            assert reply.headers["x-twice"] == "b"
            assert "x-early" not in reply.headers
            assert reply.media_type == "a/b"

    def test_an_error_status_is_a_reply(self) -> None:
        with serving(answer(b"gone", "503 Service Unavailable")) as server:
            assert (send(server.url).status, send(server.url).body) == (503, b"gone")


class TestConnections:
    def test_a_connection_is_used_again(self) -> None:
        with serving(answer(b"{}")) as server:
            client = HttpClient(HERE)
            for _ in range(3):
                send(server.url, client)
            assert len(server.requests) == 3
            assert len(server.peers) == 1

    def test_a_kept_connection_that_died_is_replaced(self) -> None:
        closed = threading.Event()

        def converse(line: socket.socket, _request: bytes) -> None:
            line.sendall(answer(b"{}"))
            line.shutdown(socket.SHUT_RDWR)
            closed.set()

        with serving(converse) as server:
            client = HttpClient(HERE)
            for _ in range(3):
                assert send(server.url, client).status == 200
                assert closed.wait(5)
            assert len(server.peers) == 3

    def test_threads_do_not_wait_for_each_other(self) -> None:
        together = threading.Barrier(8)

        def converse(line: socket.socket, request: bytes) -> None:
            together.wait(5)  # passes only when all eight are under way at once
            line.sendall(answer(request.split()[1]))

        with serving(converse) as server, ThreadPoolExecutor(8) as threads:
            client = HttpClient(HERE)
            urls = [f"{server.url}/{number}" for number in range(8)]
            replies = list(threads.map(lambda url: send(url, client), urls))
            assert [reply.body for reply in replies] == [f"/{number}".encode() for number in range(8)]

    def test_a_request_after_a_failure_works(self) -> None:
        def converse(line: socket.socket, request: bytes) -> None:
            line.sendall(answer(b"x" * (5000 if b"/large" in request else 5)))

        with serving(converse) as server:
            client = HttpClient(HERE)
            for _ in range(3):
                assert (
                    failure(HttpRequest("GET", server.url + "/large", size_limit=10), client) == "too_large"
                )
                assert send(HttpRequest("GET", server.url, size_limit=10), client).body == b"xxxxx"

    def test_nothing_of_one_request_is_left_in_the_next(self) -> None:
        with serving(answer(b"{}")) as server:
            client = HttpClient(HERE)
            send(
                HttpRequest("POST", server.url, {"Authorization": "Basic c2VjcmV0"}, b"code=\x00secret"),
                client,
            )
            send(server.url, client)
            assert len(server.peers) == 1
            assert server.requests[0].endswith(b"\r\n\r\ncode=\x00secret")
            assert b"expect:" not in server.requests[0].lower()
            assert server.requests[1].startswith(b"GET / HTTP/1.1\r\n")
            assert b"secret" not in server.requests[1]
            assert b"authorization" not in server.requests[1].lower()
            assert b"User-Agent: bridge/" in server.requests[1]

    def test_nobody_there_is_unreachable(self) -> None:
        with serving(answer()) as server:
            url = server.url
        assert failure(url) == "unreachable"


class TestWhereTo:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0.0.0.0"])
    def test_a_private_address_is_refused_and_nothing_is_sent(self, host: str) -> None:
        with serving(answer()) as server:
            assert failure(f"http://{host}:{server.port}/", Trust(plain_http=True)) == "refused_address"
            assert server.peers == []

    @pytest.mark.parametrize("trust", [HERE, Trust(private_network=True, plain_http=True)])
    def test_who_may_talk_to_it_does(self, trust: Trust) -> None:
        with serving(answer(b"{}")) as server:
            assert send(server.url, trust).status == 200

    @pytest.mark.parametrize("scheme", ["http", "ftp", "gopher", "ldap", "telnet", "dict", "ws"])
    def test_only_https_goes_out_unless_allowed(self, scheme: str) -> None:
        with serving(answer()) as server:
            assert failure(f"{scheme}://127.0.0.1:{server.port}/", Trust(loopback=True)) == "protocol"
            assert server.peers == []

    def test_files_are_not_read(self) -> None:
        assert failure("file:///etc/hostname") == "protocol"

    @pytest.mark.parametrize(
        "path",
        ["/a\r\nX-Evil: 1", "/a\nb", "/a\x00b", "/\u00e4", "/\ud800", " HTTP/1.1\r\nX-Evil: 1"],
        ids=ascii,
    )
    def test_a_url_cannot_bring_headers_of_its_own(self, path: str) -> None:
        with serving(answer()) as server:
            with suppress(HttpFailure):
                send(server.url + path)
            assert b"X-Evil" not in b"".join(server.requests)

    @pytest.mark.parametrize(
        "value", ["a\r\nX-Evil: 1", "a\nb", "a\x00", "\u00e9", "\u2028", "a\tb"], ids=ascii
    )
    def test_a_header_value_cannot_bring_headers_of_its_own(self, value: str) -> None:
        with serving(answer()) as server:
            assert failure(HttpRequest("GET", server.url, {"Authorization": value})) == "protocol"
            assert server.requests == []

    def test_neither_the_environments_proxies_nor_a_netrc_are_used(self, tmp_path: Path) -> None:
        (tmp_path / ".netrc").write_text(
            "machine 127.0.0.1 login planted password planted\n", encoding="utf-8"
        )
        program = (
            "import sys, time\n"
            "from bridge.domain.deadline import Deadline\n"
            "from bridge.domain.http import HttpRequest\n"
            "from bridge.net.client import HttpClient, Trust\n"
            "client = HttpClient(Trust(loopback=True, plain_http=True))\n"
            "reply = client.send(HttpRequest('GET', sys.argv[1]), Deadline(5, time.monotonic))\n"
            "sys.exit(0 if reply.body == b'direct' else 1)\n"
        )
        with serving(answer(b"by proxy")) as proxy, serving(answer(b"direct")) as server:
            names = ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY")
            environ = {
                "HOME": str(tmp_path),
                "PYTHONPATH": ":".join(sys.path),
                **dict.fromkeys(names, proxy.url),
            }
            subprocess.run([sys.executable, "-c", program, server.url], env=environ, check=True, timeout=30)
            assert proxy.peers == []
            assert b"authorization" not in server.requests[0].lower()
