"""What is found under `bigcommerce`."""

from bridge.platform_api import Offer, StoreContext, StorePlatform
from bridge.platforms.bigcommerce.settings import (
    BigCommerceSettings,
    group_ids_are_numbers,
    storefront_token_has_its_use,
)


def _build(given: BigCommerceSettings, context: StoreContext) -> StorePlatform:
    from bridge.platforms.bigcommerce.account import Account
    from bridge.platforms.bigcommerce.platform import BigCommerce

    return BigCommerce(
        context.url, Account(**dict(given)), context.http, context.now, context.monotonic, context.subject
    )


def _is_customer_id(text: str) -> bool:
    from bridge.platforms.bigcommerce.login_token import is_customer_id

    return is_customer_id(text)


OFFER = Offer(
    title="BigCommerce",
    settings=BigCommerceSettings,
    build=_build,
    deliveries=("redirect", "code"),
    is_customer_id=_is_customer_id,
    profile=frozenset(
        {"first_name", "last_name", "company", "phone", "group", "attributes", "metafields", "email"}
    ),
    profile_needs=("access_token",),
    rules=(storefront_token_has_its_use, group_ids_are_numbers),
    example_store="us",
    example={"url": "https://store.example.com"},
    example_keys=frozenset({"access_token"}),
)
