"""Who may not sign in, in Redis.

A blocked customer is noted first, then every identity that holds it is blocked; an identity is linked
first, then looks whether its customer is noted. So of a block and a link at the same moment one sees
the other.
"""

from collections.abc import Sequence

from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey, digest_of
from bridge.state.block_book import BY_CUSTOMER, BY_ITSELF, BlockBook
from bridge.state.decisions import named
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks
from bridge.state.server import RedisServer


class RedisBlocks:
    """See the port `Blocks`."""

    def __init__(self, server: RedisServer, keys: Keys, links: RedisLinks, by: str = "") -> None:
        """`by`: the operator."""
        self._by = by
        self._server = server
        self._keys = keys
        self._links = links
        self._book = BlockBook(server, keys)

    def block_identity(self, identity: IdentityKey | str, store: str) -> None:
        digest = digest_of(identity)
        self._book.block(digest, store, BY_ITSELF)
        self._tell("blocked", store, [digest], "")

    def unblock_identity(self, identity: IdentityKey | str, store: str) -> bool:
        digest = digest_of(identity)
        unblocked = self._book.unblock(digest, store, BY_ITSELF)
        linked = self._links.find(digest, store)
        if linked is None or not self._book.is_barred(linked.customer.id, store):
            # Left over from a customer that it was linked to before.
            unblocked = self._book.unblock(digest, store, BY_CUSTOMER) or unblocked
        if unblocked:
            self._tell("unblocked", store, [digest], "")
        return unblocked

    def block_customer(self, customer: Customer, store: str) -> None:
        self._server.command("HSETNX", self._keys.barred(store), customer.id, self._server.command("TIME")[0])
        holders = [one.identity for one in self._links.holders(customer, store)]
        for digest in holders:
            self._book.block(digest, store, BY_CUSTOMER)
        self._tell("blocked", store, holders, customer.id)

    def unblock_customer(self, customer: Customer, store: str) -> bool:
        known = bool(self._server.command("HDEL", self._keys.barred(store), customer.id))
        holders = [one.identity for one in self._links.holders(customer, store)]
        freed = [digest for digest in holders if self._book.unblock(digest, store, BY_CUSTOMER)]
        if known:
            self._tell("unblocked", store, freed, customer.id)
        return known

    def is_customer_blocked(self, customer: Customer, store: str) -> bool:
        return self._book.is_barred(customer.id, store)

    def _tell(self, event: str, store: str, digests: Sequence[str], customer: str) -> None:
        for digest in digests or [""]:
            self._server.command(
                "XADD", self._keys.audit, "MAXLEN", "~", self._keys.audit_most, "*",
                "event", event, "store", store,
                "identity", digest, "customer", named(customer), *(("by", self._by) if self._by else ()),
            )  # fmt: skip
