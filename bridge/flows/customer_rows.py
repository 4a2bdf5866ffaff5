"""From the words of one row of an import to a link, or to a customer noted under an address.

Nothing is guessed: no word is trimmed, completed or chosen among several. A row that could mean two
things is a fault, for the person who wrote the file.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from bridge.domain.connection import Connection
from bridge.domain.customer import Evidence
from bridge.domain.email import normal_email
from bridge.domain.identity import identity_digest
from bridge.domain.issuers import normal_tenant, tenants_issuer
from bridge.domain.link_rows import EmailRow, LinkRow

#: The columns that mean something, in the order in which `RowReader.read` takes them.
COLUMNS = (
    "customer_id", "email", "issuer", "subject", "connection",
    "identity", "email_digest", "evidence", "linked_at",
)  # fmt: skip
#: What an export has: `identity` stands for issuer and subject, `email_digest` for the address.
EXPORTED = ("customer_id", "connection", "identity", "email_digest", "evidence", "linked_at")
#: Taken without a word by nobody: a profile is the store's, and comes from the provider's claims.
UNUSED = ("first_name", "last_name", "group")
#: How others call them: BigCommerce's and Okta's exports, and OpenID Connect.
_SYNONYMS = {
    "e_mail": "email", "email_address": "email", "iss": "issuer", "sub": "subject",
    "given_name": "first_name", "family_name": "last_name", "customer_group": "group",
}  # fmt: skip
_EVIDENCE: frozenset[str] = frozenset(get_args(Evidence))
_SUBJECT = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")  # Core 2; without outer spaces
DIGEST = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")  # 128 bits: the last letter holds two of them
_WHEN = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_MANY = 1000  # distinct words remembered; a file may name more


class RowFault(Exception):
    """Why a row did not go in: a stable word, and a sentence that quotes nothing of the row."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


class EmptyRow(Exception):
    """The row says nothing at all: spreadsheets end in such."""


