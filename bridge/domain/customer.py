"""The store's person, and how an identity came to be that person."""

import re
from dataclasses import dataclass
from typing import Literal

from bridge.domain.identity import IdentityKey
from bridge.domain.profile import NO_DETAILS, Details

_ID = re.compile(r"[\x21-\x7e]{1,128}")
#: What proved that an identity is a customer: a claim of the provider, a trusted e-mail, that the bridge
#: made the customer for it; or that an import or an operator said so.
Evidence = Literal["claim", "email", "created", "imported", "operator"]


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
class Linked:
    """What is known of a link by its identity."""

    customer: Customer
    evidence: Evidence
    created_at: int  # seconds since the epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An identity that holds a customer, for its connection."""

    connection: str
    identity: str  # digest
    since: int  # seconds since the epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a platform needs to create a customer."""

    email: str
    first_name: str
    last_name: str
    identity: IdentityKey | None = None  # whose customer it will be, where that is known
    details: Details = NO_DETAILS  # what the store's map makes of the claims
    match_email: bool = True  # whether whoever got the address a moment before will do


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is remembered beside a link, so that the store need not be asked at each sign-in."""

    profile: str = ""  # digest of the `Details` that the store was last told; empty for none
    seen: int = 0  # seconds since the epoch: when the store last showed that it has the customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a note must say for a sign-in to go on at once."""

    profile: str = ""  # empty: no matter what
    seen_since: int = 0  # seconds since the epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A known customer whose note does not say what is due: nothing was recorded yet."""

    customer: Customer
    note: Note


class CustomerGone(Exception):
    """The store says that it has no such customer any more."""
