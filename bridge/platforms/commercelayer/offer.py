"""What is found under `commercelayer`."""

from typing import TYPE_CHECKING

from bridge.platform_api import Offer, StoreContext, StorePlatform
from bridge.platforms.commercelayer.rules import COMMERCELAYER_RULES
from bridge.platforms.commercelayer.settings import CommerceLayerSettings, LegacySsoSettings

if TYPE_CHECKING:
    from bridge.platforms.commercelayer.account import Account, Legacy


def _build(given: CommerceLayerSettings, context: StoreContext) -> StorePlatform:
    from bridge.platforms.commercelayer.platform import CommerceLayer

    return CommerceLayer(
        _organization(given),
        context.http,
        context.now,
        context.monotonic,
        context.pause,
        context.subject,
        context.waiting,
    )


def _organization(given: CommerceLayerSettings) -> "Account":
    from bridge.platforms.commercelayer.account import Account, Client

    client = integration = None
    if given.client_secret is not None:
        client = Client(id=given.client_id, secret=given.client_secret)
    if given.integration_client_secret is not None:
        integration = Client(id=given.integration_client_id, secret=given.integration_client_secret)
    return Account(
        api_url=given.api_url or f"https://{given.slug}.commercelayer.io",
        slug=given.slug,
        auth_url=given.auth_url,
        client=client,
        scope=given.scope,
        integration=integration,
        customer_group=given.customer_group,
        backend_auth=given.backend_auth,
        legacy=_legacy(given.legacy_sso) if given.legacy_sso is not None else None,
    )


def _legacy(given: LegacySsoSettings) -> "Legacy":
    from bridge.platforms.commercelayer.account import Application, Legacy, Market, Organization

    market = given.market
    return Legacy(
        shared_secret=given.shared_secret,
        organization=Organization(**dict(given.organization)),
        application=Application(**dict(given.application)),
        market=None
        if market is None
        else Market(
            ids=market.id,
            price_list_id=market.price_list_id,
            allows_external_prices=market.allows_external_prices,
            stock_location_ids=market.stock_location_ids,
            geocoder_id=market.geocoder_id,
        ),
        reads_skus=given.reads_skus,
        test=given.test,
        lifetime=given.lifetime,
    )


def _is_customer_id(text: str) -> bool:
    from bridge.platforms.commercelayer.customers import is_customer_id

    return is_customer_id(text)


OFFER = Offer(
    title="Commerce Layer",
    settings=CommerceLayerSettings,
    build=_build,
    deliveries=("code", "query", "fragment", "form_post"),
    is_customer_id=_is_customer_id,
    profile=frozenset({"group", "metadata", "email"}),
    profile_needs=("integration_client_id",),
    rules=COMMERCELAYER_RULES,
    example_store="eu",
    example={
        "url": "https://shop.example.eu",
        "return_url": "https://shop.example.eu/auth/return",
        "handoff_secret": "env:EU_HANDOFF",
    },
    example_keys=frozenset({
        "client_id", "client_secret", "scope", "integration_client_id", "integration_client_secret",
    }),
)  # fmt: skip
