"""From a store's settings to its platform, whoever wrote it. Knows none by name."""

import time
from collections.abc import Callable, Mapping

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.domain.sign_out import SignsOut, signs_out
from bridge.domain.store import Store
from bridge.domain.store_platform import StoreContext, StorePlatform, delivers, issues
from bridge.net.lane import Lane
from bridge.net.waiting import pause
from bridge.settings import Settings
from bridge.settings.agreement_delivery import delivery_of
from bridge.settings.faults import ConfigFaults, Fault
from bridge.settings.store import OFFERS, StoreSettings

_NEEDED = ("subject", "state", "start", "check", "find", "find_by_identity", "exists", "create", "update")


def platform_of(given: StoreSettings, context: StoreContext) -> StorePlatform:
    """The platform of one store. Raises `ConfigFaults` where its distribution does not make it."""
    offer = OFFERS[given.platform]
    try:
        platform = offer.build(given.account, context)
        fault = _fault_of(platform, delivery_of(dict(given)) or "")
    except Exception as error:  # noqa: BLE001 - its words could hold a value of the file: its kind alone is told
        fault = f"its making ended in {type(error).__name__}"
    if fault:
        where = f"{context.subject}.platform"
        raise ConfigFaults([Fault(where, f"{offer.title} cannot be used: {fault}")])
    return platform


def platforms_of(
    settings: Settings,
    lanes: Mapping[str, Lane],
    now: Callable[[], float],
    monotonic: Callable[[], float],
    pause: Callable[[float], None],
    token: Callable[[], str],
) -> dict[str, StorePlatform]:
    """The platforms of all stores, by their names. Raises `ConfigFaults`.

    `lanes`: the way out to each, by what the configuration calls it.
    """
    return {
        name: platform_of(
            store,
            StoreContext(
                subject=f"stores.{name}",
                url=store.url,
                http=lanes[f"stores.{name}"],
                now=now,
                monotonic=monotonic,
                pause=pause,
                token=token,
                waiting=lanes[f"stores.{name}"].waiting,
            ),
        )
        for name, store in settings.stores.items()
    }


def signing_out(platforms: Mapping[str, StorePlatform], stores: Mapping[str, Store]) -> dict[str, SignsOut]:
    """Those whose own pages keep a session that a sign-out is to end.

    A headless storefront has sessions of its own, which its server has ended before.
    """
    return {
        name: platform
        for name, platform in platforms.items()
        if signs_out(platform) and stores[name].storefront.delivery == "redirect"
    }


def check_platforms(settings: Settings) -> None:
    """Raises `ConfigFaults` with what keeps platforms from being made, of all stores at once."""
    faults: list[Fault] = []
    for name, store in settings.stores.items():
        context = StoreContext(
            subject=f"stores.{name}",
            url=store.url,
            http=_Nowhere(),
            now=time.time,
            monotonic=time.monotonic,
            pause=pause,
            token=lambda: "",
        )
        try:
            platform_of(store, context)
        except ConfigFaults as found:
            faults += found.faults
    if faults:
        raise ConfigFaults(faults)


class _Nowhere:
    """See the port `Http`: nothing is sent while platforms are made."""

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        del request, deadline
        raise HttpFailure("unreachable", "nothing is sent while platforms are made")


def _fault_of(platform: object, delivery: str) -> str:
    missing = [name for name in _NEEDED if not hasattr(platform, name)]
    if missing:
        return f"it has no {', '.join(missing)}"
    if delivery == "redirect" and not delivers(platform):
        return "it has no hand_off"
    if delivery != "redirect" and not issues(platform):
        return "it has no issue, renew and revoke"
    return ""
