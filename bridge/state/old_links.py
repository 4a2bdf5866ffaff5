"""Links as versions before wrote them: read when a new one is missed, and moved.

`link:{<identity>}:<store>` was `1 <customer> <evidence> <created> <connection>`, and
`held:<store>:<customer>` a hash of connection -> identity. The new link is written before the old one
goes: a process that dies in between leaves both, which say the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bridge.domain.customer import Customer, Evidence, Link
from bridge.domain.identity import IdentityKey
from bridge.state.keys import Keys
from bridge.state.link_records import LETTERS
from bridge.state.server import RedisServer


@dataclass(frozen=True, slots=True)
class OldLink:
    """One of them."""

    customer: str
    evidence: Evidence
    created_at: int
    connection: str

    def link(self, store: str) -> Link:
        """As of now; the identity is known by its digest only, which is not needed here."""
        return Link(
            store=store,
            identity=IdentityKey("", ""),
            connection=self.connection,
            customer=Customer(self.customer),
            evidence=self.evidence,
            created_at=self.created_at,
        )


class OldLinks:
    """What is left of them."""

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys

    def read(self, digest: str, store: str) -> OldLink | None:
        text = self._server.command("GET", self._link(digest, store))
        words = text.split(" ") if text else []
        if len(words) != 5 or words[0] != "1" or words[2] not in LETTERS or not words[3].isdigit():
            return None
        return OldLink(words[1], words[2], int(words[3]), words[4])

    def holder(self, store: str, customer: str, connection: str) -> str | None:
        """Digest of the identity that held a customer."""
        held: str | None = self._server.command("HGET", self._held(store, customer), connection)
        return held

    def drop(self, digest: str, store: str, old: OldLink) -> None:
        """Takes away what was moved; the link last, by which a later try finds what is left."""
        held = self._held(store, old.customer)
        if self._server.command("HGET", held, old.connection) == digest:
            self._server.command("HDEL", held, old.connection)
        self._server.command("DEL", self._link(digest, store))

    def all(self) -> Iterator[tuple[str, str]]:
        """Digest and store of each, by SCAN: those that are there all the time are met, some twice."""
        before = f"{self._keys.prefix}:link:"
        for names in self._server.scan(f"{before}{{*"):
            for name in names:
                digest, _, store = name.removeprefix(before + "{").partition("}:")
                yield digest, store

    def _link(self, identity: str, store: str) -> str:
        return f"{self._keys.prefix}:link:{{{identity}}}:{store}"

    def _held(self, store: str, customer: str) -> str:
        return f"{self._keys.prefix}:held:{store}:{customer}"
