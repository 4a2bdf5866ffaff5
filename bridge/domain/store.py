"""A store: a storefront that customers are signed in to."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.domain.profile import NO_MAP, ProfileMap
from bridge.domain.quoting import place_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.storefront import PLAIN, Storefront


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPolicy:
    """How an identity becomes a customer of this store, apart from a known link."""

    claim: str = ""  # a claim that carries the store's own customer id
    claim_connections: tuple[str, ...] = ()  # whose word it must be; empty: any of the store's
    match_email: bool = True
    create: bool = True
    profile: ProfileMap = NO_MAP
    sync_required: bool = False  # whether nobody signs in with a profile that could not be written
    update_email: bool = False  # whether the store's address follows the provider's
    verify_every: int = 0  # seconds after which the store is asked again whether it has a customer; 0: never
    relink: bool = False  # whether the link to a customer who is gone is taken away at sign-in


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One storefront, the connections that may sign people in to it, and its policy."""

    name: str
    platform: str
    url: str
    connections: tuple[str, ...]
    customers: CustomerPolicy = CustomerPolicy()
    storefront: Storefront = PLAIN
    email_is_identity: bool = False  # the id of its customers is their normal e-mail


def store_named(name: str, stores: Mapping[str, Store]) -> Store:
    """The store that an address names. Raises `Refused(STORE_UNKNOWN)`."""
    if name not in stores:
        raise Refused(Reason.STORE_UNKNOWN, place_name(name))
    return stores[name]
