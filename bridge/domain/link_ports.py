"""What is known of customers by their identities, and the hands that keep it. The rest is in ports.py."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from bridge.domain.customer import Customer, Holder, Link, Linked
from bridge.domain.identity import IdentityKey
from bridge.domain.link_rows import Became, EmailRow, LinkRow
from bridge.domain.pending import PendingCase


class Links(Protocol):
    """The map from identity to customer, for each store; an identity is named by its digest, too.

    A customer has at most one identity of each connection, an identity one customer in each store.
    """

    def find(self, identity: IdentityKey | str, store: str) -> Linked | None:
        """The customer of an identity, and what proved it."""
        ...

    def peek(self, identity: IdentityKey | str, store: str) -> Linked | None:
        """The same, writing nothing: `find` may move what an older version wrote."""
        ...

    def link(self, link: Link, fence: str = "") -> bool:
        """See `SignIns.link`."""
        ...

    def unlink(
        self, identity: IdentityKey | str, store: str, only: Customer | None = None
    ) -> Customer | None:
        """Takes a link away; whose it was, or None where there was none. Sessions are left alone.

        With `only`, no link to anybody else is touched.
        """
        ...

    def holders(self, customer: Customer, store: str) -> Sequence[Holder]:
        """The identities that hold a customer, by connection.

        For two minutes after a process died at work, also one whose link was not written.
        """
        ...

    def import_links(self, store: str, rows: Sequence[LinkRow]) -> Sequence[Became]:
        """Links many, and says of each row what became of it. Best in batches of some 10,000 rows.

        May be sent again, in whole or in part; so the adapter does where an answer gets lost, and says
        "same" of what it wrote itself. Nothing that stands is changed. Writes no audit events.
        """
        ...

    def import_batches(self, store: str, batches: Iterable[Sequence[LinkRow]]) -> Iterator[Sequence[Became]]:
        """`import_links` for many batches, two at a time; the answers come in their order.

        Of rows in neighbouring batches that contradict each other either may win.
        """
        ...

    def import_emails(self, store: str, rows: Sequence[EmailRow]) -> Sequence[Became]:
        """Notes customers under addresses. A second one under one address is a conflict, and noted:

        nobody is linked by an address that is two customers'.
        """
        ...

    def all_links(self, store: str) -> Iterator[LinkRow]:
        """Every link that stands from beginning to end of this, at least once; some rows come twice.

        Holds a few thousand rows at a time, in no order.
        """
        ...

    def all_emails(self, store: str) -> Iterator[EmailRow]:
        """The same of customers noted under addresses."""
        ...

    def known_by_email(self, email: str, store: str) -> Sequence[Customer]:
        """The customers noted under a normal address: none, one, or several and so ambiguous."""
        ...

    def forget_email(self, email: str, store: str) -> bool:
        """Drops what is noted under a normal address; whether anything was."""
        ...

    def migrate(self) -> tuple[int, int]:
        """Moves all links that older versions wrote: how many were moved, and how many could not be,

        because another identity of their connection holds the customer. Sign-ins may go on, but
        processes of the older version must have ended.
        """
        ...


class Blocks(Protocol):
    """Who may not sign in to a store, whatever the provider says."""

    def block_identity(self, identity: IdentityKey | str, store: str) -> None:
        """From now on, linked or not. Idempotent. Its sessions are left alone."""
        ...

    def unblock_identity(self, identity: IdentityKey | str, store: str) -> bool:
        """Whether it was blocked. It stays out where its customer is blocked."""
        ...

    def block_customer(self, customer: Customer, store: str) -> None:
        """Every identity that holds the customer, and each that is linked to it later; see above."""
        ...

    def unblock_customer(self, customer: Customer, store: str) -> bool:
        """Whether it was blocked. Identities that were blocked by themselves stay so."""
        ...

    def is_customer_blocked(self, customer: Customer, store: str) -> bool:
        """Whether the customer was blocked, not an identity of it."""
        ...


class PendingCases(Protocol):
    """Sign-ins that were refused until an operator judges them. Bounded, and forgotten after 30 days."""

    def add(self, case: PendingCase) -> None:
        """Queues a case, or counts it once more. One that was rejected stays so. Never raises."""
        ...

    def all(self, store: str) -> Sequence[PendingCase]:
        """The cases of a store, newest first, rejected ones too."""
        ...

    def find(self, store: str, identity: str) -> PendingCase | None:
        """The case of an identity, by its digest."""
        ...

    def reject(self, store: str, identity: str) -> bool:
        """Remembers for a year after its last attempt that it is not to be asked again; False for none."""
        ...

    def drop(self, store: str, identity: str) -> bool:
        """Forgets a case; whether there was one."""
        ...
