"""What must hold between a store's customer policies and what its platform can do."""

from collections.abc import Iterator

from bridge.settings.faults import Problem
from bridge.settings.store import OFFERS
from bridge.settings.tree import Tree, table, tables


def map_fits_its_platform(settings: Tree) -> Iterator[Problem]:
    """A line that could never be written is a fault, not silence."""
    for name, store in tables(settings, "stores"):
        platform, customers = store.get("platform"), table(store.get("customers"))
        if not isinstance(platform, str) or platform not in OFFERS:
            continue
        offer, path = OFFERS[platform], ("stores", name, "customers")
        can = offer.profile
        for key, value in table(customers.get("map")).items():
            needed = "group" if key in ("groups", "other_group") else key
            if value and needed not in can:
                others = ", ".join(sorted(can - {"email"})) or "nothing"
                why = f"a customer of {offer.title} has no such field that the bridge could write"
                yield (*path, "map", key), f"is not used: {why}; there is: {others}"
        if customers.get("update_email") is True and "email" not in can:
            yield (*path, "update_email"), f"must be false: {offer.title} does not let the address be changed"


def groups_come_with_their_claim(settings: Tree) -> Iterator[Problem]:
    """A claim's values are never ids by themselves: who could write the claim could choose a group."""
    for name, store in tables(settings, "stores"):
        mapped = table(table(store.get("customers")).get("map"))
        path = ("stores", name, "customers", "map")
        if mapped.get("group") and not mapped.get("groups"):
            yield (*path, "groups"), 'is needed with `group`: groups = { "value of the claim" = group id }'
        for key in ("groups", "other_group"):
            if mapped.get(key) and not mapped.get("group"):
                yield (*path, key), "is not used without `group`, the claim that names the person's groups"


def required_sync_has_a_map(settings: Tree) -> Iterator[Problem]:
    """Nothing can be required of nothing."""
    for name, store in tables(settings, "stores"):
        customers = table(store.get("customers"))
        wanted = any(table(customers.get("map")).values()) or customers.get("update_email") is True
        if customers.get("sync") == "required" and not wanted:
            yield ("stores", name, "customers", "sync"), "is not used without a map"


def policies_have_what_they_need(settings: Tree) -> Iterator[Problem]:
    """What needs the store's API at sign-in has the credentials for it."""
    for name, store in tables(settings, "stores"):
        platform, customers = store.get("platform"), table(store.get("customers"))
        if not isinstance(platform, str) or platform not in OFFERS:
            continue
        offer = OFFERS[platform]
        asked = {key: customers.get(key) for key in ("verify_customer", "relink", "update_email")}
        used = [key for key, value in asked.items() if value not in (None, False, "never")]
        if any(table(customers.get("map")).values()):
            used.append("map")
        missing = [key for key in offer.profile_needs if table(store.get(platform)).get(key) in (None, "")]
        if used and missing and store.get(platform) is not None:
            yield ("stores", name, platform, missing[0]), f"is needed with customers.{used[0]}"


def claims_come_from_the_stores_connections(settings: Tree) -> Iterator[Problem]:
    """A name that is misspelt here would silently trust nobody."""
    for name, store in tables(settings, "stores"):
        customers, known = table(store.get("customers")), store.get("connections")
        named = customers.get("claim_connections")
        path = ("stores", name, "customers", "claim_connections")
        if named and not customers.get("claim"):
            yield path, "is not used without `claim`"
        for position, one in enumerate(named if isinstance(named, list | tuple) else ()):
            if isinstance(known, list | tuple) and one not in known:
                yield (*path, position), "names no connection of this store; see its `connections`"


PROFILE_RULES = (
    map_fits_its_platform,
    groups_come_with_their_claim,
    required_sync_has_a_map,
    policies_have_what_they_need,
    claims_come_from_the_stores_connections,
)
