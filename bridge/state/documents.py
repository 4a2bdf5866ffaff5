"""What providers publish, in Redis: fetched by one process, found there by all."""

import json
import secrets
from collections.abc import Callable, Mapping

from bridge.domain.compact_json import compact
from bridge.domain.document import DOCUMENT_KINDS, Document, DocumentKind
from bridge.domain.refusal import Refused
from bridge.net.budget import BUDGET, BUDGET_REFILL
from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script

#: Seconds for which a fetch is one process's; longer than any takes, so that one that died blocks nobody.
FETCH_LIFE = 8
#: Seconds for which Redis is left alone after it did not answer: its time-out is paid now and then, and
#: not by everybody who needs a document.
SICK = 10.0

#: A bucket as one moment: when it would be full again. By the server's clock, since processes differ.
_SPEND = Script("""
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + ARGV[2]
if full - now > ARGV[1] * ARGV[2] then return 0 end
redis.call('SET', KEYS[1], string.format('%.6f', full), 'EX', ARGV[1] * ARGV[2])
return 1
""")


class RedisDocuments:
    """See the port `Documents`. Redis is not more trusted than the wire: nothing is judged here."""

    def __init__(self, server: RedisServer, keys: Keys, monotonic: Callable[[], float]) -> None:
        self._server = server
        self._keys = keys
        self._monotonic = monotonic
        self._sick_until = monotonic()

    def read(self, connection: str, kind: DocumentKind) -> Document | None:
        text = self._quietly("GET", self._keys.document(connection, kind))
        return _document(text) if isinstance(text, str) else None

    def write(self, connection: str, kind: DocumentKind, document: Document, life: int) -> None:
        self._quietly("SET", self._keys.document(connection, kind), _text(document), "EX", life)

    def begin(self, connection: str, kind: DocumentKind) -> bool:
        if self._is_sick:
            return True
        try:
            key = self._keys.fetching(connection, kind)
            return self._server.command("SET", key, "1", "NX", "EX", FETCH_LIFE) is not None
        except Refused:
            self._note_sick()
            return True

    def end(self, connection: str, kind: DocumentKind) -> None:
        self._quietly("DEL", self._keys.fetching(connection, kind))

    def spend(self, connection: str) -> bool:
        if self._is_sick:
            return True
        try:
            return bool(
                self._server.run(_SPEND, (self._keys.budget(connection),), BUDGET, int(BUDGET_REFILL))
            )
        except Refused:
            self._note_sick()
            return True

    def forget(self, connection: str) -> None:
        for kind in DOCUMENT_KINDS:
            self._server.command("DEL", self._keys.document(connection, kind))
        self._server.command("HSET", self._keys.refreshes, connection, secrets.token_hex(8))

    def marks(self) -> Mapping[str, str]:
        marks = self._quietly("HGETALL", self._keys.refreshes)
        return marks if isinstance(marks, dict) else {}

    def _quietly(self, *words: str | int) -> object:
        if self._is_sick:
            return None
        try:
            return self._server.command(*words)
        except Refused:
            self._note_sick()
            return None

    @property
    def _is_sick(self) -> bool:
        return self._monotonic() < self._sick_until

    def _note_sick(self) -> None:
        self._sick_until = self._monotonic() + SICK


def _text(document: Document) -> str:
    fields = [document.url, document.fetched_at, document.fresh, document.clock_ahead, document.body]
    return compact(fields)


def _document(text: str) -> Document | None:
    """None for what is not ours, or of another version."""
    try:
        url, fetched_at, fresh, clock_ahead, body = json.loads(text)
        return Document(
            url=str(url),
            body=str(body),
            fetched_at=float(fetched_at),
            fresh=float(fresh),
            clock_ahead=None if clock_ahead is None else float(clock_ahead),
        )
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
