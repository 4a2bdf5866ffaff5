"""Requests to one provider, and what every reply tells beside its answer."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from bridge.domain.deadline import Deadline
from bridge.domain.http import FailureKind, Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused

_REASONS: dict[FailureKind, Reason] = {"timeout": Reason.IDP_TIMEOUT, "busy": Reason.IDP_BUSY}


class Calls:
    """One connection's way to its provider."""

    def __init__(
        self,
        http: Http,
        now: Callable[[], float],
        waiting: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`waiting`: counts a request that waits for this provider without a call; see `Lane.waiting`."""
        self._http = http
        self._now = now
        self._waiting = waiting
        #: Seconds by which the provider's clock was ahead of ours when it last said so.
        self.clock_ahead: float | None = None

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        """The complete reply, whatever its status. Raises `Refused` when there is none."""
        try:
            reply = self._http.send(request, deadline)
        except HttpFailure as failure:
            raise _refused(failure) from None
        date = reply.date
        self.clock_ahead = None if date is None else date - self._now()
        return reply

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """The time in which a request waits for what another one fetches. Raises `Refused(IDP_BUSY)`."""
        try:
            context = self._waiting()
            context.__enter__()
        except HttpFailure as failure:
            raise _refused(failure) from None
        try:
            yield
        finally:
            context.__exit__(None, None, None)


def _refused(failure: HttpFailure) -> Refused:
    return Refused(_REASONS.get(failure.kind, Reason.IDP_UNAVAILABLE), str(failure))