def column_of(name: str) -> str:
    """What a column is called here: in small letters, with underscores; synonyms become our word."""
    plain = re.sub(r"[\s-]+", "_", name.strip().lower())
    return _SYNONYMS.get(plain, plain)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the issuer and the connection of a row come to."""

    connection: str
    issuer: str  # in the one spelling under which its identities are keyed


class RowReader:
    """Reads rows for one store."""

    def __init__(
        self,
        connections: Sequence[Connection],
        *,
        default: str,
        now: int,
        is_customer_id: Callable[[str], bool],
        email_digest: Callable[[str], str],
    ) -> None:
        """`connections`: the store's. `default`: of rows that name none, or empty. `now`: seconds."""
        self._connections: Mapping[str, Connection] = {one.name: one for one in connections}
        self._default = default
        self._now = now
        self._is_customer_id = is_customer_id
        self._email_digest = email_digest
        self._known: dict[tuple[str, str], _Known] = {}
        self._times: dict[str, int] = {}

    def read(self, words: Sequence[str]) -> LinkRow | EmailRow:
        """The row of `COLUMNS`, an empty word for what is missing. Raises `RowFault`, `EmptyRow`."""
        customer, email, issuer, subject, connection, identity, noted, evidence, linked_at = words
        if not self._is_customer_id(customer):
            raise _no_customer(words)
        if issuer or subject:
            if identity or noted:
                raise RowFault("identity", "issuer and subject stand beside a digest: one of them, not both")
            known = self._known.get((issuer, connection)) or self._learn(issuer, connection)
            if not _SUBJECT.fullmatch(subject):
                raise RowFault(
                    "subject",
                    "subject is missing, or not 1 to 255 printable ASCII characters without outer spaces",
                )
            identity = identity_digest(known.issuer, subject)
            connection = known.connection
        elif identity:
            if noted or not DIGEST.fullmatch(identity):
                raise RowFault("identity", "identity is not the digest that an export gives")
            connection = self._named(connection)
        else:
            return self._noted(customer, email, noted)
        if not (evidence or linked_at):
            return LinkRow(identity, connection, customer, "imported", self._now)
        return LinkRow(identity, connection, customer, _evidence(evidence), self._when(linked_at))

    def _noted(self, customer: str, email: str, digest: str) -> EmailRow:
        if digest:
            if email or not DIGEST.fullmatch(digest):
                raise RowFault("email", "email_digest is not what an export gives, or stands beside an email")
            return EmailRow(digest, customer)
        if not email:
            raise RowFault("identity", "neither issuer and subject, nor email")
        address = normal_email(email)
        if not address:
            raise RowFault("email", "email is no address that can serve as evidence (plain ASCII, one @)")
        return EmailRow(self._email_digest(address), customer)

    def _learn(self, issuer: str, connection: str) -> _Known:
        known = self._resolved(issuer, connection)
        if len(self._known) < _MANY:
            self._known[issuer, connection] = known
        return known

    def _resolved(self, issuer: str, connection: str) -> _Known:
        if not issuer:
            raise RowFault("issuer", "subject without issuer")
        if not connection:
            fitting = [one for one in self._connections.values() if issuer_of(issuer, one)]
            if self._default and any(one.name == self._default for one in fitting):
                connection = self._default
            elif len(fitting) != 1:
                raise RowFault(
                    "connection",
                    "several connections of the store have this issuer: name one (--connection)"
                    if fitting
                    else "no connection of the store has this issuer",
                )
            else:
                connection = fitting[0].name
        spelling = issuer_of(issuer, self._connections[self._named(connection)])
        if not spelling:
            raise RowFault("issuer", "the connection named has another issuer")
        return _Known(connection, spelling)

    def _named(self, connection: str) -> str:
        """The connection of a row that names no issuer."""
        name = connection or self._default
        if not name and len(self._connections) == 1:
            return next(iter(self._connections))
        if name not in self._connections:
            raise RowFault(
                "connection",
                "the store has no connection of this name"
                if name
                else "no connection is named, and the store has several (--connection)",
            )
        return name

    def _when(self, text: str) -> int:
        if not text:
            return self._now
        known = self._times.get(text)
        if known is None:
            known = seconds_of(text)
            if len(self._times) < _MANY:
                self._times[text] = known
        return known


def seconds_of(text: str) -> int:
    """Seconds since the epoch of a UTC time such as 2026-01-31T12:00:00Z. Raises `RowFault`."""
    try:
        return int(datetime.fromisoformat(text if _WHEN.fullmatch(text) else "").timestamp())
    except ValueError:
        raise RowFault("linked_at", "linked_at is no time such as 2026-01-31T12:00:00Z") from None


def _no_customer(words: Sequence[str]) -> Exception:
    if not any(words):
        return EmptyRow()
    if not words[0]:
        return RowFault("customer_id", "customer_id is missing")
    return RowFault("customer_id", "customer_id is no id of a customer on the store's platform")


def _evidence(word: str) -> Evidence:
    if word and word not in _EVIDENCE:
        raise RowFault("evidence", f"evidence is none of {', '.join(sorted(_EVIDENCE))}")
    return word or "imported"  # type: ignore[return-value] # one of the words of Evidence


def issuer_of(issuer: str, connection: Connection) -> str:
    """The issuer as identities of that connection are keyed by it; empty where it is not its issuer.

    An alias (Google's without https) is the issuer; a tenant's own issuer fits the connection of many.
    """
    template = connection.issuer_template
    if not template:
        return connection.issuer if issuer in (connection.issuer, *connection.issuer_aliases) else ""
    for word in re.split(r"[/:]", issuer)[:20]:
        tenant = normal_tenant(word)
        if tenant and issuer.lower() == tenants_issuer(template, tenant).lower():
            return tenants_issuer(template, tenant) if tenant in connection.tenants else ""
    return ""
