"""The memory twin of `RedisBlocks`."""

from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey, digest_of
from bridge.state.memory import MemoryState


class MemoryBlocks:
    """See the port `Blocks`."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def block_identity(self, identity: IdentityKey | str, store: str) -> None:
        self._state.blocked.add((digest_of(identity), store))

    def unblock_identity(self, identity: IdentityKey | str, store: str) -> bool:
        known = (digest_of(identity), store) in self._state.blocked
        self._state.blocked.discard((digest_of(identity), store))
        return known

    def block_customer(self, customer: Customer, store: str) -> None:
        self._state.barred.add((customer.id, store))

    def unblock_customer(self, customer: Customer, store: str) -> bool:
        known = (customer.id, store) in self._state.barred
        self._state.barred.discard((customer.id, store))
        return known

    def is_customer_blocked(self, customer: Customer, store: str) -> bool:
        return (customer.id, store) in self._state.barred
