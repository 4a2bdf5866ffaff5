"""The memory twin of `RedisBlocks`."""

from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.state.memory import MemoryState


class MemoryBlocks:
    """See the port `Blocks`."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def block_identity(self, identity: IdentityKey | str, store: str) -> int:
        self._state.blocked.add((_digest(identity), store))
        return self._end_sessions(_digest(identity), store)

    def unblock_identity(self, identity: IdentityKey | str, store: str) -> bool:
        known = (_digest(identity), store) in self._state.blocked
        self._state.blocked.discard((_digest(identity), store))
        return known

    def block_customer(self, customer: Customer, store: str) -> int:
        self._state.barred.add((customer.id, store))
        holders = self._state.links.holders(customer, store)
        return sum(self._end_sessions(one.identity, store) for one in holders)

    def unblock_customer(self, customer: Customer, store: str) -> bool:
        known = (customer.id, store) in self._state.barred
        self._state.barred.discard((customer.id, store))
        return known

    def is_customer_blocked(self, customer: Customer, store: str) -> bool:
        return (customer.id, store) in self._state.barred

    def _end_sessions(self, digest: str, store: str) -> int:
        before = len(self._state.sessions)
        self._state.sessions[:] = [
            one for one in self._state.sessions if (one.identity.digest, one.store) != (digest, store)
        ]
        return before - len(self._state.sessions)


def _digest(identity: IdentityKey | str) -> str:
    return identity if isinstance(identity, str) else identity.digest
