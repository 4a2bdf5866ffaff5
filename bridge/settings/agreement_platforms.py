"""What must hold between a store's keys and those of its platform, which brings rules of its own."""

from collections.abc import Iterator
from typing import Any

from bridge.settings.faults import KeyPath, Problem, shown_path
from bridge.settings.offers import Offer
from bridge.settings.store import OFFERS
from bridge.settings.tree import Tree, table, tables

#: What is settled for customers who are looked up, with what means nothing.
_OF_LOOKED_UP = (
    ("claim", ""),
    ("claim_connections", ()),
    ("verify_customer", "never"),
    ("relink", False),
)


def strings_in(name: str, store: Tree) -> list[tuple[KeyPath, object]]:
    """Every text in the platforms' tables of the store `name`, each with its path."""
    return [
        ((*path, key), value)
        for platform in OFFERS
        for path, inner in _nested(("stores", name, platform), table(store.get(platform)))
        for key, value in inner.items()
        if isinstance(value, str)
    ]


def platform_has_its_table(settings: Tree) -> Iterator[Problem]:
    """A store has the table of its platform, and no other's."""
    for name, store in tables(settings, "stores"):
        platform = store.get("platform")
        for its in OFFERS if platform in OFFERS else ():
            path = ("stores", name, its)
            if platform == its and store.get(its) is None:
                yield path, f'the table [{shown_path(path)}] is missing; platform = "{its}" needs it'
            if platform != its and store.get(its) is not None:
                yield (
                    path,
                    f'is not used with platform = "{platform}"; remove it, or set platform = "{its}"',
                )


def platforms_own_rules_hold(settings: Tree) -> Iterator[Problem]:
    """What the store's platform knows of its own keys."""
    for name, store in tables(settings, "stores"):
        for platform, offer in OFFERS.items():
            if store.get(platform) is not None:
                yield from _kept(offer, ("stores", name), platform, store)


def customers_are_addresses(settings: Tree) -> Iterator[Problem]:
    """Where the e-mail is the customer there is nothing to look up, to match or to forbid."""
    for name, store in tables(settings, "stores"):
        platform, customers = store.get("platform"), table(store.get("customers"))
        if not isinstance(platform, str) or platform not in OFFERS or not OFFERS[platform].email_is_identity:
            continue
        path, because = (
            ("stores", name, "customers"),
            f'with platform = "{platform}" the e-mail is the customer',
        )
        for key, silent in _OF_LOOKED_UP:
            if customers.get(key, silent) != silent:
                yield (*path, key), f"is not used: {because}; remove it"
        for key in ("match_email", "create"):
            if customers.get(key, True) is not True:
                yield (*path, key), f"must be true: {because}, and the store creates those it does not have"


PLATFORM_RULES = (platform_has_its_table, platforms_own_rules_hold, customers_are_addresses)


def _kept(offer: Offer[Any], at: KeyPath, platform: str, store: Tree) -> Iterator[Problem]:
    """A rule that fails has not been kept, and a stranger's failure is no traceback of ours."""
    for rule in offer.rules:
        try:
            yield from list(rule(at, store))
        except Exception as error:  # noqa: BLE001 - its words could hold a value: its kind alone is told
            yield (
                (*at, platform),
                f"could not be judged: a rule of {offer.title} failed ({type(error).__name__})",
            )


def _nested(path: KeyPath, inner: Tree) -> Iterator[tuple[KeyPath, Tree]]:
    yield path, inner
    for key, value in inner.items():
        if below := table(value):
            yield from _nested((*path, key), below)
