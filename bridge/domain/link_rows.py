"""Links by the million: rows as they are imported and exported, and what became of each."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from bridge.domain.customer import Evidence


class LinkRow(NamedTuple):
    """One link; what import takes and export gives."""

    identity: str  # digest
    connection: str
    customer: str  # the platform's id
    evidence: Evidence = "imported"
    created_at: int = 0  # seconds since the epoch


class EmailRow(NamedTuple):
    """A customer known by e-mail only: the first trusted identity with that address may be linked to it."""

    email: str  # digest of the normal address
    customer: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a row did not go in: what stands in its way, one of the two."""

    customer: str = ""  # to whom the identity (the address) is linked already
    identity: str = ""  # digest of the identity of the same connection that holds the customer


#: `same`: it stood there before, and was not changed (neither was its evidence).
Became = Literal["new", "same"] | Conflict
