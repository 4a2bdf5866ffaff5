"""What the mapping would do with a person: the policy itself, run on hands that write nothing."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Literal, cast

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.customer import Customer, Due, Holder, Link, Linked, Note, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.identity import Identity, IdentityKey
from bridge.domain.link_ports import Links, PendingCases
from bridge.domain.pending import PendingCase
from bridge.domain.ports import Occasion, Platform, SignIns
from bridge.domain.profile import Details
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.session import Session
from bridge.domain.story import Story
from bridge.flows.customers import Customers

#: A link that stands; links that would be made, by what proves them; a customer made anew; none.
ForeseenOutcome = Literal["linked", "claim", "email", "created", "create", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would become of this person in one store."""

    store: str
    outcome: ForeseenOutcome
    customer: str = ""
    reason: Reason | None = None
    detail: str = ""


def foresee(
    customers: Customers, attempt: Attempt, identity: Identity, store: str, deadline: Deadline
) -> Foreseen:
    """Asks the store and Redis, and writes to neither."""
    links = _Looking(customers.links)
    hands = _Hands(links, customers.sign_ins)
    platform = _OnlyReads(customers.platforms[store])
    read_only = cast("Links", links)
    dry = replace(
        customers,
        platforms={store: platform},
        sign_ins=hands,
        links=read_only,
        pending=cast("PendingCases", _NoCases()),
        profiles=replace(customers.profiles, platforms={store: platform}, sign_ins=hands, links=read_only),
    )
    person = Session(
        id="dry",
        store=store,
        connection=identity.connection,
        identity=identity.key,
        sid="",
        id_token=Secret(""),
        created_at=attempt.created_at,
        ends_at=attempt.created_at,
    )
    try:
        customer = dry.resolve(replace(attempt, store=store), identity, person, deadline)
    except Refused as refused:
        return Foreseen(store=store, outcome="refused", reason=refused.reason, detail=refused.detail)
    if platform.would_create:
        return Foreseen(store=store, outcome="create")
    return Foreseen(store=store, outcome=hands.outcome, customer=customer.id)


class _Hands:
    """`SignIns` that only remember what they were told to do."""

    def __init__(self, links: "_Looking", sign_ins: SignIns) -> None:
        self._links = links
        self._sign_ins = sign_ins
        self._made: Customer | None = None
        self.outcome: ForeseenOutcome = "linked"

    def record(
        self,
        _ticket: Ticket,
        session: Session,
        due: Due | None = None,
        note: Note | None = None,
        story: Story | None = None,
    ) -> Customer | None:
        del due, note, story  # what the store is told of a profile changes nobody's way in
        if self.is_blocked(session.identity, session.store):
            raise Refused(Reason.CUSTOMER_BLOCKED)
        if self._made is not None:
            return self._made
        known = self._links.find(session.identity, session.store)
        return known.customer if known else None

    def is_blocked(self, identity: IdentityKey, store: str) -> bool:
        return self._sign_ins.is_blocked(identity, store)

    def remark(
        self, occasion: Occasion, identity: IdentityKey, event: str, customer: str, detail: str
    ) -> None:
        """Nothing happened."""

    def link(self, link: Link, fence: str = "") -> bool:
        del fence
        for holder in self._links.holders(link.customer, link.store) if link.customer.id else ():
            if holder.connection == link.connection and holder.identity != link.identity.digest:
                return False
        self._made = link.customer
        self.outcome = {"claim": "claim", "email": "email"}.get(link.evidence, "created")  # type: ignore[assignment]
        return True

    def creating(
        self, _store: str, _identity: IdentityKey, _email: str, _deadline: Deadline
    ) -> AbstractContextManager[str]:
        return nullcontext("")


class _OnlyReads:
    """A `Platform` that is asked, and told nothing."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.would_create = False

    def find(self, email: str, deadline: Deadline) -> Sequence[Customer]:
        return self._platform.find(email, deadline)

    def find_by_identity(self, identity: IdentityKey, deadline: Deadline) -> Customer | None:
        return self._platform.find_by_identity(identity, deadline)

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        return self._platform.exists(customer, deadline)

    def create(self, _profile: Profile, _deadline: Deadline) -> Customer:
        self.would_create = True
        return Customer("")

    def update(self, _customer: Customer, _details: Details, _deadline: Deadline) -> Sequence[str]:
        return ()


class _Looking:
    """`Links` that are read. What would write is not there: a fault is better than a write."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def find(self, identity: IdentityKey | str, store: str) -> Linked | None:
        return self._links.peek(identity, store)

    def holders(self, customer: Customer, store: str) -> Sequence[Holder]:
        return self._links.holders(customer, store)

    def known_by_email(self, email: str, store: str) -> Sequence[Customer]:
        return self._links.known_by_email(email, store)


class _NoCases:
    """`PendingCases` that no operator is asked: nobody was refused."""

    def add(self, case: PendingCase) -> None:
        """Queues nothing."""
