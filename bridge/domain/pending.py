"""A sign-in that nobody but an operator can decide."""

from dataclasses import dataclass

from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason

#: Candidates kept; more are a flood in the store, not a choice.
MOST_CANDIDATES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCase:
    """Who could be whom. Holds no address and no name: the store shows those of its customers."""

    store: str
    connection: str
    identity: IdentityKey
    reason: Reason
    candidates: tuple[Customer, ...]
    first: int  # seconds since the epoch; of the newest attempt: `last`
    last: int
    times: int = 1
    rejected: bool = False
