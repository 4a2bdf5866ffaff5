"""What the operator configured of one Commerce Layer organization."""

from dataclasses import dataclass

from bridge.domain.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One API credential of the organization."""

    id: str
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Whom a legacy token is made in the name of."""

    id: str
    slug: str
    enterprise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The application a legacy token speaks for."""

    id: str
    kind: str  # sales_channel, integration or webapp
    public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The markets in a legacy token's scope, and what they have in common."""

    ids: tuple[str, ...]
    price_list_id: str
    allows_external_prices: bool
    stock_location_ids: tuple[str, ...] = ()
    geocoder_id: str = ""  # empty for none


@dataclass(frozen=True, slots=True, kw_only=True)
class Legacy:
    """Everything that a legacy token is made of."""

    shared_secret: Secret
    organization: Organization
    application: Application
    market: Market | None = None
    reads_skus: bool = True  # a sales channel that reads SKUs needs stock locations
    test: bool = False
    lifetime: int = 7200  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The organization, and the credentials the bridge has for it.

    With `legacy` the bridge signs customers' tokens itself, and `client` is not used.
    """

    api_url: str
    slug: str = ""
    auth_url: str = "https://auth.commercelayer.io"
    client: Client | None = None  # the sales channel whose tokens the storefront uses
    scope: str = ""
    integration: Client | None = None  # look-up and creation; without it only known customers sign in
    customer_group: str = ""  # for new customers; empty for none
    backend_auth: Secret | None = None  # lets token requests count by the shopper's address, not ours
    legacy: Legacy | None = None
