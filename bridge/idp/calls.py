"""Requests to one provider, and what every reply tells beside its answer."""

from collections.abc import Callable

from bridge.domain.deadline import Deadline
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused


class Calls:
    """One connection's way to its provider."""

    def __init__(self, http: Http, now: Callable[[], float]) -> None:
        self._http = http
        self._now = now
        #: Seconds by which the provider's clock was ahead of ours when it last said so.
        self.clock_ahead: float | None = None

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        """The complete reply, whatever its status. Raises `Refused` when there is none."""
        try:
            reply = self._http.send(request, deadline)
        except HttpFailure as failure:
            reason = Reason.IDP_TIMEOUT if failure.kind == "timeout" else Reason.IDP_UNAVAILABLE
            raise Refused(reason, str(failure)) from None
        self.clock_ahead = None if reply.date is None else reply.date - self._now()
        return reply
