"""From a store's settings to the domain's `Store`, and to how its customers reach it."""

from collections.abc import Callable

from bridge.domain.ports import Delivery
from bridge.domain.store import CustomerPolicy, Store
from bridge.domain.store_platform import StorePlatform, delivers, issues
from bridge.domain.storefront import Storefront
from bridge.domain.token_ports import Codes
from bridge.flows.delivery import ByCode, ByForm, ByFragment, ByQuery
from bridge.settings.agreement_delivery import delivery_of
from bridge.settings.profile_map import profile_map
from bridge.settings.store import OFFERS, StoreSettings

_SECONDS = {"never": 0, "hourly": 3600, "daily": 86400, "weekly": 7 * 86400}


def store_of(name: str, given: StoreSettings) -> Store:
    """The store `name`."""
    asked = given.customers
    policy = CustomerPolicy(
        claim=asked.claim,
        claim_connections=asked.claim_connections,
        match_email=asked.match_email,
        create=asked.create,
        profile=profile_map(asked.map),
        sync_required=asked.sync == "required",
        update_email=asked.update_email,
        verify_every=_SECONDS[asked.verify_customer],
        relink=asked.relink,
    )
    storefront = Storefront(
        delivery=delivery_of(dict(given)) or "redirect",
        return_url=given.return_url,
        secrets=given.handoff_secret,
        browser_origins=given.browser_origins,
    )
    return Store(
        name=name,
        platform=given.platform,
        url=given.url,
        connections=given.connections,
        customers=policy,
        storefront=storefront,
        email_is_identity=OFFERS[given.platform].email_is_identity,
    )


def delivery_by(
    store: Store,
    platform: StorePlatform,
    codes: Codes,
    now: Callable[[], float],
    token: Callable[[], str],
) -> Delivery:
    """How its customers reach the storefront: by the platform itself, or by a token of its."""
    front = store.storefront
    if front.delivery == "redirect" and delivers(platform):
        return platform
    if not issues(platform):
        raise ValueError(f"{store.platform} has neither an address nor tokens")  # see `platform_of`
    match front.delivery:
        case "query":
            return ByQuery(return_url=front.return_url, issuer=platform, now=now)
        case "fragment":
            return ByFragment(return_url=front.return_url, issuer=platform)
        case "form_post":
            return ByForm(return_url=front.return_url, issuer=platform)
        case _:
            return ByCode(store=store.name, return_url=front.return_url, codes=codes, token=token)
