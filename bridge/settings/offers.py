"""The door for commerce platforms: what one offers, and how those that are installed are found.

A distribution (this one too) names its offers under the entry-point group `bridge.platforms`. The name there
is the platform's: it stands in `platform = "NAME"`, and its own keys in the table [stores.STORE.NAME].
"""

import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from bridge.domain.store_platform import StoreContext, StorePlatform
from bridge.domain.storefront import DELIVERIES, DeliveryName
from bridge.settings.faults import KeyPath, Problem
from bridge.settings.table import Table
from bridge.settings.tree import Tree

GROUP = "bridge.platforms"
OWN = "bridge-sso"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SHOWN = 160  # characters of an error's own words, at most

T = TypeVar("T", bound=Table)

Rule = Callable[[KeyPath, Tree], Iterator[Problem]]
"""What must hold between keys: is given the path of a store's table and its keys, as they stand in the file
or as a finished value, and yields the path and the words of each fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Generic[T]):
    """One commerce platform, as a distribution offers it."""

    title: str
    """Its name as people write it."""
    settings: type[T]
    """Its own table: a `Table` whose keys have a description each and an example."""
    build: Callable[[T, StoreContext], StorePlatform]
    """Makes the platform of one store, at start-up; sends nothing. What is heavy is best imported in here."""
    deliveries: tuple[DeliveryName, ...]
    """How customers can reach the storefront; the first is the default. `redirect` needs a `hand_off`, the
    others need `issue`, `renew` and `revoke`."""
    is_customer_id: Callable[[str], bool]
    """Whether a word can be a customer's id; for imports. Asks nobody."""
    rules: tuple[Rule, ...] = ()
    email_is_identity: bool = False
    """Whether the platform knows its customers by their e-mail alone. Then a customer's id is the address,
    and nobody signs in without one that can be trusted at that very sign-in; `Visit.profile` has it."""
    profile: frozenset[str] = frozenset()
    """The keys of [stores.NAME.customers.map] whose fields `update` can write; `email` where it can, too."""
    profile_needs: tuple[str, ...] = ()
    """Keys of its own table without which it can neither change a customer nor tell whether there is one."""
    example_store: str = ""
    """What its store is called in the example file; the platform's name by default."""
    example: Mapping[str, object] = field(default_factory=dict)
    """Further keys of that store: `url`, and what its default delivery needs."""
    example_keys: frozenset[str] = frozenset()
    """Keys of `settings` that are not required and yet stand in the example with their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A name under which something is offered; with `offer`, it can be used, else `fault` says why not."""

    name: str
    distribution: str
    offer: Offer[Any] | None = None
    fault: str = ""


def installed(reserved: Iterable[str], found: Iterable[EntryPoint] | None = None) -> dict[str, Installed]:
    """What is offered, by name: the bridge's own first. Never raises.

    `reserved`: names that no platform can have, since every store's table has them. Whatever a distribution
    does wrong, those that do not use it are none the worse for it.
    """
    points = list(entry_points(group=GROUP) if found is None else found)
    points.sort(key=lambda point: (_distribution(point) != OWN, point.name, point.value))
    names = dict.fromkeys(point.name for point in points)
    taken = frozenset(reserved)
    return {name: _judged([point for point in points if point.name == name], taken) for name in names}


def _judged(points: list[EntryPoint], reserved: frozenset[str]) -> Installed:
    name = points[0].name
    whose = " and ".join(dict.fromkeys(_distribution(point) for point in points))
    if len(points) > 1:
        # Also where one of them is the bridge's own: nobody takes a name over by being installed.
        return Installed(name=name, distribution=whose, fault=f"is offered twice, by {whose}: uninstall one")
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in reserved:
        fault = f"is no name that {whose} can give to a platform"
        return Installed(name=name, distribution=whose, fault=fault)
    try:
        offer = points[0].load()
        fault = _fault_of(offer)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code; whatever it does is told
        fault = f"cannot be loaded: {_told(error)}"
    if fault:
        return Installed(name=name, distribution=whose, fault=f"is offered by {whose}, and {fault}")
    return Installed(name=name, distribution=whose, offer=offer)


def _fault_of(offer: object) -> str:
    """What is wrong with something that was found; an empty text for nothing."""
    if not isinstance(offer, Offer):
        return f"is not an Offer but {type(offer).__name__[:40]}"
    if not (isinstance(offer.settings, type) and issubclass(offer.settings, Table)):
        return "its settings are not a Table"
    if offer.settings.model_config.get("extra") != "forbid" or not offer.settings.model_config.get("frozen"):
        return "its settings are not as strict as a Table is"
    if not offer.deliveries or not set(offer.deliveries) <= set(DELIVERIES):
        return f"its deliveries are not some of {', '.join(DELIVERIES)}"
    if not all(map(callable, (offer.build, offer.is_customer_id, *offer.rules))):
        return "its build, is_customer_id or one of its rules cannot be called"
    offer.settings.model_rebuild()  # raises for types that do not exist
    return ""


def _told(error: BaseException) -> str:
    words = "".join(character for character in str(error) if character.isprintable())
    return f"{type(error).__name__}: {words[:_SHOWN]}" if words else type(error).__name__


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "a distribution without a name"
