"""What the operator configured of one BigCommerce storefront."""

from dataclasses import dataclass

from bridge.domain.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """API account, store and channel."""

    store_hash: str
    client_id: str
    client_secret: Secret
    access_token: Secret | None = None
    channel_id: int = 1
    api_url: str = "https://api.bigcommerce.com"
    storefront_token: Secret | None = None  # private, of the GraphQL Storefront API
    graphql_url: str = ""  # empty for the channel's own
