"""Who may not sign in to a store: from now on, and not with what they have."""

from dataclasses import dataclass

from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.link_ports import Blocks, Links
from bridge.flows.ending import SessionEnder


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocking:
    """Blocks first, then ends sessions, so that none begins between. Raises `Refused`; may be asked again."""

    blocks: Blocks
    links: Links
    ender: SessionEnder

    def block_identity(self, identity: IdentityKey | str, store: str) -> int:
        """How many of its sessions ended."""
        self.blocks.block_identity(identity, store)
        return self.ender.end_of(identity, store, "blocked")

    def block_customer(self, customer: Customer, store: str) -> int:
        """The same of every identity that holds the customer."""
        self.blocks.block_customer(customer, store)
        holders = self.links.holders(customer, store)  # whoever is linked later is blocked with that
        return sum(self.ender.end_of(one.identity, store, "blocked", customer.id) for one in holders)
