"""What must hold between the keys by which a store's token reaches its storefront."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from bridge.domain.storefront import DELIVERIES, DeliveryName
from bridge.settings.faults import Problem
from bridge.settings.store import OFFERS
from bridge.settings.tree import Tree, table, tables

_WHO_REDEEMS = (
    'is needed with delivery = "code"; for a storefront without a server of its own, list its pages in'
    " browser_origins"
)
_NONE: tuple[object, ...] = (None, "", [], ())


def delivery_fits_platform(settings: Tree) -> Iterator[Problem]:
    """Some platforms have a one-time address of their own, some tokens for browsers, some both."""
    for name, store in tables(settings, "stores"):
        platform, delivery = store.get("platform"), store.get("delivery")
        if not isinstance(platform, str) or platform not in OFFERS or delivery in _NONE:
            continue
        words = OFFERS[platform].deliveries
        if delivery not in words:
            yield (
                ("stores", name, "delivery"),
                f'must be {_one_of(words)} for platform = "{platform}"',
            )


def delivery_has_its_keys(settings: Tree) -> Iterator[Problem]:
    """A token has somewhere to go, and only who may redeem a code can."""
    for name, store in tables(settings, "stores"):
        delivery, path = delivery_of(store), ("stores", name)
        if delivery is None:
            continue
        returns, secret = store.get("return_url") not in _NONE, store.get("handoff_secret") not in _NONE
        pages = store.get("browser_origins") not in _NONE
        if delivery == "redirect":
            for key, given in (
                ("return_url", returns),
                ("handoff_secret", secret),
                ("browser_origins", pages),
            ):
                if given:
                    yield (
                        (*path, key),
                        'is not used with delivery = "redirect"; remove it, or set "code" there',
                    )
            continue
        if not returns:
            yield (
                (*path, "return_url"),
                f'is needed with delivery = "{delivery}": the page of the storefront that takes it',
            )
        if delivery == "code" and not secret and not pages:
            yield (*path, "handoff_secret"), _WHO_REDEEMS
        if delivery != "code" and secret:
            yield (*path, "handoff_secret"), f'is not used with delivery = "{delivery}"; remove it'


def return_url_is_the_storefronts(settings: Tree) -> Iterator[Problem]:
    """A code or a token goes to no site but those that the operator named as the storefront's."""
    for name, store in tables(settings, "stores"):
        return_url, url = store.get("return_url"), store.get("url")
        if not isinstance(return_url, str) or not return_url or not isinstance(url, str):
            continue
        origins = store.get("browser_origins")
        known = [url.rstrip("/"), *(origins if isinstance(origins, list | tuple) else ())]
        if _origin(return_url) not in known:
            yield (
                ("stores", name, "return_url"),
                "must be a page of the store's `url`, or of one of its `browser_origins`",
            )


def webhook_is_signed(settings: Tree) -> Iterator[Problem]:
    """What nobody can tell from a forgery is not sent."""
    for name, store in tables(settings, "stores"):
        webhook, path = table(store.get("webhook")), ("stores", name, "webhook")
        url, secret = webhook.get("url") not in _NONE, webhook.get("secret") not in _NONE
        if url and not secret:
            yield (*path, "secret"), "is needed with url: the store's server knows by it who speaks"
        if secret and not url:
            yield (*path, "url"), "is needed with secret: where the store's server takes webhooks"


DELIVERY_RULES = (
    webhook_is_signed,
    delivery_fits_platform,
    delivery_has_its_keys,
    return_url_is_the_storefronts,
)


def delivery_of(store: Tree) -> DeliveryName | None:
    """The delivery of a store, said or by default; None where it cannot be told."""
    said, platform = store.get("delivery"), store.get("platform")
    if said in _NONE:
        return OFFERS[platform].deliveries[0] if isinstance(platform, str) and platform in OFFERS else None
    return next((word for word in DELIVERIES if word == said), None)


def _one_of(words: tuple[str, ...]) -> str:
    return f"one of {', '.join(words)}" if len(words) > 1 else words[0]


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
