"""The gateway between the server and the requests, spoken to as the server does."""

import asyncio
import gc
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any, TypeVar

import pytest
from flask import Flask, request, session

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpRequest
from bridge.net.bulkhead import Bulkheads
from bridge.net.client import HttpClient, Trust
from bridge.net.lane import Lane
from bridge.net.waiting import aside, pause, wait_for
from bridge.web import gateway
from bridge.web.bounds import MAX_BODY
from bridge.web.gateway import Gateway
from tests.net.servers import serving

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
        raise AssertionError("this is not for it")

    return Gateway(app, https=https)


def environ_of(request: Environ, *body: bytes) -> Environ:
    """What the application gets to see of a request."""
    seen: list[Environ] = []

    def app(environ: Environ, start_response: Callable[..., object]) -> list[bytes]:
        seen.append({**environ, "body": environ["wsgi.input"].read()})
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"o", b"k"]

    status, headers, answer = run(ask(Gateway(app), request, body))
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
def test_attack_what_is_too_large_is_not_begun(what: str) -> None:
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

    door = Gateway(app)
    run(asyncio.wait_for(door(scope("POST"), receive, send), 5))
    assert sent[0]["status"] == 400
    headers = dict(sent[0]["headers"])
    assert (headers[b"bridge-refusal"], headers[b"connection"]) == (b"bad_request", b"close")
    assert door._inside == 0, "its place is another one's again"


def test_a_path_beyond_ascii_arrives_as_wsgi_wants_it() -> None:
    assert environ_of(scope(path="/login/é"))["PATH_INFO"] == "/login/é".encode().decode("latin-1")


def answering(work: Callable[[Environ], object]) -> Callable[[Environ, Callable[..., object]], list[bytes]]:
    """An application that does something before it says that there is nothing to say."""

    def app(environ: Environ, start_response: Callable[..., object]) -> list[bytes]:
        work(environ)
        start_response("204 No Content", [])
        return []

    return app


def test_more_requests_than_may_wait_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "INSIDE", 2)

    async def flood() -> list[tuple[int, dict[bytes, bytes], bytes]]:
        free: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        door = Gateway(answering(lambda _: wait_for(asyncio.shield(free))), working=1)
        waiting = [asyncio.ensure_future(ask(door, scope())) for _ in range(4)]
        done, _ = await asyncio.wait(waiting, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        assert all(task.result()[0] == 503 for task in done)
        assert (door.inside, door.waiting) == (2, 1)
        free.set_result(None)
        return await asyncio.gather(*waiting)

    answers = run(flood())

    assert sorted(status for status, _, _ in answers) == [204, 204, 503, 503]
    refused = next(headers for status, headers, _ in answers if status == 503)
    assert refused[b"bridge-refusal"] == b"overloaded"
    assert refused[b"retry-after"]


def test_a_request_that_waited_too_long_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "PATIENCE", 0.05)
    begun: list[Environ] = []

    def work(environ: Environ) -> None:
        begun.append(environ)
        wait_for(asyncio.sleep(0.2))

    async def walk() -> list[tuple[int, dict[bytes, bytes], bytes]]:
        door = Gateway(answering(work), working=1)
        answers = await asyncio.gather(*(ask(door, scope()) for _ in range(3)))
        assert (door.inside, door.waiting) == (0, 0)
        assert (await ask(door, scope()))[0] == 204
        return answers

    assert sorted(status for status, _, _ in run(walk())) == [204, 503, 503]
    assert len(begun) == 2, "nobody looks at the others' answers any more"


def test_a_slow_answer_keeps_no_quick_one_waiting() -> None:
    async def walk() -> None:
        free: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def work(environ: Environ) -> None:
            if environ["PATH_INFO"] == "/slow":
                with aside():
                    wait_for(asyncio.shield(free))

        door = Gateway(answering(work), working=1)
        slow = [asyncio.ensure_future(ask(door, scope(path="/slow"))) for _ in range(20)]
        quick = await asyncio.wait_for(ask(door, scope(path="/quick")), timeout=4)
        assert quick[0] == 204
        assert not any(task.done() for task in slow)
        free.set_result(None)
        assert {status for status, _, _ in await asyncio.gather(*slow)} == {204}

    run(walk())


