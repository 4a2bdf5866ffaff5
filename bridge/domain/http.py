"""The port to other servers: one request, one bounded reply."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal, Protocol

from bridge.domain.deadline import Deadline

#: `busy` and `circuit_open`: nothing was sent, see `bridge.net.lane`.
FailureKind = Literal[
    "timeout", "unreachable", "refused_address", "tls", "too_large", "protocol", "busy", "circuit_open"
]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What to send. Redirects are never followed, whatever the reply says."""

    method: Literal["GET", "POST", "PUT", "PATCH"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    time_limit: float = 5.0  # seconds, for everything from name resolution to the last byte
    size_limit: int = 1_000_000  # bytes of body
    kind: str = ""  # what it is for, by a word of ours: for stories and metrics


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What came back, complete. Header names are in lower case; of repeated ones the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def date(self) -> float | None:
        """When it was sent by the other side's clock, in seconds since the epoch; None if it does not say."""
        try:
            return parsedate_to_datetime(self.headers["date"]).timestamp()
        except (KeyError, ValueError, OverflowError):
            return None


class HttpFailure(Exception):
    """No complete reply: `kind` is for decisions, `detail` for the operator's log."""

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: FailureKind = kind
        self.detail = detail


class Http(Protocol):
    """One way out. Implementations hold the address guard, TLS and the connections."""

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        """Raises `HttpFailure`; never returns a partial or a redirected reply."""
        ...
