"""From a verified identity to one customer: a known link, else a claim, an e-mail, a new customer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bridge.domain.attempt import Attempt
from bridge.domain.connection import Connection
from bridge.domain.customer import Customer, CustomerGone, Evidence, Link, Profile, Stale
from bridge.domain.deadline import Deadline
from bridge.domain.identity import Identity, IdentityKey
from bridge.domain.link_ports import Links, PendingCases
from bridge.domain.pending import PendingCase
from bridge.domain.ports import Platform, SignIns
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import Session
from bridge.domain.store import Store
from bridge.domain.story import Story
from bridge.flows.addresses import Addresses
from bridge.flows.profiles import Profiles

#: Ends of a call after which the customer may be there all the same.
_MAY_HAVE_CREATED = {Reason.STORE_UNAVAILABLE, Reason.STORE_REJECTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """The policy of every store, in one visible order."""

    stores: Mapping[str, Store]
    connections: Mapping[str, Connection]
    platforms: Mapping[str, Platform]
    sign_ins: SignIns
    links: Links
    pending: PendingCases
    now: Callable[[], float]
    profiles: Profiles

    def resolve(self, attempt: Attempt, identity: Identity, session: Session, deadline: Deadline) -> Customer:
        """The customer, with the sign-in recorded. Raises `Refused`.

        A known identity costs one trip to Redis and no call to the store.
        """
        story = deadline.story
        if identity.is_outside(self.connections[identity.connection]):
            story.tell("tried", rule="domain", outcome="outside")
            raise Refused(Reason.EMAIL_OUTSIDE_DOMAINS, "its domain is not in the connection's `domains`")
        if self.stores[attempt.store].email_is_identity:
            email = self._evidence(self.stores[attempt.store], identity, story)
            by_address = Addresses(sign_ins=self.sign_ins, links=self.links, now=self.now)
            return by_address.resolve(attempt, identity, email, session, story)
        customer = self._known(attempt, identity, session, deadline)
        if customer is not None:
            return customer
        store = self.stores[attempt.store]
        if not self._by_claim(store, identity, deadline):
            email = self._evidence(store, identity, story)
            with self.sign_ins.creating(store.name, identity.key, email, deadline) as fence:
                # Whoever held the lock before may have been the same person in another tab.
                customer = self._known(attempt, identity, session, deadline)
                if customer is not None:
                    return customer
                self._by_email(store, identity, email, fence, deadline)
        customer = self._known(attempt, identity, session, deadline)
        if customer is None:
            raise Refused(Reason.INTERNAL_ERROR, "the link just made is gone")
        return customer

    def replace(
        self, attempt: Attempt, identity: Identity, session: Session, gone: Customer, deadline: Deadline
    ) -> Customer | None:
        """Another customer for one whom the platform took no more; None if the store has it.

        Raises `Refused`.
        """
        store = self.stores[attempt.store]
        if not self.profiles.is_gone(store, gone, deadline):
            return None
        self._drop(attempt, store, identity, gone)
        return self.resolve(attempt, identity, session, deadline)

    def check_blocked(self, identity: IdentityKey, store: str) -> None:
        """For who signs in again by what was recorded before. Raises `Refused(CUSTOMER_BLOCKED)`."""
        if self.sign_ins.is_blocked(identity, store):
            raise Refused(Reason.CUSTOMER_BLOCKED, "blocked since the sign-in that is repeated")

    def still_holds(self, identity: IdentityKey, customer: Customer | None, store: str) -> bool:
        """For who signs in again by what was recorded before: whether nobody unlinked them since."""
        linked = self.links.find(identity, store)
        return linked is not None and linked.customer == customer

    def _known(
        self, attempt: Attempt, identity: Identity, session: Session, deadline: Deadline
    ) -> Customer | None:
        """The linked customer, as the store's policy wants it, with the sign-in recorded; or None."""
        store = self.stores[attempt.store]
        plan = self.profiles.plan(store, identity)
        story = deadline.story
        found = self.sign_ins.record(attempt, session, plan.due if plan else None, None, story)
        if plan is None or not isinstance(found, Stale):
            story.tell("tried", rule="link", outcome="found" if found else "none")
            return found if isinstance(found, Customer) else None
        story.tell("tried", rule="link", outcome="stale")
        try:
            note = self.profiles.bring_up(attempt, store, identity.key, found, plan, deadline)
        except CustomerGone:
            self._drop(attempt, store, identity, found.customer)
            return None
        recorded = self.sign_ins.record(attempt, session, None, note, story)
        return recorded if isinstance(recorded, Customer) else None

    def _drop(self, attempt: Attempt, store: Store, identity: Identity, gone: Customer) -> None:
        """Also from under the address it was noted by: else it would be linked again at once."""
        self.profiles.drop(attempt, store, identity.key, gone)
        email = identity.trusted_email(self.connections[identity.connection])
        if email and self.links.known_by_email(email, store.name) == [gone]:
            self.links.forget_email(email, store.name)

    def _by_claim(self, store: Store, identity: Identity, deadline: Deadline) -> bool:
        """The provider itself knows the store's customer id.

        From a connection whose word does not count there is no such claim: its people may have written it.
        """
        tell = partial(deadline.story.tell, "tried", rule="claim")
        if not store.customers.claim:
            return False
        if store.customers.claim not in identity.claims:
            tell(outcome="absent")
            return False
        if store.customers.claim_connections and identity.connection not in store.customers.claim_connections:
            tell(outcome="not_from_here")
            return False
        value = identity.claims[store.customers.claim]
        customer = Customer(str(value))
        if isinstance(value, bool) or not isinstance(value, int | str) or not customer.plausible:
            tell(outcome="unusable")
            raise Refused(Reason.CUSTOMER_UNKNOWN, f"the claim {store.customers.claim} holds no customer id")
        if not self.platforms[store.name].exists(customer, deadline):
            tell(outcome="no_such_customer")
            raise Refused(Reason.CUSTOMER_UNKNOWN, f"the store has no customer {customer.id[:40]}")
        self._link(store, identity, customer, "claim", deadline.story)
        return True

    def _evidence(self, store: Store, identity: Identity, story: Story) -> str:
        """The address by which this identity may be linked or created."""
        email = identity.trusted_email(self.connections[identity.connection])
        if not email:
            story.tell("tried", rule="email", outcome="not_trusted")
            raise Refused(Reason.EMAIL_NOT_TRUSTED, _why_not_trusted(identity))
        if not (store.customers.match_email or store.customers.create):
            story.tell("tried", rule="email", outcome="off")
            raise Refused(Reason.CUSTOMER_UNKNOWN, "the store neither matches e-mails nor creates customers")
        story.tell("tried", rule="email", outcome="trusted")
        return email

    def _by_email(self, store: Store, identity: Identity, email: str, fence: str, deadline: Deadline) -> None:
        """Links the customer an earlier sign-in created, or the one with this address; or creates one."""
        story = deadline.story
        imported = self.links.known_by_email(email, store.name)
        story.tell("tried", rule="imported", outcome=_found(imported))
        if imported and store.customers.match_email:
            self._link(store, identity, self._only(store, identity, imported), "email", story, fence)
            return
        if store.customers.create:
            ours = self.platforms[store.name].find_by_identity(identity.key, deadline)
            story.tell("tried", rule="earlier", outcome="found" if ours else "none")
            if ours is not None:
                self._link(store, identity, ours, "created", story, fence)
                return
        found = imported or self.platforms[store.name].find(email, deadline)
        if not imported:
            story.tell("tried", rule="store_email", outcome=_found(found))
        if found and not store.customers.match_email:
            raise Refused(Reason.CUSTOMER_UNKNOWN, "a customer has this e-mail, and match_email is off")
        if found:
            self._link(store, identity, self._only(store, identity, found), "email", story, fence)
        elif store.customers.create:
            self._create(store, identity, email, fence, deadline)
        else:
            story.tell("tried", rule="create", outcome="off")
            raise Refused(Reason.CUSTOMER_UNKNOWN, "no customer has this e-mail, and create is off")

    def _create(self, store: Store, identity: Identity, email: str, fence: str, deadline: Deadline) -> None:
        """Creates and links; where the store did not say that it created, sees whether it did."""
        platform = self.platforms[store.name]
        try:
            profile = replace(
                _profile(identity, email),
                details=self.profiles.details(store, identity),
                match_email=store.customers.match_email,
            )
            created = platform.create(profile, deadline)
        except Refused as refused:
            deadline.story.tell("tried", rule="create", outcome="failed")
            if refused.reason not in _MAY_HAVE_CREATED or deadline.remaining() < 1:
                raise
            ours = platform.find_by_identity(identity.key, deadline)
            found = [ours] if ours else platform.find(email, deadline)
            if not found or not (ours or store.customers.match_email):
                raise
            evidence: Evidence = "created" if ours else "email"
            self._link(store, identity, self._only(store, identity, found), evidence, deadline.story, fence)
        else:
            deadline.story.tell("tried", rule="create", outcome="created")
            self._link(store, identity, created, "created", deadline.story, fence)

    def _only(self, store: Store, identity: Identity, found: Sequence[Customer]) -> Customer:
        """The one customer among those found; several are for an operator to choose from."""
        if len(found) > 1:
            self._ask_operator(store, identity, Reason.CUSTOMER_AMBIGUOUS, found)
            raise Refused(Reason.CUSTOMER_AMBIGUOUS, f"{len(found)} customers have this e-mail")
        return found[0]

    def _link(
        self,
        store: Store,
        identity: Identity,
        customer: Customer,
        evidence: Evidence,
        story: Story,
        fence: str = "",
    ) -> None:
        link = Link(
            store=store.name,
            identity=identity.key,
            connection=identity.connection,
            customer=customer,
            evidence=evidence,
            created_at=int(self.now()),
        )
        linked = self.sign_ins.link(link, fence)
        story.tell("tried", rule=evidence, outcome="linked" if linked else "held_by_another")
        if not linked:
            self._ask_operator(store, identity, Reason.CUSTOMER_ALREADY_LINKED, [customer])
            raise Refused(Reason.CUSTOMER_ALREADY_LINKED, f"customer {customer.id[:40]}")

    def _ask_operator(
        self, store: Store, identity: Identity, reason: Reason, candidates: Sequence[Customer]
    ) -> None:
        now = int(self.now())
        self.pending.add(
            PendingCase(
                store=store.name,
                connection=identity.connection,
                identity=identity.key,
                reason=reason,
                candidates=tuple(candidates),
                first=now,
                last=now,
            )
        )


def _found(customers: Sequence[Customer]) -> str:
    return "none" if not customers else "found" if len(customers) == 1 else "several"


def _why_not_trusted(identity: Identity) -> str:
    if not identity.email:
        return "no usable e-mail"
    if identity.email_verified is False:
        return "email_verified is false"
    return "not vouched for as `domains` and `email_trust` want it"


def _profile(identity: Identity, email: str) -> Profile:
    """Stores want both names; a provider may give none, or one for all."""
    first, _, last = identity.name.partition(" ")
    local = email.partition("@")[0]
    return Profile(
        email=email,
        first_name=identity.given_name or first or local,
        last_name=identity.family_name or last or first or local,
        identity=identity.key,
    )
