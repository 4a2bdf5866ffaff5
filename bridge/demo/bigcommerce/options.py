"""What a demo store is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.demo.bigcommerce.customers import Customer

SAMPLE_CUSTOMERS = (
    Customer(
        id=101,
        email="ada.lovelace@acme.example",
        first_name="Ada",
        last_name="Lovelace",
        company="Acme Engines Ltd",
        phone="+44 20 7946 0018",
    ),
    Customer(
        id=102,
        email="charles.babbage@acme.example",
        first_name="Charles",
        last_name="Babbage",
        company="Acme Engines Ltd",
    ),
    Customer(
        id=103,
        email="joan.clarke@elsewhere.example",
        first_name="Joan",
        last_name="Clarke",
        company="Elsewhere & Co",
    ),
)


@dataclass(frozen=True)
class StoreOptions:
    """The store's settings. `bridge_login_url` is where its "Sign in" links lead, `return_to` is added."""

    bridge_login_url: str
    store_hash: str
    client_id: str
    client_secret: str
    access_token: str
    bridge_logout_url: str = ""  # "" signs out of the store alone
    channel_id: int = 1
    clock_offset: float = 0.0  # seconds by which the store's clock is ahead of this machine's
    customers: tuple[Customer, ...] = SAMPLE_CUSTOMERS
    groups: Mapping[int, str] = field(default_factory=lambda: {3: "Buyers", 7: "Gold"})
    attributes: Mapping[int, str] = field(default_factory=lambda: {1: "Cost centre"})
    name: str = "Ledgerleaf"
    quota: int = 450  # API calls in 30 seconds
    slow_seconds: float = 20.0  # how long the fault "slow" takes
