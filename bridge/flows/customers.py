"""From a verified identity to one customer: a known link, else a claim, an e-mail, a new customer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.domain.attempt import Attempt
from bridge.domain.connection import Connection
from bridge.domain.customer import Customer, Evidence, Link, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.identity import Identity
from bridge.domain.ports import Platform, SignIns
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import Session
from bridge.domain.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """The policy of every store, in one visible order."""

    stores: Mapping[str, Store]
    connections: Mapping[str, Connection]
    platforms: Mapping[str, Platform]
    sign_ins: SignIns
    now: Callable[[], float]

    def resolve(self, attempt: Attempt, identity: Identity, session: Session, deadline: Deadline) -> Customer:
        """The customer, with the sign-in recorded. Raises `Refused`.

        A known identity costs one trip to Redis and no call to the store.
        """
        customer = self.sign_ins.record(attempt, session)
        if customer is not None:
            return customer
        store = self.stores[attempt.store]
        if not self._by_claim(store, identity, deadline):
            email = self._evidence(store, identity)
            with self.sign_ins.creating(store.name, email, deadline):
                # Whoever held the lock before may have been the same person in another tab.
                customer = self.sign_ins.record(attempt, session)
                if customer is not None:
                    return customer
                self._by_email(store, identity, email, deadline)
        customer = self.sign_ins.record(attempt, session)
        if customer is None:
            raise Refused(Reason.INTERNAL_ERROR, "the link just made is gone")
        return customer

    def _by_claim(self, store: Store, identity: Identity, deadline: Deadline) -> bool:
        """The provider itself knows the store's customer id."""
        if not store.customers.claim or store.customers.claim not in identity.claims:
            return False
        value = identity.claims[store.customers.claim]
        customer = Customer(str(value))
        if isinstance(value, bool) or not isinstance(value, int | str) or not customer.plausible:
            raise Refused(Reason.CUSTOMER_UNKNOWN, f"the claim {store.customers.claim} holds no customer id")
        if not self.platforms[store.name].exists(customer, deadline):
            raise Refused(Reason.CUSTOMER_UNKNOWN, f"the store has no customer {customer.id[:40]}")
        self._link(store, identity, customer, "claim")
        return True

    def _evidence(self, store: Store, identity: Identity) -> str:
        """The address by which this identity may be linked or created."""
        email = identity.trusted_email(self.connections[identity.connection])
        if not email:
            raise Refused(Reason.EMAIL_NOT_TRUSTED, _why_not_trusted(identity))
        if not (store.customers.match_email or store.customers.create):
            raise Refused(Reason.CUSTOMER_UNKNOWN, "the store neither matches e-mails nor creates customers")
        return email

    def _by_email(self, store: Store, identity: Identity, email: str, deadline: Deadline) -> None:
        """Links the one customer with this address, or creates one."""
        found = self.platforms[store.name].find(email, deadline)
        if len(found) > 1:
            raise Refused(Reason.CUSTOMER_AMBIGUOUS, f"{len(found)} customers have this e-mail")
        if found and not store.customers.match_email:
            raise Refused(Reason.CUSTOMER_UNKNOWN, "a customer has this e-mail, and match_email is off")
        if found:
            self._link(store, identity, found[0], "email")
        elif store.customers.create:
            created = self.platforms[store.name].create(_profile(identity, email), deadline)
            self._link(store, identity, created, "created")
        else:
            raise Refused(Reason.CUSTOMER_UNKNOWN, "no customer has this e-mail, and create is off")

    def _link(self, store: Store, identity: Identity, customer: Customer, evidence: Evidence) -> None:
        link = Link(
            store=store.name,
            identity=identity.key,
            connection=identity.connection,
            customer=customer,
            evidence=evidence,
            created_at=int(self.now()),
        )
        if not self.sign_ins.link(link):
            raise Refused(Reason.CUSTOMER_ALREADY_LINKED, f"customer {customer.id[:40]}")


def _why_not_trusted(identity: Identity) -> str:
    if not identity.email:
        return "no usable e-mail"
    if identity.email_verified is False:
        return "email_verified is false"
    return "outside the connection's domains, or not vouched for as email_trust wants it"


def _profile(identity: Identity, email: str) -> Profile:
    """Stores want both names; a provider may give none, or one for all."""
    first, _, last = identity.name.partition(" ")
    local = email.partition("@")[0]
    return Profile(
        email=email,
        first_name=identity.given_name or first or local,
        last_name=identity.family_name or last or first or local,
    )
