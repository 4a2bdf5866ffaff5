"""One connection's, or one store's, way out: what goes wrong on it stays on it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import copy

from bridge.domain.deadline import Deadline
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.measuring import NOT_MEASURED, Measures
from bridge.net.breaker import Breaker
from bridge.net.bulkhead import Bulkheads

#: By these a gateway says that the server behind it is not there. 500 is no such word: it speaks of one
#: request, and some providers answer so to a code that anybody can make up; whoever sends ten of those
#: must not be able to shut the provider's people out.
AWAY = frozenset({502, 503, 504})
#: Seconds that a call must have had before its time-out says something about the server: one whose
#: request had used its time up elsewhere ends early, and is nobody's fault.
FAIR = 2.0


class Lane:
    """See the port `Http`: another one's `send`, with a bulkhead and a circuit breaker around it."""

    def __init__(
        self,
        http: Http,
        bulkheads: Bulkheads,
        subject: str,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        measures: Measures = NOT_MEASURED,
    ) -> None:
        """`subject`: what the other side is called in the configuration, such as `connections.acme`."""
        self.http = http
        self._bulkhead = bulkheads.bulkhead()
        self._subject = subject
        self._monotonic = monotonic
        self._measures = measures
        self.breaker = Breaker(subject, now, monotonic)

    @property
    def held(self) -> int:
        """How many requests wait for this server now."""
        return self._bulkhead.inside

    def by(self, http: Http) -> "Lane":
        """The same lane, with another client for what must be sent differently."""
        other = copy(self)
        other.http = http
        return other

    def waiting(self) -> AbstractContextManager[None]:
        """Counts a request that waits for this server without a call of its own. Raises `HttpFailure`."""
        return self._bulkhead

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        """Raises `HttpFailure`; `busy` and `circuit_open` at once, with nothing sent. Told in the story."""
        began, tell = self._monotonic(), deadline.story.tell
        try:
            reply = self._send(request, deadline)
        except HttpFailure as failure:
            took = self._monotonic() - began
            tell("call", subject=self._subject, kind=request.kind, failed=failure.kind, took=_ms(took))
            self._measures.called(self._subject, request.kind, failure.kind, took)
            raise
        took = self._monotonic() - began
        tell("call", subject=self._subject, kind=request.kind, status=reply.status, took=_ms(took))
        self._measures.called(self._subject, request.kind, reply.status, took)
        return reply

    def _send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        with self._bulkhead:
            self.breaker.admit()
            given = min(request.time_limit, deadline.remaining())
            try:
                reply = self.http.send(request, deadline)
            except HttpFailure as failure:
                if failure.kind == "unreachable" or (failure.kind == "timeout" and given >= FAIR):
                    self.breaker.failed(str(failure))
                else:
                    self.breaker.undecided()
                raise
            except BaseException:
                self.breaker.undecided()
                raise
            if reply.status in AWAY:
                self.breaker.failed(f"status {reply.status}")
            else:
                self.breaker.succeeded()
            return reply


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
