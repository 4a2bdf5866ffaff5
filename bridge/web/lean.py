"""Flask without what the bridge has no use for: sessions, asynchronous views, hosts that decide about views,
an answer's headers looked through again when they are written. Every request would pay for these.
"""

import re
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from flask import Flask, Request, request
from flask import Response as FlaskResponse
from flask.sessions import NullSession, SessionInterface
from werkzeug.datastructures import Headers
from werkzeug.routing import MapAdapter
from werkzeug.sansio.http import parse_cookie
from werkzeug.sansio.utils import get_host
from werkzeug.urls import iri_to_uri  # its module also registers the error handler that `_decoded` names

from bridge.domain.story import Story

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from bridge.web.pages import WayBack

Lines = Iterable[tuple[str, str]]

#: An address that goes into a header as it is: nothing in it ends a line, and `iri_to_uri` would keep it.
_PLAIN_ADDRESS = re.compile(
    r"https?://[a-z0-9.-]+(?::[1-9][0-9]{0,4})?/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*"
    r"(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]+)?"
)
#: A dictionary of several values for a name costs more than to read the cookies.
_PAIRS: Any = list


class RequestNotes:
    """What is noted of a request while it is answered, for its log line, its audit record and its numbers."""

    store = ""
    connection = ""
    event = "request"
    level: int | None = None
    reference: str | None = None
    reason: str | None = None
    detail: str | None = None
    story: Story | None = None
    back: "Callable[[], WayBack] | None" = None

    def __init__(self) -> None:
        self.began = perf_counter()


class BridgeRequest(Request):
    """A request, with what is noted of it. Its parts are read from the WSGI environment itself."""

    def __init__(self, environ: "WSGIEnvironment", *options: bool) -> None:
        super().__init__(environ, *options)
        self.notes = RequestNotes()

    @cached_property
    def cookies(self) -> dict[str, str]:  # type: ignore[override] # no value but the first of a name is used
        found: dict[str, str] = {}
        pairs: Any = parse_cookie(self.environ.get("HTTP_COOKIE"), cls=_PAIRS)
        for name, value in pairs:
            if name not in found:
                found[name] = value
        return found

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the query, in their order; as `args`, which is a slower kind of dictionary."""
        found = []
        for field in self.query_string.decode().split("&"):
            if field:
                name, _, value = field.partition("=")
                found.append((_decoded(name), _decoded(value)))
        return found

    @cached_property
    def blueprints(self) -> list[str]:
        """Flask's, which works them out anew for each hook."""
        return super().blueprints


class Answer(FlaskResponse):
    """An answer, with header lines of ours that need no second look: they follow when it is written."""

    fixed: Lines = ()

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers.extend(self.fixed)
        return headers


class Redirect(Answer):
    """303 to another address, without a body."""

    def __init__(self, address: str) -> None:
        """Raises ValueError for an address that would end its header's line."""
        super().__init__(status="303 SEE OTHER", content_type="text/plain; charset=utf-8")
        self.address = address if _PLAIN_ADDRESS.fullmatch(address) else _quoted(address)

    def __call__(
        self,
        environ: "WSGIEnvironment",  # noqa: ARG002 - the same for all
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        own = ("Location", self.address), ("Content-Length", "0")
        start_response(self.status, [*own, *self.headers, *self.fixed])
        return ()


class _NoSessions(SessionInterface):
    """The bridge's cookies are its own."""

    def __init__(self) -> None:
        self._none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002
        return self._none


class App(Flask):
    """A Flask app like any other for whoever serves it."""

    request_class = BridgeRequest
    response_class = Answer
    session_interface = _NoSessions()

    def __init__(self, name: str, *, static_url_path: str) -> None:
        super().__init__(name, static_url_path=static_url_path)
        self._check_host = lru_cache(maxsize=64)(self._bind_to)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view is a coroutine."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """For a request's path and method. No route of ours depends on a host; one that cannot be is refused
        all the same.
        """
        if request is None:
            return None
        if "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        self._check_host(request.environ.get("HTTP_HOST", ""))
        return MapAdapter(
            self.url_map, "", request.root_path, "", request.scheme, request.path, request.method
        )

    def _bind_to(self, host: str) -> None:
        self.url_map.bind(get_host("http", host))


def current_request() -> BridgeRequest:
    """The request that is being answered itself; Flask's `request` looks for it at each use."""
    found: BridgeRequest = request._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - so documented
    return found


def _decoded(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    return unquote(text.replace("+", " "), errors="werkzeug.url_quote")


def _quoted(address: str) -> str:
    if "\r" in address or "\n" in address:
        raise ValueError("an address with a line break")
    return iri_to_uri(address)
