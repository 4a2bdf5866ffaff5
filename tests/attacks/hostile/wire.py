"""Ways to answer badly, below and above HTTP: each makes an honest reply into a bad one."""

import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from tests.attacks.hostile.plan import Reply, Turn, Wire
from tests.attacks.hostile.server import as_bytes

Change = Callable[[Reply, Turn], Reply]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PATIENCE = 15.0  # seconds; longer than the bridge may wait


def body(make: Callable[[bytes], bytes], **headers: str) -> Change:
    """Another body, with its true length unless `headers` say otherwise."""

    def change(reply: Reply, _turn: Turn) -> Reply:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(reply, body=make(reply.body), headers={**reply.headers, **more})

    return change


def status(code: int, text: bytes | None = None, **headers: str) -> Change:
    def change(reply: Reply, _turn: Turn) -> Reply:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        held = reply.body if text is None else text
        return replace(reply, status=code, body=held, headers={**reply.headers, **more})

    return change


def media_type(value: str) -> Change:
    return body(lambda text: text, Content_Type=value)


def to_the_thief(code: int) -> Change:
    """A redirect to the same path at the thief's, where everything is answered as if all were well."""

    def change(reply: Reply, turn: Turn) -> Reply:
        return replace(reply, status=code, headers={"Location": f"{turn.thief}/{reply.endpoint}"}, body=b"")

    return change


def raw(data: bytes | Callable[[bytes], bytes]) -> Change:
    """These bytes instead of HTTP (made from the honest reply's body), then the connection is closed."""

    def change(reply: Reply, _turn: Turn) -> Reply:
        text = data if isinstance(data, bytes) else data(reply.body)
        return replace(reply, raw=lambda wire: wire.send(text))

    return change


def play(act: Callable[[Wire, bytes], None]) -> Change:
    """A little play on the wire, with the honest reply's bytes at hand."""
    return lambda reply, _turn: replace(reply, raw=lambda wire: act(wire, as_bytes(reply)))


def silence(wire: Wire, _honest: bytes) -> None:
    wire.wait_until_closed(PATIENCE)


def hang_up(_wire: Wire, _honest: bytes) -> None:
    pass


def reset(wire: Wire, _honest: bytes) -> None:
    wire.reset()


def _drip(wire: Wire, text: bytes) -> None:
    end = time.monotonic() + PATIENCE
    for place in range(len(text)):
        if time.monotonic() > end:
            return
        wire.send(text[place : place + 1])
        time.sleep(0.25)


def drip_header(wire: Wire, honest: bytes) -> None:
    _drip(wire, honest)


def drip_body(wire: Wire, honest: bytes) -> None:
    head, _, text = honest.partition(b"\r\n\r\n")
    wire.send(head + b"\r\n\r\n")
    _drip(wire, text)


def stop_midway(wire: Wire, honest: bytes) -> None:
    wire.send(honest[:-10])


def stall_midway(wire: Wire, honest: bytes) -> None:
    wire.send(honest[:-1])
    wire.wait_until_closed(PATIENCE)


def endless_slow_chunks(wire: Wire, _honest: bytes) -> None:
    wire.send(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        wire.send(b"1\r\n \r\n")
        time.sleep(0.25)


def endless_chunks(wire: Wire, _honest: bytes) -> None:
    wire.send(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    for _ in range(4000):
        wire.send(chunk)


def endless_body(wire: Wire, _honest: bytes) -> None:
    wire.send(OK + b"\r\n")
    for _ in range(4000):
        wire.send(b" " * 65536)


def endless_headers(wire: Wire, _honest: bytes) -> None:
    wire.send(OK)
    for place in range(100_000):
        wire.send(f"X-{place}: {'x' * 1000}\r\n".encode())


def endless_continues(wire: Wire, honest: bytes) -> None:
    for _ in range(50_000):
        wire.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 20)
    wire.send(honest)


def gzipped(text: bytes) -> bytes:
    return gzip.compress(text)


def whole(text: bytes) -> bytes:
    """A proper answer."""
    return OK + f"Content-Length: {len(text)}\r\n\r\n".encode() + text


def chunked(text: bytes) -> bytes:
    """A proper answer in small chunks, with a trailer."""
    parts = [text[place : place + 7] for place in range(0, len(text), 7)]
    chunks = b"".join(f"{len(part):x};ext=1\r\n".encode() + part + b"\r\n" for part in parts)
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nX-Trailer: 1\r\n\r\n"


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * 50_000_000, 6)


def gzip_bomb(_text: bytes) -> bytes:
    return _bomb()
