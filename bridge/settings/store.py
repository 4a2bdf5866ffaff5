"""The keys of [stores.NAME] and its tables."""

from typing import Annotated, Literal

from pydantic import Field

from bridge.settings.secret_values import SecretText
from bridge.settings.table import Table
from bridge.settings.values import (
    BaseUrl,
    ConnectionNames,
    Line,
    Origin,
    StoreHash,
    Word,
    not_yet,
)


class BigCommerceSettings(Table):
    """The store's API account at BigCommerce."""

    store_hash: StoreHash = Field(
        description="Store hash: the part after stores/ in the API path of the account.",
        examples=["abc123"],
    )
    client_id: Word = Field(
        description="Client id of the API account; it needs the Customers Login scope.",
        examples=["b4c1d2e3f4a5b6c7"],
    )
    client_secret: SecretText = Field(
        description="Client secret of the same API account; it signs the sign-in tokens.",
        examples=["env:BC_SECRET"],
    )
    access_token: SecretText | None = Field(
        default=None,
        description="Access token with the Customers scope, for look-up and creation. Without it only"
        " customers who are known already can sign in.",
        examples=["env:BC_TOKEN"],
    )
    channel_id: int = Field(
        default=1,
        ge=1,
        description="Channel (storefront) that people are signed in to; 1 is the store's first.",
        examples=[2],
    )
    api_url: BaseUrl = Field(
        default="https://api.bigcommerce.com",
        description="Address of the management API, for a proxy in front of it.",
        examples=["https://bigcommerce-api.internal.example.com"],
    )


class CustomersSettings(Table):
    """How an identity without a link becomes a customer of the store."""

    claim: Line = Field(
        default="",
        description="Claim that carries the store's own customer id, if the provider has one; empty for"
        " none.",
        examples=["customer_id"],
    )
    match_email: bool = Field(
        default=True,
        description="Link to an existing customer by an e-mail the connection may be trusted for.",
        examples=[False],
    )
    create: bool = Field(
        default=True,
        description="Create the customer at the first sign-in, with an e-mail the connection may be trusted"
        " for.",
        examples=[False],
    )


class StoreSettings(Table):
    """One storefront that people are signed in to."""

    platform: Annotated[Literal["bigcommerce"], not_yet("commercelayer")] = Field(
        description="The store's software. Its own keys stand in the table of this name.",
        examples=["bigcommerce"],
    )
    url: Origin = Field(
        description="Address of the storefront: scheme and host, without a path.",
        examples=["https://store.example.com"],
    )
    connections: ConnectionNames = Field(
        description="Names of the connections people may sign in with. The first is used when nothing else"
        " decides.",
        examples=[["acme"]],
    )
    bigcommerce: BigCommerceSettings | None = Field(
        default=None,
        description="The BigCommerce account; needed with platform = bigcommerce.",
    )
    customers: CustomersSettings = Field(
        default=CustomersSettings(),
        description="How an identity becomes a customer.",
    )
