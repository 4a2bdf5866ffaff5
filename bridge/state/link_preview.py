"""What an import would do, writing nothing."""

from collections.abc import Sequence

from bridge.domain.link_rows import Became, Conflict, EmailRow, LinkRow
from bridge.state.growing import tag_of
from bridge.state.keys import Keys
from bridge.state.link_records import claim_read, customer_of, holder_field
from bridge.state.link_scripts import FIND_MANY
from bridge.state.server import RedisServer

#: Rows remembered, to be compared with those behind them: the memory of a dry run is bounded.
REMEMBERED = 250_000
_CHUNK = 500


class LinkPreview:
    """Answers as `Links.import_links` and `import_emails` would, for the rows of one file.

    Links of older versions are not looked at, which an import moves first; nor are contradictions
    between rows of the file beyond the first `REMEMBERED`.
    """

    def __init__(self, server: RedisServer, keys: Keys, store: str) -> None:
        self._server = server
        self._keys = keys
        self._store = store
        self._identities: dict[str, str] = {}
        self._customers: dict[str, str] = {}
        self._emails: dict[str, str] = {}

    def links(self, rows: Sequence[LinkRow]) -> list[Became]:
        """Of each row what would become of it. Raises `Refused`."""
        fields = [holder_field(row.customer, row.connection) for row in rows]
        stands = self._find([self._links(row.identity) for row in rows], [row.identity for row in rows])
        claims = self._find([self._keys.holders(tag_of(row.customer), self._store) for row in rows], fields)
        return [self._became(*one) for one in zip(rows, fields, stands, claims, strict=True)]

    def emails(self, rows: Sequence[EmailRow]) -> list[Became]:
        """The same of customers noted under addresses. Raises `Refused`."""
        noted = self._find(
            [self._keys.emails(tag_of(row.email), self._store) for row in rows], [row.email for row in rows]
        )
        became: list[Became] = []
        for row, text in zip(rows, noted, strict=True):
            known = self._emails.get(row.email) or text or ""
            became.append(
                "new" if not known else "same" if known == row.customer else Conflict(known.partition(" ")[0])
            )
            if row.customer not in known.split(" ") and len(self._emails) < REMEMBERED:
                self._emails[row.email] = f"{known} {row.customer}".strip()
        return became

    def _became(self, row: LinkRow, field: str, text: str | None, claim: str | None) -> Became:
        holder = self._customers.get(field, "")
        if claim is not None and (held := claim_read(claim)[0]) != row.identity:
            (link,) = self._find([self._links(held)], [held])
            if link is not None and customer_of(link) == row.customer:
                holder = held
        if holder and holder != row.identity:
            return Conflict(identity=holder)
        customer = self._identities.get(row.identity, "") if text is None else customer_of(text)
        if customer and customer != row.customer:
            return Conflict(customer=customer)
        if claim is None and len(self._customers) < REMEMBERED:
            self._identities[row.identity] = row.customer
            self._customers[field] = row.identity
        return "same" if customer else "new"

    def _links(self, identity: str) -> str:
        return self._keys.links(tag_of(identity), self._store)

    def _find(self, parts: list[str], fields: list[str]) -> list[str | None]:
        size = 1 if self._server.clustered else _CHUNK
        calls = [
            (parts[start : start + size], tuple(fields[start : start + size]))
            for start in range(0, len(parts), size)
        ]
        return [text for found in self._server.run_many(FIND_MANY, calls) for text in found]
