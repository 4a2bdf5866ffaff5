"""The customer map by hand: who is linked to whom, and to change that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bridge.domain.customer import Customer, Evidence
from bridge.domain.customer_ports import Erasure
from bridge.domain.link_ports import Blocks, Links, PendingCases
from bridge.domain.link_rows import Conflict, LinkRow
from bridge.domain.pending import PendingCase
from bridge.domain.refusal import Reason, Refused
from bridge.flows.ending import SessionEnder


@dataclass(frozen=True, slots=True)
class Known:
    """One identity of a customer."""

    connection: str
    identity: str  # digest
    evidence: Evidence
    linked_at: int  # seconds since the epoch
    sessions: int


@dataclass(frozen=True, slots=True)
class About:
    """What is known of one customer of one store, or of an identity without one."""

    store: str
    customer: str
    identity: str = ""  # digest, where an identity was asked for
    links: Sequence[Known] = ()
    pending: Sequence[PendingCase] = ()
    blocked: bool = False  # the customer, not one of its identities

    @property
    def anything(self) -> bool:
        return bool(self.links or self.pending or self.blocked)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Raises `Refused` where Redis cannot be asked."""

    links: Links
    cases: PendingCases
    blocks: Blocks
    erasure: Erasure
    ender: SessionEnder
    now: Callable[[], float]

    def about_customer(self, store: str, customer: str) -> About:
        """By the customer's id."""
        known = []
        for holder in self.links.holders(Customer(customer), store):
            linked = self.links.find(holder.identity, store)
            if (
                linked is not None and linked.customer.id == customer
            ):  # else a claim whose link was not written
                sessions = self.erasure.sessions(holder.identity, store)
                known.append(
                    Known(holder.connection, holder.identity, linked.evidence, linked.created_at, sessions)
                )
        identities = {one.identity for one in known}
        cases = [
            case
            for case in self.cases.all(store)
            if case.identity.digest in identities or any(one.id == customer for one in case.candidates)
        ]
        blocked = self.blocks.is_customer_blocked(Customer(customer), store)
        return About(store, customer, "", known, cases, blocked)

    def about_identity(self, store: str, identity: str) -> About:
        """By the digest of issuer and subject."""
        linked = self.links.find(identity, store)  # moves an older version's link, if it is one
        if linked is None:
            case = self.cases.find(store, identity)
            return About(store, "", identity, (), [case] if case else [])
        found = self.about_customer(store, linked.customer.id)
        return replace(found, identity=identity)

    def about_email(self, store: str, email: str) -> list[About]:
        """By a normal address: the customers noted under it."""
        return [self.about_customer(store, one.id) for one in self.links.known_by_email(email, store)]

    def link(self, store: str, row: LinkRow, *, replacing: bool = False) -> bool:
        """Whether it is new. The row's evidence and time are set here.

        `replacing`: what stands in the way is unlinked first, and its sessions end. Without it raises
        `Refused(CUSTOMER_ALREADY_LINKED)`.
        """
        row = row._replace(evidence="operator", created_at=int(self.now()))
        for _ in range(3):  # at most both sides stand in the way
            (became,) = self.links.import_links(store, [row])
            if not isinstance(became, Conflict):
                break
            if not replacing:
                raise Refused(Reason.CUSTOMER_ALREADY_LINKED, _in_the_way(became))
            if became.identity:
                # Only from this customer: who died while claiming it may be linked to another one since.
                self.unlink(store, became.identity, Customer(row.customer))
            else:
                self.unlink(store, row.identity)
        else:
            raise Refused(Reason.CUSTOMER_BUSY, "somebody else links the same people now")
        if became == "new":
            self.erasure.note(
                "linked", store=store, connection=row.connection, identity=row.identity,
                customer=row.customer, evidence="operator",
            )  # fmt: skip
        return became == "new"

    def unlink(self, store: str, identity: str, only: Customer | None = None) -> Customer | None:
        """Whose it was. The person's sessions in the store end: they were that customer's.

        With `only`, no link to anybody else is touched.
        """
        customer = self.links.unlink(identity, store, only)
        whose = customer.id if customer else ""
        if (
            customer is not None or self.links.find(identity, store) is None
        ):  # the latter: who died here did not
            self.ender.end_of(identity, store, "unlinked", whose)
        if customer is not None:
            self.erasure.note("unlinked", store=store, identity=identity, customer=customer.id)
        return customer


def _in_the_way(conflict: Conflict) -> str:
    if conflict.identity:
        return f"another identity of the connection holds the customer: {conflict.identity}"
    return f"the identity is linked to customer {conflict.customer}"
