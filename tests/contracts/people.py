"""One store, its connections and a few people, as the state sees them."""

from dataclasses import replace

from bridge.domain.attempt import Attempt
from bridge.domain.customer import Customer, Link
from bridge.domain.identity import IdentityKey
from bridge.domain.limits import SESSION_LIFE
from bridge.domain.secret import Secret
from bridge.domain.session import Session
from tests.contracts.world import NOON, counting_token

ADA = IdentityKey("https://idp.acme.example", "ada")
EVE = IdentityKey("https://idp.acme.example", "eve")
CUSTOMER = Customer("101")
ID_TOKEN = "planted-header.planted-claims.planted-signature"

_token = counting_token("state")


def attempt(**changes: object) -> Attempt:
    """A new one each time."""
    made = Attempt.new(store="us", connection="acme", return_to="/cart", now=NOON, token=_token)
    return replace(made, **changes)  # type: ignore[arg-type]


def session(identity: IdentityKey = ADA, **changes: object) -> Session:
    """A new one each time."""
    made = Session(
        id=_token(),
        store="us",
        connection="acme",
        identity=identity,
        sid="sid-1",
        id_token=Secret(ID_TOKEN),
        created_at=int(NOON),
        ends_at=int(NOON) + SESSION_LIFE,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def link(identity: IdentityKey = ADA, customer: Customer = CUSTOMER, **changes: object) -> Link:
    made = Link(
        store="us",
        identity=identity,
        connection="acme",
        customer=customer,
        evidence="email",
        created_at=int(NOON),
    )
    return replace(made, **changes)  # type: ignore[arg-type]
