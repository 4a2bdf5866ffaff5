"""ASGI in front, WSGI behind: requests are received and answered on the event loop, each in a greenlet.

The server's own WSGI side gives the *whole* Cookie header away as an empty text when one byte of
it is not ASCII, and any script of the store can set such a cookie for the bridge's domain too:
its shoppers could never sign in. Its ASGI side hands the bytes over as they came.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING, Any

from bridge.domain.refusal import Reason
from bridge.net.after_crowds import AfterCrowds
from bridge.net.turnstile import WORKING, Turnstile
from bridge.net.waiting import run
from bridge.web.bounds import MAX_BODY, head_fault
from bridge.web.headers import plain
from bridge.web.languages import Languages
from bridge.web.look import Look
from bridge.web.pages import sentence

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Message = MutableMapping[str, Any]
#: Status, headers and body, as ASGI wants them.
RawAnswer = tuple[int, list[tuple[bytes, bytes]], bytes]

#: Requests inside at most; more are answered 503 at once.
INSIDE = 3072
#: Seconds for which a request may wait for its turn.
PATIENCE = 5.0
#: Seconds in which a request's body must have come. The server itself would wait for ever, and take no more
#: connections when a thousand did (Slowloris, with bodies).
BODY_LIMIT = 10.0
#: Threads for what cannot be left waiting: as many as there are connections to one Redis server for them.
THREADS = 64
_WITHOUT_BODY = frozenset({"GET", "HEAD"})


class Gateway:
    """An ASGI application (HTTP only) around a WSGI one whose answers are small."""

    def __init__(
        self,
        app: "WSGIApplication",
        look: Look | None = None,
        *,
        crowds: frozenset[str] = frozenset(),
        https: bool = True,
        refused: Callable[[str], None] = lambda _code: None,
        working: int = WORKING,
    ) -> None:
        """`crowds`: last words of paths; requests of each of these are a crowd of their own at the turnstile,
        where `working` are let in. `refused` hears the code of each request that never comes to `app`.
        """
        self._refused = refused
        self.replace(app, look, crowds=crowds, https=https)
        self._turnstile = Turnstile(working)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="blocking")
        self._inside = 0
        self._after_crowds = AfterCrowds(self._threads.submit)

    @property
    def inside(self) -> int:
        """How many requests are inside, those that wait for their turn included."""
        return self._inside

    @property
    def waiting(self) -> int:
        """How many of these wait for their turn."""
        return self._turnstile.waiting

    def replace(
        self,
        app: "WSGIApplication",
        look: Look | None = None,
        *,
        crowds: frozenset[str] = frozenset(),
        https: bool = True,
    ) -> None:
        """From now on requests go to `app`; those that are with another one end there."""
        self._app = app
        self._crowds = crowds
        self._secure = plain(https=https)
        self._languages = look.languages if look else Languages()

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        if self._inside >= INSIDE:
            status, headers, body = self._plain(Reason.OVERLOADED, _accepted(scope))
        elif fault := head_fault(scope):
            status, headers, body = self._plain(fault[0], _accepted(scope), fault[1])
        else:
            self._inside += 1
            try:
                status, headers, body = await self._received(scope, receive)
            finally:
                self._inside -= 1
                self._after_crowds.told(self._inside)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _received(self, scope: Message, receive: Callable[[], Awaitable[Message]]) -> RawAnswer:
        body = b""
        if scope["method"] not in _WITHOUT_BODY:
            try:
                async with asyncio.timeout(BODY_LIMIT):
                    body = await _body(receive)
            except (TimeoutError, EOFError):
                return self._plain(Reason.BAD_REQUEST, _accepted(scope))
        return await self._answer(_environ(scope, body))

    async def _answer(self, environ: dict[str, Any]) -> RawAnswer:
        came = monotonic()
        last = environ["PATH_INFO"].rpartition("/")[2]
        crowd = last if last in self._crowds else ""
        try:
            await self._turnstile.enter(crowd, PATIENCE)
        except TimeoutError:
            return self._plain(Reason.OVERLOADED, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        environ["bridge.waited"] = monotonic() - came
        try:
            aside = partial(self._turnstile.aside, crowd)
            return await run(partial(self._call, environ), aside, self._threads)
        finally:
            self._turnstile.leave()

    def _call(self, environ: dict[str, Any]) -> RawAnswer:
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

    def _plain(self, reason: Reason, accept_language: str, status: int = 0) -> RawAnswer:
        """A refusal as plain as it can be: there is no room to render a page."""
        self._refused(reason.value)
        text = self._languages.best(accept_language)
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-language", text.tag.encode()),
            (b"vary", b"Accept-Language"),
            *self._secure,
            (b"bridge-refusal", reason.value.encode()),
            # What else would come on this connection is the rest of what was not read.
            (b"retry-after", b"5") if reason is Reason.OVERLOADED else (b"connection", b"close"),
        ]
        return status or reason.words.status, headers, f"{sentence(text, reason)}\n".encode()


def _accepted(scope: Message) -> str:
    """The header Accept-Language, as it is in the WSGI environment."""
    values = (value for name, value in scope["headers"] if name == b"accept-language")
    return ",".join(value.decode("latin-1") for value in values)


async def _body(receive: Callable[[], Awaitable[Message]]) -> bytes:
    """The request's body, up to one byte more than is accepted. Raises EOFError where it was cut off: half a
    form is another form.
    """
    body = b""
    while len(body) <= MAX_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise EOFError
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
