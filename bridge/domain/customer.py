"""The store's person, and how an identity came to be that person."""

import re
from dataclasses import dataclass
from typing import Literal

from bridge.domain.identity import IdentityKey

_ID = re.compile(r"[\x21-\x7e]{1,128}")
Evidence = Literal["claim", "email", "created"]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of one store, by the platform's own id."""

    id: str

    @property
    def plausible(self) -> bool:
        """Whether this can be an id at all: a short ASCII word."""
        return bool(_ID.fullmatch(self.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Identity to customer, for one store, with what proved it."""

    store: str
    identity: IdentityKey
    connection: str
    customer: Customer
    evidence: Evidence
    created_at: int  # seconds since the epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a platform needs to create a customer."""

    email: str
    first_name: str
    last_name: str
