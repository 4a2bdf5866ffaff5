"""What a demo organization is made from."""

from dataclasses import dataclass
from typing import Literal

from bridge.demo.commercelayer.customers import Customer

SAMPLE_CUSTOMERS = (
    Customer(
        id="kXBqhVwZeA",
        email="ada.lovelace@acme.example",
        metadata={"name": "Ada Lovelace", "company": "Acme Engines Ltd"},
        has_password=True,
    ),
    Customer(
        id="nQjLhzpAkB",
        email="charles.babbage@acme.example",
        metadata={"name": "Charles Babbage", "company": "Acme Engines Ltd"},
        has_password=True,
    ),
    Customer(id="yRZbhnmOeC", email="joan.clarke@elsewhere.example", metadata={"name": "Joan Clarke"}),
)
_HOUR = 3600


@dataclass(frozen=True)
class Application:
    """An API credential. `lifetime` of its access tokens in seconds."""

    id: str
    client_id: str
    client_secret: str
    kind: Literal["sales_channel", "integration"]
    lifetime: int

    @property
    def public(self) -> bool:
        """Whether storefronts may show its client id."""
        return self.kind == "sales_channel"


def sales_channel(client_id: str, client_secret: str, lifetime: int = 4 * _HOUR) -> Application:
    """What storefronts use."""
    return Application("aMkVqizWyp", client_id, client_secret, "sales_channel", lifetime)


def integration(client_id: str, client_secret: str, lifetime: int = 2 * _HOUR) -> Application:
    """What back offices use."""
    return Application("bWnZriyXzq", client_id, client_secret, "integration", lifetime)


@dataclass(frozen=True)
class Market:
    """Where things are sold. With a `customer_group` only its members may have it in their scope."""

    id: str
    code: str
    price_list_id: str = "nZvJYhAlpq"
    stock_location_ids: tuple[str, ...] = ("kpbzgunqrE",)
    allows_external_prices: bool = False
    geocoder_id: str | None = None
    customer_group: str = ""


@dataclass(frozen=True)
class OrganizationOptions:
    """One organization, its credentials and the platform's limits."""

    sales_channel: Application
    integration: Application
    id: str = "WXlEOFrjnr"
    slug: str = "morgenrot"
    enterprise: bool = True
    test: bool = True  # the mode that all of its credentials are for
    markets: tuple[Market, ...] = (Market("KoaJYhLVzp", "europe"), Market("ZbqRvhNOmd", "overseas"))
    customer_groups: tuple[str, ...] = ("xgZVGFVZjv",)
    customers: tuple[Customer, ...] = SAMPLE_CUSTOMERS
    shared_secret: str = ""  # of legacy SSO; "" refuses every token that the platform did not sign
    reads_skus: bool = True  # legacy: what a sales channel that does needs in its tokens
    backend_auth: str = ""  # with it x-true-client-ip counts; "" ignores both headers
    refresh_lifetime: int = 14 * 24 * _HOUR  # seconds
    oauth_limit: int = 30  # token requests of one address in a minute
    api_limit: int = 200  # calls of the Core API by one address in a minute
    slow_seconds: float = 20.0  # how long the faults "slow" take

    def application(self, client_id: str) -> Application | None:
        """The application of that client id."""
        return next(
            (one for one in (self.sales_channel, self.integration) if one.client_id == client_id), None
        )

    def market(self, word: str) -> Market | None:
        """The market that a word of a scope names: market:id:…, market:code:…."""
        for market in self.markets:
            if word in {f"market:id:{market.id}", f"market:code:{market.code}"}:
                return market
        return None
