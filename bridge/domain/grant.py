"""What a one-time code stands for, and what a storefront holds afterwards."""

import re
from dataclasses import dataclass
from typing import Literal

from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.secret import Secret

_HANDLE = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{32})\.([0-9a-f]{32})\.([A-Za-z0-9_-]{20,64})")
#: RFC 6749 section 2.1. How a storefront proved itself: by its `handoff_secret`, or as a page, by PKCE only.
ClientType = Literal["confidential", "public"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Somebody signed in, on the way to the storefront. No token is in it, and no customer.

    The customer is whom the link names when the code is redeemed.
    """

    store: str
    identity: IdentityKey
    session: str  # digest of the bridge session's id; its handle is the browser's alone
    return_to: str
    reference: str  # of the attempt, for the log lines
    code_challenge: str = ""
    client_address: str = ""  # the shopper's own


@dataclass(frozen=True, slots=True)
class Spent:
    """The code was redeemed before: somebody else may hold it (RFC 6749 section 4.1.2)."""

    grant: Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewable:
    """What a storefront may renew its token by, while the bridge session lives."""

    handle: str  # for the storefront; empty where this redemption may not be renewed
    store: str
    identity: IdentityKey
    customer: Customer  # as the link says now
    session: str  # tells the bridge session from all others, and is not its handle
    reference: str
    refresh_token: Secret | None = None  # the platform's own


@dataclass(frozen=True, slots=True)
class RenewalHandle:
    """A renewal handle in its parts.

    It is not the browser's session cookie, and that cannot be computed from it: who steals a
    storefront's database can sign nobody out at the bridge.
    """

    identity: str  # digest
    session: str  # digest of the session's id
    grant: str  # digest of the code that was redeemed
    secret: str

    @classmethod
    def parse(cls, text: str) -> "RenewalHandle | None":
        """None for what is none of ours."""
        found = _HANDLE.fullmatch(text)
        return cls(*found.groups()) if found else None

    def __str__(self) -> str:
        return f"{self.identity}.{self.session}.{self.grant}.{self.secret}"

    def __repr__(self) -> str:
        return f"RenewalHandle({self.identity}…)"
