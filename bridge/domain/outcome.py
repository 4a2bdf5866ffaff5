"""How an attempt ended, kept for a minute so that a repeated callback can repeat it."""

from dataclasses import dataclass

from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Either a customer or a reason; never a token, which is made anew each time."""

    store: str
    return_to: str
    session: str = ""
    identity: IdentityKey | None = None  # None: recorded by an older version
    customer: Customer | None = None
    reason: Reason | None = None


class Underway:
    """The attempt was taken by a request that has not ended yet."""
