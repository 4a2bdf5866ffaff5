"""The memory twin of the shared documents: the same promises, in one process."""

import itertools
import threading
from collections.abc import Callable, Mapping

from bridge.domain.document import DOCUMENT_KINDS, Document, DocumentKind
from bridge.net.budget import BUDGET, BUDGET_REFILL
from bridge.state.documents import FETCH_LIFE


class MemoryDocuments:
    """`Documents` for unit tests, and for a provider of its own without Redis."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._documents: dict[tuple[str, DocumentKind], tuple[Document, float]] = {}
        self._fetching: dict[tuple[str, DocumentKind], float] = {}
        self._full_at: dict[str, float] = {}
        self._marks: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def read(self, connection: str, kind: DocumentKind) -> Document | None:
        held = self._documents.get((connection, kind))
        return held[0] if held and self._monotonic() < held[1] else None

    def write(self, connection: str, kind: DocumentKind, document: Document, life: int) -> None:
        self._documents[connection, kind] = (document, self._monotonic() + life)

    def begin(self, connection: str, kind: DocumentKind) -> bool:
        with self._lock:
            now = self._monotonic()
            if self._fetching.get((connection, kind), now) > now:
                return False
            self._fetching[connection, kind] = now + FETCH_LIFE
            return True

    def end(self, connection: str, kind: DocumentKind) -> None:
        self._fetching.pop((connection, kind), None)

    def spend(self, connection: str) -> bool:
        with self._lock:
            now = self._monotonic()
            full = max(self._full_at.get(connection, now), now) + BUDGET_REFILL
            if full - now > BUDGET * BUDGET_REFILL:
                return False
            self._full_at[connection] = full
            return True

    def forget(self, connection: str) -> None:
        for kind in DOCUMENT_KINDS:
            self._documents.pop((connection, kind), None)
        self._marks[connection] = str(next(self._numbers))

    def marks(self) -> Mapping[str, str]:
        return dict(self._marks)
