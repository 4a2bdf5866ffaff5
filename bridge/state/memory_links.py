"""The memory twin of `RedisLinks` and `RedisPending`."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from bridge.domain.customer import Customer, Holder, Link, Linked
from bridge.domain.identity import IdentityKey, digest_of
from bridge.domain.link_rows import Became, Conflict, EmailRow, LinkRow
from bridge.domain.pending import MOST_CANDIDATES, PendingCase
from bridge.domain.refusal import Reason, Refused
from bridge.state.link_records import email_digest
from bridge.state.pending import MOST, PENDING_LIFE, REJECTED_LIFE


class MemoryLinks:
    """See the port `Links`."""

    def __init__(
        self,
        lock: "threading.RLock | None" = None,
        fence_holds: Callable[[str, str, str], bool] | None = None,
    ) -> None:
        self._lock = lock or threading.RLock()
        self._fence_holds = fence_holds or (lambda *_: True)
        self._links: dict[tuple[str, str], LinkRow] = {}
        self._held: dict[tuple[str, str, str], str] = {}
        self._emails: dict[tuple[str, str], list[str]] = {}

    def find(self, identity: IdentityKey | str, store: str) -> Linked | None:
        row = self._links.get((digest_of(identity), store))
        if row is None:
            return None
        return Linked(customer=Customer(row.customer), evidence=row.evidence, created_at=row.created_at)

    def peek(self, identity: IdentityKey | str, store: str) -> Linked | None:
        return self.find(identity, store)

    def link(self, link: Link, fence: str = "") -> bool:
        digest = link.identity.digest
        with self._lock:
            if (digest, link.store) in self._links:
                return True
            if fence and not self._fence_holds(digest, link.store, fence):
                raise Refused(Reason.CUSTOMER_BUSY, "this sign-in took so long that its lock ran out")
            row = LinkRow(digest, link.connection, link.customer.id, link.evidence, link.created_at)
            return self.import_links(link.store, [row]) == ["new"]

    def unlink(
        self, identity: IdentityKey | str, store: str, only: Customer | None = None
    ) -> Customer | None:
        with self._lock:
            row = self._links.get((digest_of(identity), store))
            if row is None or only not in (None, Customer(row.customer)):
                return None
            del self._links[digest_of(identity), store]
            self._held.pop((store, row.customer, row.connection), None)
            return Customer(row.customer)

    def holders(self, customer: Customer, store: str) -> list[Holder]:
        found = [
            row for (_, where), row in self._links.items() if (where, row.customer) == (store, customer.id)
        ]
        return [
            Holder(connection=row.connection, identity=row.identity, since=row.created_at)
            for row in sorted(found, key=lambda row: row.connection)
        ]

    def import_links(self, store: str, rows: Sequence[LinkRow]) -> list[Became]:
        with self._lock:
            return [self._import(store, LinkRow(*row)) for row in rows]

    def make_room(self, store: str, rows: int) -> None:
        """Memory needs no preparation."""

    def import_batches(self, store: str, batches: Iterable[Sequence[LinkRow]]) -> Iterator[Sequence[Became]]:
        return (self.import_links(store, rows) for rows in batches)

    def _import(self, store: str, row: LinkRow) -> Became:
        stands = self._links.get((row.identity, store))
        if stands is not None and stands.customer == row.customer:
            return "same"
        holder = self._held.get((store, row.customer, row.connection), row.identity)
        if holder != row.identity:
            return Conflict(identity=holder)
        if stands is not None:
            return Conflict(customer=stands.customer)
        self._held[store, row.customer, row.connection] = row.identity
        self._links[row.identity, store] = row
        return "new"

    def import_emails(self, store: str, rows: Sequence[EmailRow]) -> list[Became]:
        became: list[Became] = []
        with self._lock:
            for email, customer in rows:
                noted = self._emails.setdefault((email, store), [])
                first = noted[:1] or [customer]
                same = noted in ([], [customer])
                became.append(("same" if noted else "new") if same else Conflict(customer=first[0]))
                if customer not in noted:
                    noted.append(customer)
        return became

    def all_links(self, store: str) -> Iterator[LinkRow]:
        return iter([row for (_, where), row in self._links.items() if where == store])

    def all_emails(self, store: str) -> Iterator[EmailRow]:
        return iter(
            [
                EmailRow(email, customer)
                for (email, where), customers in self._emails.items()
                for customer in customers
                if where == store
            ]
        )

    def known_by_email(self, email: str, store: str) -> list[Customer]:
        return [Customer(customer) for customer in self._emails.get((email_digest(email), store), [])]

    def forget_email(self, email: str, store: str) -> bool:
        return self._emails.pop((email_digest(email), store), None) is not None

    def migrate(self) -> tuple[int, int]:
        return 0, 0


class MemoryPending:
    """See the port `PendingCases`. Time passes as cases say."""

    def __init__(self) -> None:
        self._cases: dict[tuple[str, str], PendingCase] = {}
        self._ends: dict[tuple[str, str], int] = {}

    def add(self, case: PendingCase) -> None:
        self._forget([where for where, end in self._ends.items() if end <= case.last])
        where = case.store, case.identity.digest
        case = replace(case, candidates=case.candidates[:MOST_CANDIDATES])
        held = self._cases.get(where)
        if held is not None:
            case = replace(case, times=held.times + 1, first=held.first, rejected=held.rejected)
        self._cases[where] = case
        self._ends[where] = case.last + (REJECTED_LIFE if case.rejected else PENDING_LIFE)
        ends = sorted((end, where) for where, end in self._ends.items() if where[0] == case.store)
        self._forget([where for _, where in ends[: max(0, len(ends) - MOST)]])

    def all(self, store: str) -> list[PendingCase]:
        return sorted(
            (case for case in self._cases.values() if case.store == store), key=lambda one: -one.last
        )

    def find(self, store: str, identity: str) -> PendingCase | None:
        return self._cases.get((store, identity))

    def reject(self, store: str, identity: str) -> bool:
        case = self._cases.get((store, identity))
        if case is None:
            return False
        self._cases[store, identity] = replace(case, rejected=True)
        self._ends[store, identity] = case.last + REJECTED_LIFE
        return True

    def drop(self, store: str, identity: str) -> bool:
        known = (store, identity) in self._cases
        self._forget([(store, identity)])
        return known

    def _forget(self, gone: list[tuple[str, str]]) -> None:
        for where in gone:
            self._cases.pop(where, None)
            self._ends.pop(where, None)
