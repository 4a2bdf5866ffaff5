"""What the customer map by hand needs of the world. The rest is in ports.py."""

from collections.abc import Collection
from typing import Protocol


class Erasure(Protocol):
    """What is kept of a person beside links and cases. People are named by the digests of their identities.

    An empty `store` means all of them. Everything here may be asked again, and raises
    `Refused(STATE_UNAVAILABLE)`.
    """

    def sessions(self, identity: str, store: str = "") -> int:
        """How many sessions a person has."""
        ...

    def forget_note(self, store: str, email: str, customer: str) -> bool:
        """Takes a customer from under an address (its digest); whether it was there."""
        ...

    def forget_outcomes(self, identities: Collection[str], stores: Collection[str]) -> int:
        """Drops what is remembered for some minutes: how sign-ins ended, and codes."""
        ...

    def forget_sids(self, identities: Collection[str]) -> None:
        """Drops which sessions at providers were theirs, of those who have no session left at any store."""
        ...

    def forget_events(self, identities: Collection[str], customers: Collection[tuple[str, str]]) -> int:
        """Drops audit events that tell of these people, or of these customers (store, id)."""
        ...

    def note(self, event: str, **told: str) -> None:
        """Writes an audit event."""
        ...


class ImportMarks(Protocol):
    """How far the import of a file came; forgotten after 30 days. Raises `Refused`."""

    def put(self, store: str, file: str, offset: int, line: int) -> None:
        """All before `offset` (bytes), where line number `line` begins, is done."""
        ...

    def get(self, store: str, file: str) -> tuple[int, int] | None:
        """Offset and line."""
        ...

    def drop(self, store: str, file: str) -> None:
        """The file is done."""
        ...
