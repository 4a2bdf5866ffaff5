"""What an operator does with sign-ins that the bridge would not decide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bridge.domain.customer import Customer, Link
from bridge.domain.link_ports import Links, PendingCases
from bridge.domain.pending import PendingCase
from bridge.domain.refusal import Reason, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The queue of every store."""

    cases: PendingCases
    links: Links
    now: Callable[[], float]

    def open(self, store: str) -> Sequence[PendingCase]:
        """Those nobody judged yet, newest first. Raises `Refused(STATE_UNAVAILABLE)`."""
        return [case for case in self.cases.all(store) if not case.rejected]

    def approve(
        self, store: str, identity: str, customer: Customer, *, replacing: bool = False
    ) -> PendingCase | None:
        """Links the identity of a case, named by its digest, to a customer; None where there is no such case.

        `replacing`: takes the customer away from the identity of the same connection that holds it:
        its person must be gone for good, or be this one. Without it, and where the identity was
        linked to another customer meanwhile: raises `Refused(CUSTOMER_ALREADY_LINKED)`.
        """
        case = self.cases.find(store, identity)
        if case is None:
            return None
        if not customer.plausible:
            raise Refused(Reason.CUSTOMER_UNKNOWN, "that is no customer id")
        link = Link(
            store=store,
            identity=case.identity,
            connection=case.connection,
            customer=customer,
            evidence="operator",
            created_at=int(self.now()),
        )
        if replacing:
            for holder in self.links.holders(customer, store):
                if holder.connection == case.connection and holder.identity != identity:
                    self.links.unlink(holder.identity, store, customer)
        linked = self.links.link(link)
        known = self.links.find(identity, store)
        if not linked or known is None or known.customer != customer:
            raise Refused(Reason.CUSTOMER_ALREADY_LINKED, "unlink first, or replace")
        self.cases.drop(store, identity)
        return case

    def reject(self, store: str, identity: str) -> bool:
        """The case is not put before anybody again; False where there is none."""
        return self.cases.reject(store, identity)
