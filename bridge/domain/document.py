"""What a provider published, as it came, and the port to where processes share it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

DocumentKind = Literal["metadata", "keys"]
DOCUMENT_KINDS: tuple[DocumentKind, ...] = ("metadata", "keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Not judged: who reads it judges it as if it came from the wire this moment."""

    url: str
    body: str
    fetched_at: float  # seconds since the epoch, by the clock of the process that fetched it
    fresh: float  # seconds
    clock_ahead: float | None  # seconds by which the provider's clock was ahead of that process's


class Documents(Protocol):
    """What providers publish, shared by all processes.

    A convenience: but for `forget` nothing here raises, and where nobody can say, the caller fetches
    for itself.
    """

    def read(self, connection: str, kind: DocumentKind) -> Document | None:
        """The newest that any process fetched, as it came; it is for the caller to judge."""
        ...

    def write(self, connection: str, kind: DocumentKind, document: Document, life: int) -> None:
        """Keeps a document that was found good, for `life` seconds."""
        ...

    def begin(self, connection: str, kind: DocumentKind) -> bool:
        """Whether the caller is to fetch; False while another process is at it."""
        ...

    def end(self, connection: str, kind: DocumentKind) -> None:
        """The caller's fetch ended, well or not."""
        ...

    def spend(self, connection: str) -> bool:
        """Whether all processes' budget of forced renewals allows one more."""
        ...

    def forget(self, connection: str) -> None:
        """Drops a connection's documents and changes its mark. Raises `Refused(STATE_UNAVAILABLE)`."""
        ...

    def marks(self) -> Mapping[str, str]:
        """A mark for each connection that was ever forgotten: another one each time. Empty if not known."""
        ...
