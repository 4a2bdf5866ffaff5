"""A person is forgotten everywhere."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bridge.domain.customer import Customer
from bridge.domain.customer_ports import Erasure
from bridge.domain.ending_work import EndingQueue
from bridge.domain.link_ports import Links, PendingCases
from bridge.domain.refusal import Reason, Refused
from bridge.flows.ending import SessionEnder


@dataclass(slots=True)
class Person:
    """Who is to be forgotten: all identities of all customers that belong together, store by store."""

    customers: set[tuple[str, str]] = field(default_factory=set)  # store and id
    identities: set[str] = field(default_factory=set)  # digests
    email: str = ""


@dataclass(slots=True)
class Forgotten:
    """How much there was."""

    links: int = 0
    emails: int = 0
    sessions: int = 0
    outcomes: int = 0
    pending: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """Raises `Refused` where Redis cannot be asked; asked again, it goes on."""

    links: Links
    cases: PendingCases
    erasure: Erasure
    ender: SessionEnder
    endings: EndingQueue

    def person(
        self, stores: Sequence[str], *, customer: str = "", identity: str = "", email: str = ""
    ) -> Person:
        """Whom one of the three means. `email`: a normal address.

        Raises `Refused(CUSTOMER_AMBIGUOUS)` where the address is several customers'.
        """
        self.links.migrate()  # a link as older versions wrote it is found by its identity only
        person = Person(email=email)
        for store in stores:
            if customer:
                person.customers.add((store, customer))
            if email:
                known = self.links.known_by_email(email, store)
                if len(known) > 1:
                    raise Refused(
                        Reason.CUSTOMER_AMBIGUOUS, f"{len(known)} customers of {store} have this e-mail"
                    )
                person.customers |= {(store, one.id) for one in known}
        if identity:
            person.identities.add(identity)
        self._complete(person, stores)
        return person

    def _complete(self, person: Person, stores: Sequence[str]) -> None:
        """Whoever holds one of the customers is the person too, and so is whom that one holds elsewhere."""
        known = -1
        while known != (known := len(person.customers) + len(person.identities)):
            for store, customer in sorted(person.customers):
                person.identities |= set(self._holders(customer, store))
            for identity in sorted(person.identities):
                for store in stores:
                    if linked := self.links.find(identity, store):
                        person.customers.add((store, linked.customer.id))

    def _holders(self, customer: str, store: str) -> Iterator[str]:
        """Not who only claimed the customer, and died: that may be somebody else, who would be erased too."""
        for holder in self.links.holders(Customer(customer), store):
            linked = self.links.find(holder.identity, store)
            if linked is not None and linked.customer.id == customer:
                yield holder.identity

    def forget(self, person: Person, stores: Sequence[str], told: Callable[[], object] = int) -> Forgotten:
        """Links go last: whoever is interrupted finds the person again. `told` is called now and then."""
        gone = Forgotten()
        gone.outcomes = self.erasure.forget_outcomes(person.identities, stores)
        for store in stores:
            self._sessions(person, store, gone)
            gone.pending += self._cases(person, store)
            gone.emails += self._emails(person, store, told)
        gone.events = self.erasure.forget_events(person.identities, person.customers)
        for store in stores:
            for identity in sorted(person.identities):
                if self.links.find(identity, store) is not None:
                    self.links.unlink(identity, store)
                    gone.links += 1
            self._sessions(person, store, gone)  # and whoever signed in meanwhile
        self.erasure.forget_sids(person.identities)
        gone.outcomes += self.erasure.forget_outcomes(person.identities, stores)
        gone.events += self.endings.forget(person.identities)
        gone.events += self.erasure.forget_events(person.identities, person.customers)
        if gone != Forgotten():
            self.erasure.note("erased", links=str(gone.links), sessions=str(gone.sessions))
        return gone

    def _sessions(self, person: Person, store: str, gone: Forgotten) -> None:
        for identity in sorted(person.identities):
            gone.sessions += self.ender.end_of(identity, store, "erased")

    def _cases(self, person: Person, store: str) -> int:
        """Cases of the person, and those of others whom they could have been."""
        return sum(
            self.cases.drop(store, case.identity.digest)
            for case in self.cases.all(store)
            if case.identity.digest in person.identities
            or any((store, one.id) in person.customers for one in case.candidates)
        )

    def _emails(self, person: Person, store: str, told: Callable[[], object]) -> int:
        """The map leads from address to customer, so all of it is read."""
        customers = {customer for where, customer in person.customers if where == store}
        gone = 0
        if customers:
            for number, row in enumerate(self.links.all_emails(store)):
                if row.customer in customers:
                    gone += self.erasure.forget_note(store, row.email, row.customer)
                if number % 10_000 == 0:
                    told()
        return gone
