"""All links of a store, part by part, while sign-ins and imports go on."""

from collections.abc import Iterator
from zlib import crc32

from bridge.domain.link_rows import EmailRow, LinkRow
from bridge.state.growing import TAGS, every_tag
from bridge.state.keys import Keys
from bridge.state.link_records import claim_read, link_read
from bridge.state.link_scripts import FIND_MANY
from bridge.state.server import RedisServer

#: Parts read in one trip.
_PARTS = 16
#: Hashes read in one trip, some fifty entries each.
_HASHES = 64
#: Links looked up by one script.
_ROWS = 500


class LinkExport:
    """Rows of one store. Holds a few thousand of them at a time, however many there are.

    What stands there from beginning to end comes at least once; some rows come twice, where a hash
    is split meanwhile. What comes or goes meanwhile may come or not.
    """

    def __init__(self, server: RedisServer, keys: Keys, store: str) -> None:
        self._server = server
        self._keys = keys
        self._store = store
        self._links = tuple(keys.links(tag, store) for tag in every_tag())

    def links(self) -> Iterator[LinkRow]:
        """See the port `Links`."""
        rows: list[tuple[str, str]] = []
        for entry in self._entries([self._keys.holders(tag, self._store) for tag in every_tag()]):
            rows.append(entry)
            if len(rows) >= _ROWS * 8:
                yield from self._with_links(rows)
                rows = []
        yield from self._with_links(rows)

    def emails(self) -> Iterator[EmailRow]:
        """See the port `Links`."""
        for email, customers in self._entries([self._keys.emails(tag, self._store) for tag in every_tag()]):
            for customer in customers.split(" "):
                yield EmailRow(email, customer)

    def _with_links(self, rows: list[tuple[str, str]]) -> Iterator[LinkRow]:
        """Claims whose link was written; a claim without one is no link."""
        digests = [claim_read(claim)[0] for _, claim in rows]
        parts = [self._links[crc32(digest.encode()) & (TAGS - 1)] for digest in digests]
        size = 1 if self._server.clustered else _ROWS
        calls = [
            (parts[start : start + size], tuple(digests[start : start + size]))
            for start in range(0, len(rows), size)
        ]
        texts = [text for found in self._server.run_many(FIND_MANY, calls) for text in found]
        for (field, _), digest, text in zip(rows, digests, texts, strict=True):
            claimed, _, connection = field.partition(" ")
            if text is None:
                continue
            customer, evidence, created_at = link_read(text)
            if customer == claimed:
                yield LinkRow(digest, connection, customer, evidence, created_at)

    def _entries(self, parts: list[str]) -> Iterator[tuple[str, str]]:
        for start in range(0, len(parts), _PARTS):
            chosen = parts[start : start + _PARTS]
            done = dict.fromkeys(chosen, 0)
            while todo := self._unread(done):
                for begin in range(0, len(todo), _HASHES):
                    read = [("HGETALL", name) for name in todo[begin : begin + _HASHES]]
                    for entries in self._server.each(*read):
                        yield from entries.items()

    def _unread(self, done: dict[str, int]) -> list[str]:
        """The hashes of these parts that were not there when we last asked; in their order."""
        numbers = self._server.each(*(("GET", f"{part}:n") for part in done))
        names = []
        for part, number in zip(list(done), numbers, strict=True):
            count = int(number or 1)
            names += [f"{part}:{place}" if place else part for place in range(done[part], count)]
            done[part] = count
        return names
