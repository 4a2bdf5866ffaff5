"""A circuit breaker: a server that is surely away is asked now and then, not by every shopper."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from bridge.domain.http import HttpFailure
from bridge.domain.utc import utc

#: Failures in a row, without one success between, that open the circuit; a stall shorter than a call's
#: time limit causes none, and those of a restart cost a second: the first cool-down.
FAILURES = 10
#: Seconds after which a failure no longer belongs to the same row: ten in a quiet night are no outage.
WINDOW = 60.0
FIRST_COOL_DOWN = 1.0  # seconds until one call may try again; doubled each time it fails,
LONGEST_COOL_DOWN = 30.0  # up to this

_LOG = logging.getLogger("bridge")


@dataclass(slots=True)
class _Open:
    since: float  # by the wall clock
    probe_at: float  # by the monotonic clock
    cool_down: float
    last: str
    probing: bool = False


class Breaker:
    """One server's circuit in this process. Closed, it costs a comparison or two."""

    def __init__(self, subject: str, now: Callable[[], float], monotonic: Callable[[], float]) -> None:
        """`subject`: what the server is called in the configuration."""
        self._subject = subject
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._row, self._row_at = 0, 0.0
        self._open: _Open | None = None

    @property
    def state(self) -> str:
        """Empty while the circuit is closed; else since when it is open, and why."""
        held = self._open
        return "" if held is None else f"the circuit is open since {utc(held.since)}: {held.last}"

    def admit(self) -> None:
        """Raises `HttpFailure("circuit_open")`; after each cool-down it lets one call through.

        Who was admitted must report by `succeeded`, `failed` or `undecided`.
        """
        if self._open is None:
            return
        with self._lock:
            held = self._open
            if held is None:
                return
            if held.probing or self._monotonic() < held.probe_at:
                raise HttpFailure("circuit_open", self.state)
            held.probing = True

    def succeeded(self) -> None:
        """The server answered."""
        if self._row == 0 and self._open is None:
            return
        with self._lock:
            self._row, held, self._open = 0, self._open, None
        if held is not None:
            seconds = self._now() - held.since
            self._tell(logging.INFO, "circuit_closed", f"after {seconds:.0f} s")

    def failed(self, why: str) -> None:
        """The server did not answer, or said that it is not there."""
        with self._lock:
            now, held = self._monotonic(), self._open
            if held is not None:
                if held.probing:
                    held.cool_down = min(2 * held.cool_down, LONGEST_COOL_DOWN)
                    self._wait_again(held, now)
                    held.last = why
                return
            self._row = self._row + 1 if now - self._row_at < WINDOW else 1
            self._row_at = now
            if self._row < FAILURES:
                return
            self._open = _Open(self._now(), now + FIRST_COOL_DOWN, FIRST_COOL_DOWN, why)
        self._tell(logging.WARNING, "circuit_opened", f"{FAILURES} calls failed in a row; the last: {why}")

    def undecided(self) -> None:
        """What happened says nothing about the server; a probe that ends so is followed by another."""
        with self._lock:
            if self._open is not None and self._open.probing:
                self._wait_again(self._open, self._monotonic())

    @staticmethod
    def _wait_again(held: _Open, now: float) -> None:
        held.probing = False
        held.probe_at = now + held.cool_down

    def _tell(self, level: int, event: str, detail: str) -> None:
        _LOG.log(level, event, extra={"subject": self._subject, "detail": detail})
