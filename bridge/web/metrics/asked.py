"""What is no worker's own: looked up by the one that is asked for metrics."""

import platform
import threading
import time
from collections.abc import Callable, Iterator

from bridge import __version__
from bridge.domain.deadline import Deadline
from bridge.domain.refusal import Refused
from bridge.net.client import HttpClient
from bridge.settings.expiry import ends
from bridge.web.metrics.declared import (
    BUILD,
    EXPIRY,
    REDIS_TRIP,
    REDIS_UP,
    WEBHOOKS,
    WEBHOOKS_DEAD,
    WEBHOOKS_WAITING,
)
from bridge.web.metrics.memory import Key
from bridge.wiring.bridge import Bridge

#: Seconds for which a provider's TLS certificate is taken to be the same.
TLS_AGE = 6 * 3600
_TLS_LIMIT = 5.0  # seconds


class Asked:
    """Of one configuration."""

    def __init__(self, bridge: Bridge, monotonic: Callable[[], float] = time.perf_counter) -> None:
        self._bridge = bridge
        self._monotonic = monotonic
        self._ends: list[tuple[str, str, float]] | None = None
        self._tls: dict[str, float] = {}
        self._tls_looked: float | None = None
        self._looking = threading.Lock()

    def series(self) -> Iterator[tuple[Key, float]]:
        """Asks Redis twice; of the providers' certificates it tells what it saw last, and has others look."""
        yield (BUILD.name, __version__, platform.python_version()), 1.0
        began = self._monotonic()
        try:
            self._bridge.ping()
        except Refused:
            yield (REDIS_UP.name,), 0.0
        else:
            yield (REDIS_TRIP.name,), self._monotonic() - began
            yield (REDIS_UP.name,), 1.0
            yield from self._webhooks()
        if self._ends is None:
            self._ends = list(ends(self._bridge.settings))
        for subject, what, end in self._ends:
            yield (EXPIRY.name, subject, what), end
        self._look_at_tls()
        for subject, end in dict(self._tls).items():
            yield (EXPIRY.name, subject, "tls"), end

    def _webhooks(self) -> Iterator[tuple[Key, float]]:
        try:
            counts = self._bridge.endings.counts()
        except Refused:
            return
        for outcome in ("delivered", "failed", "dead"):
            yield (WEBHOOKS.name, outcome), counts[outcome]
        yield (WEBHOOKS_WAITING.name,), counts["waiting"]
        yield (WEBHOOKS_DEAD.name,), counts["buried"]

    def _look_at_tls(self) -> None:
        """In a thread of its own, one provider after the other: whoever scrapes waits for none of them."""
        looked = self._tls_looked
        if looked is not None and self._monotonic() - looked < TLS_AGE:
            return
        if self._looking.acquire(blocking=False):
            threading.Thread(target=self._tls_ends, name="certificates", daemon=True).start()

    def _tls_ends(self) -> None:
        try:
            for name, provider in self._bridge.providers.items():
                subject, metadata = f"connections.{name}", provider.published.metadata.value
                http = self._bridge.lanes[subject].http
                if metadata is None or not isinstance(http, HttpClient):
                    continue
                if metadata.token_endpoint.startswith("https:"):
                    deadline = Deadline(_TLS_LIMIT, self._bridge.monotonic)
                    end = http.certificate_end(metadata.token_endpoint, deadline)
                    if end is not None:
                        self._tls[subject] = end
            self._tls_looked = self._monotonic()
        finally:
            self._looking.release()
