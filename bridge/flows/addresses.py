"""Stores that know their customers by e-mail alone: the address is the customer, so it is judged each time.

Elsewhere an address only finds the customer once, and the link stands from then on. Here whoever is signed in
under an address *is* that customer for the platform: an address that the provider does not vouch for at this
very sign-in, or that is not the one linked before, would be somebody else's account.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bridge.domain.attempt import Attempt
from bridge.domain.customer import Customer, Link, Profile
from bridge.domain.identity import Identity
from bridge.domain.link_ports import Links
from bridge.domain.ports import SignIns
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import Session
from bridge.domain.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Customers who are addresses. No detail repeats one: that would be a person's data in a log."""

    sign_ins: SignIns
    links: Links
    now: Callable[[], float]

    def resolve(
        self, attempt: Attempt, identity: Identity, email: str, session: Session, story: Story
    ) -> Customer:
        """The customer, with the sign-in recorded. `email`: trusted, and normal. Raises `Refused`.

        The link is looked at before anything is recorded: no repeat can follow one that was refused.
        """
        customer = Customer(email)
        if not customer.plausible:
            raise Refused(Reason.CUSTOMER_UNKNOWN, "the e-mail is longer than a customer's id can be")
        linked = self.links.find(identity.key, attempt.store)
        if linked is None:
            if self.sign_ins.is_blocked(identity.key, attempt.store):  # nothing is written for who stays out
                raise Refused(Reason.CUSTOMER_BLOCKED, "an operator blocked this identity")
            story.tell("tried", rule="link", outcome="none")
            self._link(attempt.store, identity, customer, story)
        elif linked.customer != customer:
            story.tell("tried", rule="address", outcome="changed")
            raise Refused(Reason.EMAIL_CHANGED, "the trusted e-mail is not the one that is linked")
        recorded = self.sign_ins.record(attempt, session, story=story)
        story.tell("tried", rule="link", outcome="found" if recorded == customer else "changed")
        if recorded != customer:
            raise Refused(Reason.EMAIL_CHANGED, "the link was changed at this very moment")
        return customer

    def _link(self, store: str, identity: Identity, customer: Customer, story: Story) -> None:
        link = Link(
            store=store,
            identity=identity.key,
            connection=identity.connection,
            customer=customer,
            evidence="email",
            created_at=int(self.now()),
        )
        made = self.sign_ins.link(link)
        story.tell("tried", rule="email", outcome="linked" if made else "held_by_another")
        if not made:
            raise Refused(Reason.CUSTOMER_ALREADY_LINKED, "the e-mail is another identity's")


def vouched(identity: Identity, customer: Customer) -> Profile:
    """What goes with the sign-in. Names are the provider's or empty: nothing made up replaces the store's."""
    first, _, last = identity.name.partition(" ")
    return Profile(
        email=customer.id,
        first_name=identity.given_name or first,
        last_name=identity.family_name or last,
        identity=identity.key,
    )
