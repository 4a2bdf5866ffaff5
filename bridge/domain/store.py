"""A store: a storefront that customers are signed in to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPolicy:
    """How an identity becomes a customer of this store, apart from a known link."""

    claim: str = ""  # a claim that carries the store's own customer id
    match_email: bool = True
    create: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One storefront, the connections that may sign people in to it, and its policy."""

    name: str
    platform: str
    url: str
    connections: tuple[str, ...]
    customers: CustomerPolicy = CustomerPolicy()
