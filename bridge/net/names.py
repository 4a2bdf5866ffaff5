"""Names of servers, looked up once for all requests of an event loop that want the same one.

libcurl looks up twenty at a time, of all servers together, and goes on after nobody waits any more. Where one
provider's name servers hang, its shoppers would hold them all, and nobody would reach any other provider.
"""

import asyncio
import re
import socket
import threading
from contextlib import suppress
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from bridge.domain.http import HttpFailure

#: Seconds for which libcurl is left with what it was told; by itself it forgets after 60.
_GOOD = 50.0
#: Seconds for which addresses serve on while no newer ones are to be had, with a look now and then.
_OLD, _LOOK_AGAIN = 3600.0, 5.0
#: Seconds for which somebody waits for newer ones who has old ones.
_PATIENCE = 0.5
_MOST = 16  # addresses
#: What is looked up: no address in digits, and not this machine. libcurl takes no other letters.
_NAME = re.compile(r"(?!(?:.*\.)?localhost\.?\Z)(?:[a-z0-9_~-]+\.)*[a-z_~-][a-z0-9_~-]*\.?")

Where = tuple[str, int]  # name and port


@lru_cache(maxsize=1024)
def _where(origin: str) -> Where | None:
    try:
        parts = urlsplit(origin)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        name = unquote(parts.hostname or "").lower()  # as libcurl reads it
    except ValueError:  # libcurl will say so
        return None
    return (name, port) if _NAME.fullmatch(name) else None


class Names:
    """What one event loop's libcurl was told of names."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: dict[Where, float] = {}
        self._found: dict[Where, tuple[list[str], float]] = {}
        self._asked: dict[Where, asyncio.Future[list[str]]] = {}

    def due(self, url: str) -> Where | None:
        """What has to be looked up before `url` is asked for."""
        where = _where("/".join(url.split("/", 3)[:3]))
        return where if where is not None and self._due.get(where, 0.0) <= self._loop.time() else None

    async def look_up(self, where: Where, limit: float) -> list[str]:
        """A value for CURLOPT_RESOLVE. `limit` in seconds. Raises `HttpFailure`."""
        asked = self._asked.get(where) or self._begin(where)
        addresses, since = self._found.get(where, ([], 0.0))
        if self._loop.time() - since > _OLD:
            addresses = []
        patience, good = min(limit, _PATIENCE) if addresses else limit, _GOOD
        try:
            addresses = await asyncio.wait_for(asyncio.shield(asked), patience)
        except (OSError, UnicodeError) as error:  # the time is up, or there is no such name
            if not addresses:
                raise _failure(where[0], error) from None
            good = _LOOK_AGAIN
        self._due[where] = self._loop.time() + good
        return [f"+{where[0]}:{where[1]}:{','.join(addresses)}"]

    def _begin(self, where: Where) -> "asyncio.Future[list[str]]":
        asked: asyncio.Future[list[str]] = self._loop.create_future()
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may wait any more
        threading.Thread(target=self._ask, args=(where, asked), daemon=True).start()
        self._asked[where] = asked
        return asked

    def _ask(self, where: Where, asked: "asyncio.Future[list[str]]") -> None:
        """In a thread of its own: one for each name, however many want it."""
        found: list[str] | Exception
        try:
            answers = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))[:_MOST]
        except (OSError, UnicodeError) as error:
            found = error
        with suppress(RuntimeError):  # the loop was closed
            self._loop.call_soon_threadsafe(self._told, where, asked, found)

    def _told(self, where: Where, asked: "asyncio.Future[list[str]]", found: "list[str] | Exception") -> None:
        self._asked.pop(where, None)
        if asked.done():
            return
        if isinstance(found, list):
            self._found[where] = found, self._loop.time()
            asked.set_result(found)
        else:
            asked.set_exception(found)


def _failure(name: str, error: Exception) -> HttpFailure:
    if isinstance(error, TimeoutError):
        return HttpFailure("timeout", "the name was not resolved in time")
    return HttpFailure("unreachable", f"Could not resolve host: {name}")
