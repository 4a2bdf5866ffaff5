"""What `bridge check` asks: every part of a bridge, and what is only looked at by a check-up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.http import Http
from bridge.domain.loopback import is_loopback
from bridge.flows.check_up import Checked
from bridge.flows.clock_check import clock_finding, readings_of
from bridge.flows.customer_check import CustomerCheck
from bridge.flows.profile_check import ProfileCheck
from bridge.flows.public_address_check import PublicAddressCheck
from bridge.flows.storefront_check import StorefrontCheck
from bridge.idp.check import ProviderCheck
from bridge.net.client import HttpClient
from bridge.net.naming import addresses_of
from bridge.settings.urls import parse_web_url
from bridge.state.keys import Keys
from bridge.state.redis_check import RedisCheck
from bridge.wiring.bridge import Bridge
from bridge.wiring.webhooks import EndingsCheck


@dataclass(frozen=True, kw_only=True)
class Doctor:
    """Everything that is asked, in the order in which it is told; each may be asked by its own thread."""

    checks: tuple[Checked, ...]
    clocks: Mapping[str, Callable[[], float | None]]
    now: Callable[[], float]

    def clock(self) -> Finding:
        """What the clocks of those that were asked say of ours; to be called last."""
        return clock_finding(self.now(), readings_of(self.clocks))


def doctor(bridge: Bridge, customers: Mapping[str, str]) -> Doctor:
    """`customers`: ids of customers that are to be tried at the stores of these names."""
    settings, now = bridge.settings, bridge.now
    host = parse_web_url(settings.server.public_url).host
    providers = {
        name: ProviderCheck(
            provider,
            now,
            settings.connections[name].provider,
            _certificate_end(bridge.lanes[f"connections.{name}"].http),
        )
        for name, provider in bridge.providers.items()
    }
    fronts = {
        name: StorefrontCheck(f"stores.{name}", store.url, bridge.lanes[f"stores.{name}"], now)
        for name, store in settings.stores.items()
    }
    profiles = [
        ProfileCheck(f"stores.{name}", bridge.platforms[name], store.customers.profile)
        for name, store in bridge.sign_in.stores.items()
        if store.customers.profile
    ]
    tried = [
        CustomerCheck(f"stores.{name}", bridge.platforms[name], Customer(identifier))
        for name, identifier in customers.items()
    ]
    return Doctor(
        checks=(
            *([] if is_loopback(host) else [PublicAddressCheck(host, addresses_of)]),
            RedisCheck(bridge.redis, Keys(settings.redis.prefix), now),
            EndingsCheck(bridge.endings),
            *providers.values(),
            *bridge.platforms.values(),
            *fronts.values(),
            *profiles,
            *tried,
        ),
        clocks={
            **{
                f"connections.{name}": lambda calls=one.calls: calls.clock_ahead  # type: ignore[misc]
                for name, one in bridge.providers.items()
            },
            **{
                f"stores.{name}": lambda front=front: front.clock_ahead  # type: ignore[misc]
                for name, front in fronts.items()
            },
        },
        now=now,
    )


def _certificate_end(http: Http) -> Callable[[str, Deadline], float | None] | None:
    return http.certificate_end if isinstance(http, HttpClient) else None
