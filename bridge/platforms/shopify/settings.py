"""The keys of [stores.NAME.shopify]."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bridge.platform_api import Line, SecretText, Table, WrongValueError, checked_host


def _domain(value: str) -> str:
    if value and value != value.lower():
        raise WrongValueError("must be written in lower case")
    try:
        return checked_host(value) if value else value
    except WrongValueError:
        raise WrongValueError("must be a domain such as my-shop.myshopify.com, without https://") from None


class ShopifySettings(Table):
    """The store's Multipass at Shopify."""

    multipass_secret: SecretText = Field(
        description="Multipass secret from the store's admin (Settings, Customer accounts); it signs people"
        " in as any customer.",
        examples=["env:SHOPIFY_MULTIPASS"],
    )
    shop_domain: Annotated[str, AfterValidator(_domain)] = Field(
        default="",
        description="Domain of the store at which the token is opened; empty for the one in `url`.",
        examples=["my-shop.myshopify.com"],
    )
    tag_string: Line = Field(
        default="",
        description="Tags for everybody who signs in here, with commas between them. Shopify then replaces"
        " a customer's own tags by these at each sign-in; empty to leave tags alone.",
        examples=["staff,acme"],
    )
