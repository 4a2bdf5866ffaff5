"""What the flows need of the world. Adapters in idp, platforms and state fit these shapes."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.callback import Callback
from bridge.domain.customer import Customer, Due, Link, Note, Profile, Stale
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import HandOff, PlatformToken, Visit
from bridge.domain.identity import Identity, IdentityKey
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.profile import Details
from bridge.domain.rates import Rate
from bridge.domain.refusal import Refused
from bridge.domain.secret import Secret
from bridge.domain.session import Session
from bridge.domain.story import Story


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

    def find_by_identity(self, identity: IdentityKey, deadline: Deadline) -> Customer | None:
        """The customer whom `create` made for this identity, where the platform remembers that.

        So that a sign-in that died between creating a customer and linking it leaves nobody outside.
        None where there is none, or the platform keeps no such note. Raises `Refused`.
        """
        ...

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        """Whether the store has this customer. Raises `Refused`."""
        ...

    def create(self, profile: Profile, deadline: Deadline) -> Customer:
        """A new customer, or the one that was there already. Raises `Refused`."""
        ...

    def update(self, customer: Customer, details: Details, deadline: Deadline) -> Sequence[str]:
        """Writes what `details` holds, and leaves the rest alone; what could not be written, in words.

        An address that another customer of the store has is never written. Raises `Refused`,
        `CustomerGone`.
        """
        ...


class Delivery(Protocol):
    """How one store's customers, signed in, reach its storefront.

    A platform with a way of its own (a one-time address) is one; else a flow makes one of a
    `TokenIssuer`.
    """

    def hand_off(self, visit: Visit, deadline: Deadline) -> HandOff:
        """What to answer the browser with; a token in it was minted now. Raises `Refused`."""
        ...


class TokenIssuer(Protocol):
    """A platform that gives out tokens for its customers, or whose tokens the bridge signs itself."""

    def issue(self, visit: Visit, deadline: Deadline) -> PlatformToken:
        """A token for the visiting customer, good from now. Raises `Refused`."""
        ...

    def renew(self, refresh_token: Secret, visit: Visit, deadline: Deadline) -> PlatformToken:
        """The next token, by what came with the last one; a new one where that is no longer taken.

        Both tokens of the answer replace the old ones. Raises `Refused`.
        """
        ...

    def revoke(self, refresh_token: Secret, deadline: Deadline) -> None:
        """Ends what an earlier token can still be renewed by. Raises `Refused`."""
        ...


class Attempts(Protocol):
    """Attempts under way, and for a minute how they ended."""

    def put(self, attempt: Attempt, story: Story | None = None, rates: Sequence[Rate] = ()) -> Ticket:
        """Remembers an attempt for the time a shopper has at the provider; and how it began, for operators.

        The ticket is for the browser, and holds what `recover` needs. Each of `rates` is counted in the same
        trip; raises `TooOftenError` where one is over its limit.
        """
        ...

    def take(self, state: str) -> Attempt | Outcome | Underway | None:
        """The attempt, for the one caller who asks first; others learn how far it is."""
        ...

    def recover(self, ticket: Ticket) -> Attempt | Outcome | Underway | None:
        """As `take`, of an attempt that Redis lost: from what its browser carries, marked as `recovered`.

        None where it is too old for that, where the ticket does not hold it, and where it was taken before,
        as far as Redis knows.
        """
        ...

    def peek(self, state: str) -> Attempt | Outcome | Underway | None:
        """The same as `take`, taking nothing."""
        ...

    def refuse(self, ticket: Ticket, outcome: Outcome, refused: Refused, story: Story | None = None) -> None:
        """Records a refusal: the attempt's outcome, the audit event and the story, in one trip."""
        ...


class Occasion(Protocol):
    """A sign-in, or a renewal, by what it is called in the log and in the audit; a `Ticket` is one."""

    @property
    def reference(self) -> str: ...
    @property
    def store(self) -> str: ...
    @property
    def connection(self) -> str: ...


class SignIns(Protocol):
    """Links from identities to customers, and the sign-ins that follow them."""

    def record(
        self,
        ticket: Ticket,
        session: Session,
        due: Due | None = None,
        note: Note | None = None,
        story: Story | None = None,
    ) -> Customer | Stale | None:
        """Signs a known identity in, in one trip: session, outcome, audit event and the story up to here.

        None, with nothing written, where the store has no link for this identity; `Stale`, with nothing
        written, where the note beside the link does not say what is `due`. Writes `note` in the same trip.
        Raises `Refused(CUSTOMER_BLOCKED)`.
        """
        ...

    def is_blocked(self, identity: IdentityKey, store: str) -> bool:
        """Whether an operator blocked this identity, or its customer."""
        ...

    def remark(
        self, occasion: Occasion, identity: IdentityKey, event: str, customer: str, detail: str
    ) -> None:
        """Records in the audit what a sign-in found out about a customer. Never raises."""
        ...

    def link(self, link: Link, fence: str = "") -> bool:
        """Links an identity to a customer; idempotent. A link that stands is never moved: True.

        False, with nothing written, if another identity of the same connection holds the
        customer (contract section 5.1). `fence`: what `creating` gave; with it nothing is written
        once the lock ran out. Raises `Refused(CUSTOMER_BUSY)` then.
        """
        ...

    def creating(
        self, store: str, identity: IdentityKey, email: str, deadline: Deadline
    ) -> AbstractContextManager[str]:
        """Holds everybody else off the same new customer, by identity and by address; gives the fence.

        Raises `Refused(CUSTOMER_BUSY)`.
        """
        ...


class DrySignIns(Protocol):
    """Answers for `bridge connections test`: a running bridge takes them in, the command collects them."""

    def expect(self, state: str, connection: str, seconds: int) -> None:
        """From now on, for so long, an answer for this state is taken in."""
        ...

    def answer(self, callback: Callback) -> bool:
        """Keeps an answer for a minute, sealed; the first counts. False where nobody expects it."""
        ...

    def collect(self, state: str) -> Callback | None:
        """The answer, once; None until it is there. Raises `Refused` where it cannot be unsealed."""
        ...

    def forget(self, state: str) -> None:
        """Nobody waits any longer. Any number of times."""
        ...


class Audit(Protocol):
    """What happened, for operators, without tokens and personal data."""

    def refused(
        self, reference: str, refused: Refused, store: str, connection: str, story: Story | None = None
    ) -> None:
        """Records a refusal that belongs to no attempt of this browser. Never raises."""
        ...

    def stray(
        self, reference: str, refused: Refused, store: str, connection: str, story: Story | None = None
    ) -> None:
        """The same of one that anybody can cause: for `bridge explain` only. Never raises."""
        ...
