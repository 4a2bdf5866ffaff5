"""The gateway between the server and the threads, spoken to as the server does."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any, TypeVar

import pytest

from bridge.net.turnstile import Turnstile
from bridge.web import gateway
from bridge.web.bounds import MAX_BODY
from bridge.web.gateway import Gateway

Environ = dict[str, Any]
T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: the browser tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


def scope(method: str = "GET", headers: Iterable[tuple[bytes, bytes]] = (), **more: Any) -> Environ:
    return {
        "type": "http",
        "method": method,
        "path": "/login/us",
        "query_string": b"return_to=%2Fcart",
        "headers": list(headers),
        "scheme": "http",
        "http_version": "1.1",
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 80),
        **more,
    }


async def ask(
    door: Gateway, request: Environ, body: Iterable[bytes] = ()
) -> tuple[int, dict[bytes, bytes], bytes]:
    """What the server would send to the client."""
    parts, sent = chain(body, [None]), []
    following = next(parts)

    async def receive() -> Environ:
        nonlocal following
        part, following = following, next(parts, None)
        return {"type": "http.request", "body": part or b"", "more_body": following is not None}

    async def send(message: Any) -> None:
        sent.append(message)

    await door(request, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def closed_door(*, https: bool = True) -> Gateway:
    """One behind which nobody may be asked."""

    def app(_environ: Environ, _start_response: Callable[..., object]) -> list[bytes]:
        raise AssertionError("this needs no thread")

    return Gateway(app, Turnstile(), https=https)


def environ_of(request: Environ, *body: bytes) -> Environ:
    """What the application gets to see of a request."""
    seen: list[Environ] = []

    def app(environ: Environ, start_response: Callable[..., object]) -> list[bytes]:
        seen.append({**environ, "body": environ["wsgi.input"].read()})
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"o", b"k"]

    status, headers, answer = run(ask(Gateway(app, Turnstile()), request, body))
    assert (status, headers, answer) == (200, {b"content-type": b"text/plain"}, b"ok")
    return seen[0]


@pytest.mark.parametrize(
    "foreign", ["name=Müller".encode(), "name=Müller".encode("latin-1"), b"name=\xff\xfe"]
)
def test_a_foreign_cookie_beyond_ascii_costs_no_other_cookie(foreign: bytes) -> None:
    environ = environ_of(scope(headers=[(b"cookie", foreign + b"; bridge-attempt-x=y")]))

    assert "; bridge-attempt-x=y" in environ["HTTP_COOKIE"]


def test_cookies_that_http_2_sent_one_by_one_are_joined() -> None:
    environ = environ_of(scope(headers=[(b"cookie", b"a=1"), (b"cookie", b"b=2")]))

    assert environ["HTTP_COOKIE"] == "a=1; b=2"


def test_a_header_with_an_underscore_cannot_pass_for_another() -> None:
    environ = environ_of(
        scope(headers=[(b"x_forwarded_for", b"10.9.9.9"), (b"x-forwarded-for", b"192.0.2.1")])
    )

    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"


def test_a_body_comes_whole_with_its_counted_length() -> None:
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", b"999"),
        (b"transfer-encoding", b"chunked"),
    ]
    environ = environ_of(scope("POST", headers), b"hello ", b"world")

    assert environ["body"] == b"hello world"
    assert environ["CONTENT_LENGTH"] == "11"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_a_body_that_is_too_large_is_read_until_that_is_sure_and_is_the_app_s_to_refuse() -> None:
    given = environ_of(scope("POST"), *[b"x" * 10_000] * 20)
    assert given["CONTENT_LENGTH"] == str(MAX_BODY + 1)
    assert len(given["body"]) == MAX_BODY + 1


TOO_LARGE: dict[str, tuple[int, Environ]] = {
    "a path": (414, {"path": "/login/" + "x" * 3000}),
    "a query": (414, {"query_string": b"x" * 16_385}),
    "cookies": (431, {"headers": [(b"cookie", b"x" * 33_000), (b"cookie", b"y" * 33_000)]}),
    "one header": (431, {"headers": [(b"x", b"x" * 66_000)]}),
    "many headers": (431, {"headers": [(b"x", b"x")] * 81}),
    "a declared body": (413, {"method": "POST", "headers": [(b"content-length", b"1048577")]}),
}


@pytest.mark.parametrize("what", TOO_LARGE)
def test_attack_what_is_too_large_costs_no_thread(what: str) -> None:
    status, more = TOO_LARGE[what]
    got, headers, body = run(ask(closed_door(), scope(**more)))
    assert (got, headers[b"bridge-refusal"], headers[b"connection"]) == (status, b"too_large", b"close")
    assert body


def test_attack_smuggling_two_hosts_are_none() -> None:
    assert run(ask(closed_door(), scope(headers=[(b"host", b"a"), (b"host", b"b")])))[0] == 400


def test_a_body_that_was_cut_off_is_none() -> None:
    async def walk() -> int:
        messages: Iterator[Environ] = iter(
            [{"type": "http.request", "body": b"a=1&b", "more_body": True}, {"type": "http.disconnect"}]
        )
        sent: list[Any] = []

        async def receive() -> Environ:
            return next(messages)

        async def send(message: Any) -> None:
            sent.append(message)

        await closed_door()(scope("POST"), receive, send)
        return int(sent[0]["status"])

    assert run(walk()) == 400


@pytest.mark.parametrize("https", [False, True])
def test_its_own_answers_carry_the_security_headers(https: bool) -> None:
    _, headers, _ = run(ask(closed_door(https=https), scope(path="/" + "x" * 3000)))
    for name in (
        b"content-security-policy",
        b"x-frame-options",
        b"referrer-policy",
        b"cross-origin-opener-policy",
    ):
        assert headers[name]
    assert (headers[b"x-content-type-options"], headers[b"cache-control"]) == (b"nosniff", b"no-store")
    assert (b"strict-transport-security" in headers) is https


@pytest.mark.parametrize("parts", [[], [b"{"], [b"{"] * 50], ids=["nothing", "one byte", "byte by byte"])
def test_attack_slowloris_who_drips_a_body_is_sent_away(
    monkeypatch: pytest.MonkeyPatch, parts: list[bytes]
) -> None:
    monkeypatch.setattr(gateway, "BODY_LIMIT", 0.2)
    dripped, sent = iter(parts), []

    def app(_environ: Environ, _start_response: Callable[..., object]) -> list[bytes]:
        raise AssertionError("half a request is none")

    async def receive() -> Environ:
        await asyncio.sleep(0.01)
        for part in dripped:
            return {"type": "http.request", "body": part, "more_body": True}
        return await asyncio.Future()

    async def send(message: Any) -> None:
        sent.append(message)

    door = Gateway(app, Turnstile())
    run(asyncio.wait_for(door(scope("POST"), receive, send), 5))
    assert sent[0]["status"] == 400
    headers = dict(sent[0]["headers"])
    assert (headers[b"bridge-refusal"], headers[b"connection"]) == (b"bad_request", b"close")
    assert door._inside == 0, "its place is another one's again"


def test_a_path_beyond_ascii_arrives_as_wsgi_wants_it() -> None:
    assert environ_of(scope(path="/login/é"))["PATH_INFO"] == "/login/é".encode().decode("latin-1")


def test_more_requests_than_may_wait_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "INSIDE", 2)
    free = threading.Event()

    def app(_environ: Environ, start_response: Callable[..., object]) -> list[bytes]:
        free.wait(5)
        start_response("204 No Content", [])
        return []

    async def flood() -> list[tuple[int, dict[bytes, bytes], bytes]]:
        door = Gateway(app, Turnstile(working=1, threads=1))
        waiting = [asyncio.ensure_future(ask(door, scope())) for _ in range(4)]
        done, _ = await asyncio.wait(waiting, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        assert all(task.result()[0] == 503 for task in done)
        free.set()
        return await asyncio.gather(*waiting)

    answers = run(flood())

    assert sorted(status for status, _, _ in answers) == [204, 204, 503, 503]
    refused = next(headers for status, headers, _ in answers if status == 503)
    assert refused[b"bridge-refusal"] == b"overloaded"
    assert refused[b"retry-after"]


def test_a_request_that_waited_too_long_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "PATIENCE", -1)

    def app(_environ: Environ, _start_response: Callable[..., object]) -> list[bytes]:
        raise AssertionError("nobody looks at its answer any more")

    assert run(ask(Gateway(app, Turnstile()), scope()))[0] == 503


def test_a_slow_answer_keeps_no_quick_one_waiting() -> None:
    free = threading.Event()

    def app(environ: Environ, start_response: Callable[..., object]) -> list[bytes]:
        if environ["PATH_INFO"] == "/slow":
            free.wait(5)
        start_response("204 No Content", [])
        return []

    async def walk() -> None:
        door = Gateway(app, Turnstile(working=1))
        slow = [asyncio.ensure_future(ask(door, scope(path="/slow"))) for _ in range(20)]
        quick = await asyncio.wait_for(ask(door, scope(path="/quick")), timeout=4)
        assert quick[0] == 204
        assert not any(task.done() for task in slow)
        free.set()
        assert {status for status, _, _ in await asyncio.gather(*slow)} == {204}

    run(walk())


def test_a_fault_of_the_application_ends_its_request_only() -> None:
    def app(environ: Environ, start_response: Callable[..., object]) -> list[bytes]:
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("broken")
        start_response("204 No Content", [])
        return []

    async def walk() -> None:
        door = Gateway(app, Turnstile(working=1))
        with pytest.raises(ValueError, match="broken"):
            await ask(door, scope(path="/broken"))
        assert (await ask(door, scope()))[0] == 204

    run(walk())
