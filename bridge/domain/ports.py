"""What the flows need of the world. Adapters in idp, platforms and state fit these shapes."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.callback import Callback
from bridge.domain.customer import Customer, Link, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import HandOff, PlatformToken, Visit
from bridge.domain.identity import Identity
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.refusal import Refused
from bridge.domain.secret import Secret
from bridge.domain.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A person whom the provider vouched for, with what else the exchange showed."""

    identity: Identity
    id_token: Secret
    provider_clock: float | None = None  # seconds the provider's clock was ahead of ours


class IdentityProvider(Protocol):
    """One connection, spoken OpenID Connect with."""

    def authorize_url(self, attempt: Attempt, login_hint: str, deadline: Deadline) -> str:
        """Where the browser goes to sign in. Raises `Refused`."""
        ...

    def redeem(self, attempt: Attempt, callback: Callback, deadline: Deadline) -> Verified:
        """The verified person behind an answer. Raises `Refused`."""
        ...


class Platform(Protocol):
    """One store, on one commerce platform."""

    def find(self, email: str, deadline: Deadline) -> Sequence[Customer]:
        """The customers with that address who may sign in on this storefront. Raises `Refused`."""
        ...

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        """Whether the store has this customer. Raises `Refused`."""
        ...

    def create(self, profile: Profile, deadline: Deadline) -> Customer:
        """A new customer, or the one that was there already. Raises `Refused`."""
        ...

    def sign_in(self, customer: Customer, return_to: str, provider_clock: float | None) -> HandOff:
        """The platform's own token, minted now, in the shape the storefront takes. Raises `Refused`."""
        ...


class TokenIssuer(Protocol):
    """A platform that gives out tokens for its customers, or whose tokens the bridge signs itself."""

    def issue(self, visit: Visit, deadline: Deadline) -> PlatformToken:
        """A token for the visiting customer, good from now. Raises `Refused`."""
        ...

    def revoke(self, refresh_token: Secret, deadline: Deadline) -> None:
        """Ends what an earlier token can still be renewed by. Raises `Refused`."""
        ...


class Attempts(Protocol):
    """Attempts under way, and for a minute how they ended."""

    def put(self, attempt: Attempt) -> None:
        """Remembers an attempt for the time a shopper has at the provider."""
        ...

    def take(self, state: str) -> Attempt | Outcome | Underway | None:
        """The attempt, for the one caller who asks first; others learn how far it is."""
        ...

    def peek(self, state: str) -> Attempt | Outcome | Underway | None:
        """The same, taking nothing."""
        ...

    def refuse(self, ticket: Ticket, outcome: Outcome, refused: Refused) -> None:
        """Records a refusal: the attempt's outcome and the audit event, in one trip."""
        ...


class SignIns(Protocol):
    """Links from identities to customers, and the sign-ins that follow them."""

    def record(self, ticket: Ticket, session: Session) -> Customer | None:
        """Signs a known identity in, in one trip: session, outcome and audit event.

        None, with nothing written, where the store has no link for this identity.
        """
        ...

    def link(self, link: Link) -> bool:
        """Links an identity to a customer; idempotent.

        False, with nothing written, if another identity of the same connection holds the
        customer (contract section 5.1).
        """
        ...

    def creating(self, store: str, email: str, deadline: Deadline) -> AbstractContextManager[None]:
        """Holds everybody else off the same new customer. Raises `Refused(CUSTOMER_BUSY)`."""
        ...


class Audit(Protocol):
    """What happened, for operators, without tokens and personal data."""

    def refused(self, reference: str, refused: Refused, store: str, connection: str) -> None:
        """Records a refusal that belongs to no attempt of this browser. Never raises."""
        ...
