"""What is found under `shopify`."""

from bridge.platform_api import Offer, StoreContext, StorePlatform
from bridge.platforms.shopify.settings import ShopifySettings


def _build(given: ShopifySettings, context: StoreContext) -> StorePlatform:
    from bridge.platforms.shopify.platform import Shopify

    return Shopify(given.multipass_secret, given.shop_domain, given.tag_string, context)


def _is_customer_id(text: str) -> bool:
    from bridge.platforms.shopify.platform import is_customer_id

    return is_customer_id(text)


OFFER = Offer(
    title="Shopify",
    settings=ShopifySettings,
    build=_build,
    deliveries=("redirect",),
    is_customer_id=_is_customer_id,
    email_is_identity=True,
    example_store="plus",
    example={"url": "https://www.example.shop"},
)
