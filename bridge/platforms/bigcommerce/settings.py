"""The keys of [stores.NAME.bigcommerce], and what must hold between them."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from bridge.platform_api import (
    BaseUrl,
    KeyPath,
    OptionalAddress,
    OptionalSecretText,
    Problem,
    SecretText,
    Table,
    Tree,
    Word,
    WrongValueError,
    table,
)

_NONE: tuple[object, ...] = (None, "")
_STORE_HASH = re.compile(r"[A-Za-z0-9]{1,64}")
_WORD = re.compile(r"[\x21-\x7e]+")


def _store_hash(value: str) -> str:
    if not _STORE_HASH.fullmatch(value):
        raise WrongValueError("must be letters and digits: what follows stores/ in the account's API path")
    return value


class BigCommerceSettings(Table):
    """The store's API account at BigCommerce."""

    store_hash: Annotated[str, AfterValidator(_store_hash)] = Field(
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
    storefront_token: OptionalSecretText = Field(
        default=None,
        description="Private token of the GraphQL Storefront API (scope Customer), for a headless storefront"
        " with delivery = code: it is then handed a customer access token. Without it, the login token.",
        examples=["env:BC_STOREFRONT_TOKEN"],
    )
    graphql_url: OptionalAddress = Field(
        default="",
        description="Address of the GraphQL Storefront API; empty for the channel's own at"
        " mybigcommerce.com.",
        examples=["https://store.example.com/graphql"],
    )


def storefront_token_has_its_use(at: KeyPath, store: Tree) -> Iterator[Problem]:
    """The GraphQL Storefront API is for storefronts that redeem codes."""
    account, path = table(store.get("bigcommerce")), (*at, "bigcommerce")
    token, url = account.get("storefront_token") not in _NONE, account.get("graphql_url") not in _NONE
    if token and store.get("delivery") != "code":
        yield (*path, "storefront_token"), 'is used with delivery = "code" only; set that, or remove this'
    if url and not token:
        yield (*path, "graphql_url"), "is not used without storefront_token; add it, or remove this"


def group_ids_are_numbers(at: KeyPath, store: Tree) -> Iterator[Problem]:
    """As BigCommerce numbers its customer groups; 0 is none."""
    path = (*at, "customers", "map")
    mapped = table(table(store.get("customers")).get("map"))
    ids = [((*path, "groups", name), group) for name, group in table(mapped.get("groups")).items()]
    for where, group in [*ids, ((*path, "other_group"), mapped.get("other_group", ""))]:
        if isinstance(group, str) and _WORD.fullmatch(group) and not group.isdecimal():
            yield where, "must be the number of a customer group; GET /v2/customer_groups shows them"
