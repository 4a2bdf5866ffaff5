"""Where one document of a provider comes from: another process of ours has it, or the provider."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bridge.domain.deadline import Deadline
from bridge.domain.document import Document, DocumentKind, Documents
from bridge.domain.freshness import Bounds, lifetime
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.idp.calls import Calls
from bridge.net.source import Fetched
from bridge.net.waiting import pause

T = TypeVar("T")

#: Seconds for which one waits for what another process is fetching; then both fetch.
OTHERS = 2.0
_LOOK_AGAIN = 0.1  # seconds
#: A document from this many seconds in the future would be fresh for ever: its writer's clock is wrong.
_SKEW = 60.0


@dataclass(frozen=True, kw_only=True)
class Recipe(Generic[T]):
    """What tells one kind of document from another."""

    kind: DocumentKind
    invalid: Reason
    bounds: Bounds
    life: int  # seconds for which others may find it
    url: Callable[[Deadline], str]
    read: Callable[[bytes], T]  # raises `Refused`


class DocumentSource(Generic[T]):
    """See `Source` in `bridge.net.source`. What another process left is judged as if it came by wire."""

    def __init__(
        self,
        recipe: Recipe[T],
        connection: str,
        calls: Calls,
        documents: Documents | None,
        now: Callable[[], float],
    ) -> None:
        """`documents`: None for a process that shares with nobody."""
        self._recipe = recipe
        self._connection = connection
        self._calls = calls
        self._documents = documents
        self._now = now
        self._seen = 0.0  # stamp of the newest that others left

    def newest(self, deadline: Deadline) -> Fetched[T] | None:
        if self._documents is None:
            return None
        found = self._documents.read(self._connection, self._recipe.kind)
        # Its address is part of the proof: keys of the issuer that the connection had before are not
        # those of the one it has now.
        if found is None or found.url != self._recipe.url(deadline):
            return None
        age = self._now() - found.fetched_at
        if not -_SKEW <= age < self._recipe.life:
            return None
        try:
            value = self._recipe.read(found.body.encode())
        except (Refused, UnicodeEncodeError):
            return None  # the wire decides
        self._seen = found.fetched_at
        return Fetched(value, self._recipe.bounds.of(found.fresh), max(0.0, age), found.fetched_at)

    def fetch(self, deadline: Deadline) -> Fetched[T]:
        url = self._recipe.url(deadline)
        if self._documents is None:
            return self._from_wire(url, deadline)
        before, others = self._seen, Deadline(min(OTHERS, deadline.remaining() / 2), time.monotonic)
        while not (mine := self._documents.begin(self._connection, self._recipe.kind)):
            if others.remaining() == 0:
                break
            pause(_LOOK_AGAIN)
        try:
            # Also after a turn of our own began: the one before it may have ended this very moment.
            found = self.newest(deadline)
            return found if found and found.stamp > before else self._from_wire(url, deadline)
        finally:
            if mine:
                self._documents.end(self._connection, self._recipe.kind)

    def ask(self, deadline: Deadline) -> Fetched[T]:
        return self._from_wire(self._recipe.url(deadline), deadline)

    def spend(self) -> bool:
        return self._documents is None or self._documents.spend(self._connection)

    def _from_wire(self, url: str, deadline: Deadline) -> Fetched[T]:
        recipe = self._recipe
        reply = self._calls.send(HttpRequest("GET", url, kind=recipe.kind), deadline)
        value = recipe.read(self._body(reply))
        at, fresh = self._now(), recipe.bounds.of(lifetime(reply.headers))
        if self._documents is not None:
            document = Document(
                url=url,
                body=reply.body.decode(),  # it was read as JSON, which is UTF-8
                fetched_at=at,
                fresh=fresh,
                clock_ahead=None if reply.date is None else reply.date - at,
            )
            self._documents.write(self._connection, recipe.kind, document, recipe.life)
        return Fetched(value, fresh, 0.0, at)

    def _body(self, reply: HttpReply) -> bytes:
        what = "the metadata" if self._recipe.kind == "metadata" else "the key set"
        if reply.status >= 500 or reply.status == 429:
            raise Refused(Reason.IDP_UNAVAILABLE, f"{what}: status {reply.status}")
        if reply.status != 200:  # a redirect could lead to an attacker's document
            raise Refused(self._recipe.invalid, f"{what}: status {reply.status}")
        return reply.body
