"""The two sides of a link, in two slots of a Cluster, written so that they always agree."""

from bridge.domain.customer import Link
from bridge.domain.refusal import Reason, Refused
from bridge.state.block_book import BY_CUSTOMER, BlockBook
from bridge.state.growing import tag_of
from bridge.state.keys import Keys
from bridge.state.link_records import claim_read, customer_of, holder_field, link_text
from bridge.state.link_scripts import CLAIM, FIND, LINK, REMOVE, UNCLAIM
from bridge.state.server import RedisServer


class TwoSides:
    """Identity -> customer, and customer -> identities.

    No one script writes both. The customer is claimed first, then the link is written, then the claim
    is looked at again. Who dies in between leaves a claim without a link: the same person's next
    sign-in completes it, and for anybody else it counts no more after `ABANDONED` seconds. A link is
    never written on a claim that may have been taken over (`CLAIM_GOOD`), nor under a lock that ran out.
    """

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys
        self._blocks = BlockBook(server, keys)

    def write(self, digest: str, link: Link, fence: str) -> bool:
        """Both sides, or False and neither. `fence`: see the port `SignIns`. Raises `Refused`."""
        store, customer, connection = link.store, link.customer.id, link.connection
        claimed_at = self._claim(digest, customer, connection, store)
        if not claimed_at:
            return False
        # After the claim, by which `block` finds us, and before the link, by which somebody could sign in.
        if not self._blocks.is_barred(customer, store):
            return self._link(digest, link, claimed_at, fence)
        self._blocks.block(digest, store, BY_CUSTOMER)
        try:
            return self._link(digest, link, claimed_at, fence)
        finally:
            stands = self.found(digest, store)  # where it is somebody else after all, they are free again
            if stands is None or not self._blocks.is_barred(customer_of(stands), store):
                self._blocks.unblock(digest, store, BY_CUSTOMER)
            else:  # another process of the same person may have given up, and unblocked it
                self._blocks.block(digest, store, BY_CUSTOMER)

    def _link(self, digest: str, link: Link, claimed_at: int, fence: str) -> bool:
        """The link of a customer who is claimed; else the claim is given up."""
        store, customer, connection = link.store, link.customer.id, link.connection
        text = link_text(customer, link.evidence, link.created_at)
        keys = (self.links(digest, store), self._keys.creating(digest, store))
        stands = self._server.keep(LINK, keys, digest, text, claimed_at, fence)
        if stands is None:
            self.unclaim(digest, customer, connection, store)
            raise Refused(Reason.CUSTOMER_BUSY, "this sign-in took so long that its lock ran out")
        if customer_of(stands) != customer:
            self.unclaim(digest, customer, connection, store)
            return True  # the same person was linked to another customer just now
        if not self._claim(digest, customer, connection, store):
            # Our claim was taken away (an operator unlinked the person), and somebody else has it now.
            self._server.run(REMOVE, (self.links(digest, store),), digest, stands)
            return False
        return True

    def _claim(self, digest: str, customer: str, connection: str, store: str, instead: str = "") -> int:
        """When the customer was claimed by Redis's clock; 0 if another identity of the connection has it."""
        field, part = holder_field(customer, connection), self.holders(customer, store)
        now, *other = self._server.keep(CLAIM, (part,), instead, digest + field)
        if not other:
            return int(now)
        if instead or self._stands(other[1], customer, store):
            return 0
        return self._claim(digest, customer, connection, store, other[1])

    def _stands(self, claim: str, customer: str, store: str) -> bool:
        """Whether the link of a claim was written."""
        text = self.found(claim_read(claim)[0], store)
        return text is not None and customer_of(text) == customer

    def unclaim(self, digest: str, customer: str, connection: str, store: str) -> None:
        """Gives the claim up. Another process may share it, and have linked the person by it just now."""
        keys: tuple[str, ...] = (self.holders(customer, store),)
        if not self._server.clustered:
            keys += (self._keys.unclaimed(store),)  # an import under way looks at its claims again
        self._server.run(UNCLAIM, keys, holder_field(customer, connection), digest)
        text = self.found(digest, store)
        if text is None or customer_of(text) != customer:
            return
        if not self._claim(digest, customer, connection, store):
            self._server.run(REMOVE, (self.links(digest, store),), digest, text)

    def found(self, digest: str, store: str) -> str | None:
        """A link as it is written."""
        text: str | None = self._server.run(FIND, (self.links(digest, store),), digest)
        return text

    def links(self, digest: str, store: str) -> str:
        return self._keys.links(tag_of(digest), store)

    def holders(self, customer: str, store: str) -> str:
        return self._keys.holders(tag_of(customer), store)
