"""The map from identity to customer, in Redis."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby

from bridge.domain.customer import Customer, Holder, Link, Linked
from bridge.domain.identity import IdentityKey, digest_of
from bridge.domain.link_rows import Became, Conflict, EmailRow, LinkRow
from bridge.state.block_book import BlockBook
from bridge.state.decisions import named
from bridge.state.growing import tag_of
from bridge.state.keys import Keys
from bridge.state.link_export import LinkExport
from bridge.state.link_import import LinkImport, in_turn
from bridge.state.link_records import claim_read, customer_of, email_digest, link_read
from bridge.state.link_scripts import BEGINNING, FIND, REMOVE, UNLINK
from bridge.state.old_links import OldLinks
from bridge.state.server import RedisServer
from bridge.state.two_sides import TwoSides


class RedisLinks:
    """See the port `Links`."""

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys
        self._sides = TwoSides(server, keys)
        self._old = OldLinks(server, keys)
        self._blocks = BlockBook(server, keys)
        self._old_are_gone = False
        self._imports: dict[str, LinkImport] = {}

    def find(self, identity: IdentityKey | str, store: str) -> Linked | None:
        digest = digest_of(identity)
        text = self._sides.found(digest, store)
        if text is None and self.is_there_after_all(digest, store):
            text = self._sides.found(digest, store)
        return _linked(text) if text else None

    def peek(self, identity: IdentityKey | str, store: str) -> Linked | None:
        digest = digest_of(identity)
        text = self._sides.found(digest, store)
        old = None if text else self._old.read(digest, store)
        if old is None:  # or it was moved between the two looks
            text = text or self._sides.found(digest, store)
            return _linked(text) if text else None
        return Linked(customer=Customer(old.customer), evidence=old.evidence, created_at=old.created_at)

    def link(self, link: Link, fence: str = "") -> bool:
        digest, store = link.identity.digest, link.store
        if self.find(digest, store):
            return True
        holder = self._old.holder(store, link.customer.id, link.connection)
        if holder and holder != digest:
            self.adopt(holder, store)
        if not self._sides.write(digest, link, fence):
            return False
        self._server.command(
            "XADD", self._keys.audit, "MAXLEN", "~", self._keys.audit_most, "*",
            "event", "linked", "store", store,
            "connection", link.connection, "identity", digest, "customer", named(link.customer.id),
            "evidence", link.evidence,
        )  # fmt: skip
        return True

    def unlink(
        self, identity: IdentityKey | str, store: str, only: Customer | None = None
    ) -> Customer | None:
        digest = digest_of(identity)
        self.adopt(digest, store)
        text = self._sides.found(digest, store)
        if text is None:
            return None
        customer = Customer(customer_of(text))
        if only not in (None, customer):
            return None
        part, keys = self._sides.links(digest, store), self._keys
        unlinked = self._server.run(
            UNLINK, (part, keys.notes(digest, store), keys.blocked(digest, store)), digest, text
        )  # nothing where somebody else did, or where the answer got lost and it was sent twice
        for holder in self.holders(customer, store):
            if holder.identity == digest:
                self._sides.unclaim(digest, customer.id, holder.connection, store)
        return customer if unlinked else None

    def holders(self, customer: Customer, store: str) -> list[Holder]:
        flat = self._server.run(BEGINNING, (self._sides.holders(customer.id, store),), customer.id)
        found = []
        for field, claim in zip(flat[::2], flat[1::2], strict=True):
            digest, since = claim_read(claim)
            found.append(Holder(connection=field.partition(" ")[2], identity=digest, since=since))
        return sorted(found, key=lambda one: one.connection)

    # -- by the million ---------------------------------------------------------------------

    def import_links(self, store: str, rows: Sequence[LinkRow]) -> list[Became]:
        if not self._old_are_gone:
            self.migrate()  # links that older versions wrote hold their customers too
        became: list[Became] = []
        barred = self._blocks.barred(store)
        for are_barred, some in groupby(rows, lambda row: row[2] in barred) if barred else [(False, rows)]:
            if are_barred:  # blocked before they are linked: an import may die before any later step
                became += [self._import_one(store, row) for row in some]
            else:
                became += self._import(store).links(list(some))
        linked = (row for row, end in zip(rows, became, strict=True) if not isinstance(end, Conflict))
        self._blocks.inherit(store, ((row[0], row[2]) for row in linked))  # of customers barred meanwhile
        return became

    def _import_one(self, store: str, row: LinkRow) -> Became:
        """As a sign-in is linked."""
        digest, connection, customer, evidence, created_at = row
        stands = self.find(digest, store)
        if stands is None:
            unnamed = IdentityKey("", "")  # the digest stands for it
            link = Link(
                store=store, identity=unnamed, connection=connection, customer=Customer(customer),
                evidence=evidence, created_at=created_at,
            )  # fmt: skip
            if self._sides.write(digest, link, ""):
                stands = self.find(digest, store)
                if stands is not None and stands.customer == link.customer:
                    return "new"
        elif stands.customer.id == customer:
            return "same"
        if stands is not None:
            return Conflict(customer=stands.customer.id)
        holders = self.holders(Customer(customer), store)
        return Conflict(identity=next((one.identity for one in holders if one.connection == connection), ""))

    def make_room(self, store: str, rows: int) -> None:
        self._import(store).make_room(rows)

    def import_batches(self, store: str, batches: Iterable[Sequence[LinkRow]]) -> Iterator[Sequence[Became]]:
        import_one = partial(self.import_links, store)
        with ThreadPoolExecutor(2) as threads:
            yield from in_turn(threads, import_one, batches)

    def import_emails(self, store: str, rows: Sequence[EmailRow]) -> list[Became]:
        return self._import(store).emails(rows)

    def _import(self, store: str) -> LinkImport:
        """Kept for the next batch: the names of its parts take a millisecond to make."""
        found = self._imports.get(store)
        if found is None:
            found = self._imports.setdefault(store, LinkImport(self._server, self._keys, store))
        return found

    def all_links(self, store: str) -> Iterator[LinkRow]:
        return LinkExport(self._server, self._keys, store).links()

    def all_emails(self, store: str) -> Iterator[EmailRow]:
        return LinkExport(self._server, self._keys, store).emails()

    # -- customers known by e-mail only -----------------------------------------------------

    def known_by_email(self, email: str, store: str) -> list[Customer]:
        digest = email_digest(email)
        text = self._server.run(FIND, (self._keys.emails(tag_of(digest), store),), digest)
        return [Customer(customer) for customer in text.split(" ")] if text else []

    def forget_email(self, email: str, store: str) -> bool:
        digest = email_digest(email)
        part = (self._keys.emails(tag_of(digest), store),)
        text = self._server.run(FIND, part, digest)
        return bool(text and self._server.run(REMOVE, part, digest, text))

    # -- links that older versions wrote ----------------------------------------------------

    def adopt(self, digest: str, store: str) -> bool:
        """Moves the link that an older version wrote for an identity, if there is one. True if it did.

        Not where another identity of the connection holds the customer by now.
        """
        old = self._old.read(digest, store)
        if old is None or not self._sides.write(digest, old.link(store), ""):
            return False
        self._old.drop(digest, store, old)
        return True

    def is_there_after_all(self, digest: str, store: str) -> bool:
        """After a miss: an old link is moved now, or somebody else moved it between our two looks."""
        return self.adopt(digest, store) or self._sides.found(digest, store) is not None

    def migrate(self) -> tuple[int, int]:
        moved = left = 0
        for digest, store in self._old.all():
            if self.adopt(digest, store):
                moved += 1
            elif self._old.read(digest, store) is not None:
                left += 1
        self._old_are_gone = not left
        return moved, left


def _linked(text: str) -> Linked:
    customer, evidence, created_at = link_read(text)
    return Linked(customer=Customer(customer), evidence=evidence, created_at=created_at)