def test_a_crowd_of_one_store_keeps_no_other_stores_people_waiting() -> None:
    async def walk() -> list[str]:
        order: list[str] = []

        def work(environ: Environ) -> None:
            wait_for(asyncio.sleep(0))
            order.append(environ["PATH_INFO"])

        door = Gateway(
            answering(work),
            crowds=frozenset({"us", "eu"}),
            working=1,
        )
        paths = ["/login/us"] * 50 + ["/login/eu"]
        await asyncio.gather(*(ask(door, scope(path=path)) for path in paths))
        return order

    assert run(walk()).index("/login/eu") <= 2


def test_a_fault_of_the_application_ends_its_request_only() -> None:
    def work(environ: Environ) -> None:
        pause(0.01)
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("broken")

    async def walk() -> None:
        door = Gateway(answering(work), working=1)
        broken, sound = await asyncio.gather(
            ask(door, scope(path="/broken")), ask(door, scope()), return_exceptions=True
        )
        assert isinstance(broken, ValueError)
        assert isinstance(sound, tuple)
        assert sound[0] == 204
        assert (await ask(door, scope()))[0] == 204
        assert (door.inside, door.waiting) == (0, 0)

    run(walk())


def test_what_flask_knows_of_two_interleaved_requests_does_not_mix() -> None:
    app = Flask(__name__)
    app.secret_key = "k" * 32

    @app.get("/<name>")
    def page(name: str) -> str:
        session["name"] = name
        seen = []
        for _ in range(5):
            pause(0.005)
            seen.append(f"{request.path[1:]}={session['name']}={request.headers['X-Name']}")
        return ",".join(seen)

    async def walk() -> None:
        door, names = Gateway(app), [str(number) for number in range(20)]
        answers = await asyncio.gather(
            *(ask(door, scope(path=f"/{name}", headers=[(b"x-name", name.encode())])) for name in names)
        )
        for name, (status, _, body) in zip(names, answers, strict=True):
            assert (status, body.decode()) == (200, ",".join([f"{name}={name}={name}"] * 5))

    run(walk())


@pytest.mark.parametrize("what", ["pauses", "waits for its turn", "asks another server"])
def test_a_request_that_is_cancelled_leaves_nothing_behind(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the server does with those under way when it ends, and with those whose browser is gone."""
    monkeypatch.setattr(gateway, "PATIENCE", 60)
    client, bulkheads = HttpClient(Trust(loopback=True, plain_http=True)), Bulkheads(8)
    lane = Lane(client, bulkheads, "stores.us", time.time, time.monotonic)
    ended: list[str] = []

    async def walk(url: str) -> None:
        def work(environ: Environ) -> None:
            try:
                if environ["PATH_INFO"] == "/quick":
                    return
                if what == "asks another server":
                    lane.send(HttpRequest("GET", url), Deadline(30, time.monotonic))
                elif what == "pauses":
                    pause(30)
                else:
                    wait_for(asyncio.sleep(30))
            finally:
                ended.append(environ["PATH_INFO"])

        door = Gateway(answering(work), working=1)
        under_way = [asyncio.ensure_future(ask(door, scope(path="/slow"))) for _ in range(3)]
        await asyncio.sleep(0.2)
        assert door.inside == 3
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        assert all(task.cancelled() for task in under_way)
        assert (door.inside, door.waiting, lane.held, bulkheads.free) == (0, 0, 0, 8)
        assert lane.breaker.state == ""
        quick = await asyncio.wait_for(ask(door, scope(path="/quick")), 1)
        assert quick[0] == 204
        loop: Any = asyncio.get_running_loop()
        assert len(loop._selector.get_map()) == 1, "no socket is watched any more"

    def silent(line: Any, _request: bytes) -> None:
        line.recv(1)

    with serving(silent) as server:
        run(walk(server.url))
    gc.collect()  # what was never awaited is told now, and is an error
    assert ended == (["/slow", "/quick"] if what == "waits for its turn" else ["/slow"] * 3 + ["/quick"])
