"""A store's server that takes webhooks, verifies them by hand, and may be slow, unwell or away."""

import hmac
import json
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bridge.demo.serving import Served
from tests.journeys.process import quiet_port

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: How long a caller that is held waits at most; no test takes so long.
_HELD = 20


@dataclass(frozen=True)
class Event:
    """A webhook that arrived with a good signature."""

    id: str
    at: float  # when it arrived, in seconds since the epoch
    said: dict[str, Any]


class Receiver:
    """Listens until `stop`; what it could not verify stands in `forged`."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._lock = threading.Lock()
        self.events: list[Event] = []
        self.forged: list[str] = []
        self.status = "204 No Content"
        self.held = threading.Event()
        self.goes_on = threading.Event()
        self.goes_on.set()
        self._served = Served(self._take, port=quiet_port())
        self.url = f"{self._served.url}/hooks/bridge"

    def go_away(self) -> None:
        self.goes_on.set()
        self._served.stop()

    stop = go_away

    def come_back(self) -> None:
        self._served = Served(self._take, port=urlsplit(self.url).port or 0)

    def hold(self) -> None:
        """From now on nobody gets an answer until `goes_on` is set; `held` tells that somebody waits."""
        self.held.clear()
        self.goes_on.clear()

    def ids_of(self, sid: str) -> list[str]:
        """The webhook-ids under which the end of a session was told."""
        return [event.id for event in self.events if event.said.get("sid") == sid]

    def _take(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        event, at = environ.get("HTTP_WEBHOOK_ID", ""), environ.get("HTTP_WEBHOOK_TIMESTAMP", "0")
        key = b64decode(self._secret.removeprefix("whsec_"))
        signed = f"{event}.{at}.".encode() + body
        good = "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode()
        given = environ.get("HTTP_WEBHOOK_SIGNATURE", "").split(" ")
        with self._lock:
            if good in given and abs(time.time() - int(at)) < 60:
                self.events.append(Event(event, time.time(), json.loads(body)))
            else:
                self.forged.append(body.decode())
        self.held.set()
        self.goes_on.wait(_HELD)
        start(self.status, [("Content-Length", "0")])
        return []
