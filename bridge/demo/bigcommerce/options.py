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
#: What an API account may be allowed, as the platform names it.
ALL_SCOPES = frozenset({
    "store_v2_customers", "store_v2_customers_login", "store_v2_information_read_only",
    "store_channel_settings_read_only",
})  # fmt: skip


@dataclass(frozen=True)
class StoreOptions:
    """The store's settings. `bridge_login_url` is where its "Sign in" links lead, `return_to` is added."""

    bridge_login_url: str
    store_hash: str
    client_id: str
    client_secret: str
    access_token: str
    other_account: tuple[str, str, str] | None = None  # one more: client id, client secret, access token
    bridge_logout_url: str = ""  # "" signs out of the store alone
    webhook_secret: str = ""  # by which the app beside the store knows the bridge; "" for no such app
    channel_id: int = 1
    clock_offset: float = 0.0  # seconds by which the store's clock is ahead of this machine's
    customers: tuple[Customer, ...] = SAMPLE_CUSTOMERS
    groups: Mapping[int, str] = field(default_factory=lambda: {3: "Buyers", 7: "Gold"})
    attributes: Mapping[int, str] = field(default_factory=lambda: {1: "Cost centre"})
    scopes: frozenset[str] = ALL_SCOPES  # of the API account that client_id and access_token are of
    name: str = "Ledgerleaf"
    quota: int = 450  # API calls in 30 seconds
    slow_seconds: float = 20.0  # how long the fault "slow" takes

    @property
    def accounts(self) -> dict[str, tuple[str, str]]:
        """Client secret and access token of each API account, by its client id."""
        accounts = {self.client_id: (self.client_secret, self.access_token)}
        if self.other_account:
            client_id, *secrets = self.other_account
            accounts[client_id] = (secrets[0], secrets[1])
        return accounts
