"""ASGI in front, WSGI threads behind: requests are received without a thread, and answered in one.

The server's own WSGI side gives the *whole* Cookie header away as an empty text when one byte of
it is not ASCII, and any script of the store can set such a cookie for the bridge's domain too:
its shoppers could never sign in. Its ASGI side hands the bytes over as they came. What is more,
a slow body holds no thread, and a flood is told to come back instead of waiting in the dark.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING, Any

from bridge.domain.refusal import Reason
from bridge.web.request import MAX_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Message = MutableMapping[str, Any]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

#: Requests that may wait for a thread, for each thread; more are answered 503 at once.
WAITING_PER_THREAD = 32
#: Seconds for which a request may wait for a thread.
PATIENCE = 5.0


class Gateway:
    """An ASGI application (HTTP only) around a WSGI one whose answers are small."""

    def __init__(self, app: "WSGIApplication", threads: int) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._limit = threads * (1 + WAITING_PER_THREAD)
        self._inside = 0

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        if self._inside >= self._limit:
            status, headers, body = _busy()
        else:
            self._inside += 1
            try:
                environ = _environ(scope, await _body(scope, receive))
                loop = asyncio.get_running_loop()
                status, headers, body = await loop.run_in_executor(
                    self._threads, self._answer, environ, monotonic()
                )
            finally:
                self._inside -= 1
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, environ: dict[str, Any], came: float) -> Answer:
        waited = monotonic() - came
        if waited > PATIENCE:
            return _busy()
        environ["bridge.waited"] = waited
        started: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _info: Any = None
        ) -> Callable[[bytes], object]:
            started[:] = status, headers
            return lambda _data: None

        parts = self._app(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers = started
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return int(status[:3]), raw, body


def _busy() -> Answer:
    """The refusal `overloaded`, as plain as it can be: there is no thread to render a page."""
    words = Reason.OVERLOADED.words
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"retry-after", b"5"),
        (b"bridge-refusal", Reason.OVERLOADED.value.encode()),
    ]
    return words.status, headers, f"{words.title}. {words.message}\n".encode()


async def _body(scope: Message, receive: Callable[[], Awaitable[Message]]) -> bytes:
    """The request's body, up to one byte more than the app accepts."""
    if scope["method"] in ("GET", "HEAD"):
        return b""
    body = b""
    while len(body) <= MAX_BODY:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return body[: MAX_BODY + 1]


def _environ(scope: Message, body: bytes) -> dict[str, Any]:
    """The WSGI environment (PEP 3333): bytes as latin-1 texts."""
    host, port = scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name or name in ("content-length", "transfer-encoding"):
            continue  # X_Forwarded_For would become X-Forwarded-For; the length is counted here
        key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
        if key in environ:
            environ[key] += ("; " if name == "cookie" else ",") + value
        else:
            environ[key] = value
    return environ
