"""Rate limits of the platform: a short queue, then a clear refusal.

The authentication server takes 30 requests a minute from one address, for every shopper together. Its
windows slide, and no header says when there is room again (sdk-utils: `x-ratelimit-limit`, `-count`,
`-period`), so one 429 stops everybody for a moment: requests that are refused may count as well.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from math import ceil

from bridge.domain.deadline import Deadline
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused

RETRIES = 2
QUEUE = 5.0  # seconds that one request waits at most, all its waits together
_FIRST_WAIT = 1.0  # seconds; doubled with each refusal in a row,
_LAST_WAIT = 8.0  # up to this: every two seconds there is room for one more
_LONGEST = 60.0  # seconds that a Retry-After may stop us
_ANSWER = 1.0  # seconds of a deadline that are kept for the answer itself
_SECONDS = re.compile(r"[0-9]{1,6}")


#: A context for the time in which a request waits for the platform without a call of its own.
Waiting = Callable[[], AbstractContextManager[object]]


@contextmanager
def in_line(waiting: Waiting) -> Iterator[None]:
    """Counts among those who wait for this store. Raises `Refused(STORE_BUSY)` when they are too many."""
    try:
        context = waiting()
        context.__enter__()
    except HttpFailure as failure:
        raise Refused(Reason.STORE_BUSY, str(failure)) from None
    try:
        yield
    finally:
        context.__exit__(None, None, None)


@dataclass(slots=True)
class _Gate:
    """Closed until this time of the monotonic clock, after so many refusals in a row."""

    until: float = 0.0
    refusals: int = 0

    def close(self, now: float, asked_for: float | None) -> None:
        """`asked_for`: the platform's own Retry-After."""
        if now >= self.until:  # else somebody who asked at the same moment was told the same
            self.refusals += 1
        doubled = min(_FIRST_WAIT * 2.0 ** min(self.refusals - 1, 10), _LAST_WAIT)
        self.until = max(self.until, now + min(asked_for or doubled, _LONGEST))

    def open(self) -> None:
        self.refusals = 0


class Pace:
    """The way to one limit; safe to share between requests and threads."""

    def __init__(
        self,
        http: Http,
        monotonic: Callable[[], float],
        pause: Callable[[float], None],
        random: Callable[[], float],
        waiting: Waiting,
    ) -> None:
        """`random`: from 0 to below 1, so that those who wait do not come back all at once."""
        self._http = http
        self._monotonic = monotonic
        self._pause = pause
        self._random = random
        self._waiting = waiting
        self._gate = _Gate()

    def send(self, request: HttpRequest, deadline: Deadline, *, own_limit: bool = False) -> HttpReply:
        """Any reply but a 429, which is tried again.

        `own_limit`: the request counts for somebody else than us, and neither stops others nor is
        stopped. Raises `Refused`: STORE_BUSY when the queue is too long, STORE_UNAVAILABLE.
        """
        gate = _Gate() if own_limit else self._gate
        give_up = self._monotonic() + QUEUE
        for _ in range(RETRIES + 1):
            self._wait(gate, give_up, deadline)
            reply = self._exchange(request, deadline)
            if reply.status != 429:
                gate.open()
                return reply
            gate.close(self._monotonic(), retry_after(reply))
        raise Refused(Reason.STORE_BUSY, f"rate limited{_usage(reply)}")

    def _wait(self, gate: _Gate, give_up: float, deadline: Deadline) -> None:
        while (left := gate.until - self._monotonic()) > 0:
            left *= 1 + self._random() / 2
            if self._monotonic() + left > give_up or left > deadline.remaining() - _ANSWER:
                raise Refused(Reason.STORE_BUSY, f"rate limited; next try in {ceil(left)} s")
            with in_line(self._waiting):
                self._pause(left)

    def _exchange(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        try:
            return self._http.send(request, deadline)
        except HttpFailure as failure:
            reason = Reason.STORE_BUSY if failure.kind == "busy" else Reason.STORE_UNAVAILABLE
            raise Refused(reason, str(failure)) from None


def retry_after(reply: HttpReply) -> float | None:
    """Seconds that the platform asks us to wait (RFC 9110 section 10.2.3); dates are not read."""
    value = reply.headers.get("retry-after", "")
    return float(value) if _SECONDS.fullmatch(value) else None


def _usage(reply: HttpReply) -> str:
    names = ("count", "limit", "period")
    numbers = [reply.headers.get(f"x-ratelimit-{name}", "") for name in names]
    if not all(_SECONDS.fullmatch(number) for number in numbers):
        return ""
    return f"; {numbers[0]} of {numbers[1]} requests used in {numbers[2]} s"
