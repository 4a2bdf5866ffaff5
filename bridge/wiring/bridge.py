"""The bridge as it answers requests: everything it needs, put together."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.domain.ports import Audit, Delivery
from bridge.domain.store import CustomerPolicy, Store
from bridge.domain.store_platform import StoreContext, StorePlatform, delivers, issues
from bridge.domain.storefront import Storefront
from bridge.domain.token_ports import Codes
from bridge.flows.check_up import Checked
from bridge.flows.customers import Customers
from bridge.flows.delivery import ByCode, ByForm, ByFragment, ByQuery
from bridge.flows.dry_sign_in import DrySignIn
from bridge.flows.profile_check import ProfileCheck
from bridge.flows.profiles import Profiles
from bridge.flows.sign_in import SignIn
from bridge.flows.token import TokenEndpoint
from bridge.idp.check import ProviderCheck
from bridge.idp.client_keys import published
from bridge.idp.keeper import Keeper
from bridge.idp.provider import OpenIdProvider
from bridge.net.bulkhead import Bulkheads
from bridge.net.lane import Lane
from bridge.net.turnstile import THREADS, Turnstile
from bridge.settings import Settings
from bridge.settings.agreement_delivery import delivery_of
from bridge.settings.profile_map import profile_map
from bridge.settings.store import OFFERS, StoreSettings
from bridge.state.attempts import RedisAttempts
from bridge.state.audit import RedisAudit
from bridge.state.codes import RedisCodes
from bridge.state.documents import RedisDocuments
from bridge.state.dry_sign_ins import RedisDrySignIns
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks
from bridge.state.pending import RedisPending
from bridge.state.renewals import RedisRenewals
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer
from bridge.state.sign_ins import RedisSignIns
from bridge.state.throttle import RedisThrottle
from bridge.wiring.connections import HttpClients, connection_of
from bridge.wiring.platforms import platform_of


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """Everything that answers a request."""

    settings: Settings
    sign_in: SignIn
    dry_sign_in: DrySignIn
    token_endpoint: TokenEndpoint
    audit: Audit
    redis: RedisServer
    providers: Mapping[str, OpenIdProvider]
    platforms: Mapping[str, StorePlatform]
    lanes: Mapping[str, Lane]  # by what the other side is called in the configuration
    documents: RedisDocuments
    keeper: Keeper
    public_keys: tuple[Mapping[str, Any], ...]  # JWKs
    now: Callable[[], float]
    monotonic: Callable[[], float]
    token: Callable[[], str]

    def ping(self) -> None:
        """Raises `Refused(STATE_UNAVAILABLE)` when Redis does not work, or takes no writes."""
        self.redis.command("SET", Keys(self.settings.redis.prefix).probe, "1", "EX", 10)

    def states(self) -> dict[str, str]:
        """What is known of each provider and store right now; asks nobody."""
        states = {f"connections.{name}": provider.state for name, provider in self.providers.items()}
        states |= {f"stores.{name}": platform.state for name, platform in self.platforms.items()}
        return states | {name: "circuit open" for name, lane in self.lanes.items() if lane.breaker.state}

    def start_background(self) -> None:
        """Before the first shopper comes, and from then on: the stores' clocks, the providers' documents."""
        self.keeper.start()
        for platform in self.platforms.values():
            platform.start()

    def checks(self) -> list[Checked]:
        """Everything a check-up asks once."""
        return [
            self.redis,
            *(ProviderCheck(provider, self.now) for provider in self.providers.values()),
            *self.platforms.values(),
            *(
                ProfileCheck(f"stores.{name}", self.platforms[name], store.customers.profile)
                for name, store in self.sign_in.stores.items()
                if store.customers.profile
            ),
        ]


def wire(
    settings: Settings,
    *,
    now: Callable[[], float],
    monotonic: Callable[[], float],
    pause: Callable[[float], None],
    turnstile: Turnstile | None = None,
    provider: type[OpenIdProvider] = OpenIdProvider,
) -> Bridge:
    """A bridge on real Redis and real HTTP. Opens no connection yet.

    `turnstile`: where a request's thread steps aside while it waits for others. `provider`: what speaks
    with identity providers; a dry sign-in has one that remembers what it saw.
    """
    redis = RedisServer(settings.redis.url.reveal())
    keys = Keys(settings.redis.prefix)
    seal = Seal(settings.server.cookie_keys, "session")
    connections = {name: connection_of(name, one, settings) for name, one in settings.connections.items()}
    stores = {name: _store(name, one) for name, one in settings.stores.items()}
    http = HttpClients(settings, turnstile)
    bulkheads = Bulkheads(THREADS)
    lanes = {
        subject: Lane(way_out, bulkheads, subject, now, monotonic)
        for subject, way_out in http.ways_out(settings).items()
    }
    documents = RedisDocuments(redis, keys, monotonic)
    providers = {
        name: provider(
            connection,
            lanes[f"connections.{name}"],
            now,
            monotonic,
            _token,
            documents=documents,
            waiting=lanes[f"connections.{name}"].waiting,
            own_http=http.with_certificate(lanes[f"connections.{name}"], settings.connections[name]),
        )
        for name, connection in connections.items()
    }
    platforms = {
        name: platform_of(
            one,
            StoreContext(
                subject=f"stores.{name}",
                url=one.url,
                http=lanes[f"stores.{name}"],
                now=now,
                monotonic=monotonic,
                pause=pause,
                token=_token,
                waiting=lanes[f"stores.{name}"].waiting,
            ),
        )
        for name, one in settings.stores.items()
    }
    links = RedisLinks(redis, keys)
    sign_ins = RedisSignIns(redis, keys, seal, pause, links)
    profiles = Profiles(
        stores=stores, connections=connections, platforms=platforms, sign_ins=sign_ins, links=links, now=now
    )
    codes = RedisCodes(redis, keys)
    sign_in = SignIn(
        stores=stores,
        connections=connections,
        providers=providers,
        deliveries={name: _delivery(one, platforms[name], codes, now) for name, one in stores.items()},
        attempts=RedisAttempts(redis, keys, settings.server.attempt_lifetime),
        customers=Customers(
            stores=stores,
            connections=connections,
            platforms=platforms,
            sign_ins=sign_ins,
            links=links,
            pending=RedisPending(redis, keys),
            now=now,
            profiles=profiles,
        ),
        now=now,
        token=_token,
        pause=pause,
    )
    return Bridge(
        settings=settings,
        sign_in=sign_in,
        dry_sign_in=DrySignIn(
            providers=providers,
            dry_sign_ins=RedisDrySignIns(redis, keys, Seal(settings.server.cookie_keys, "dry sign-in")),
            now=now,
            token=_token,
        ),
        token_endpoint=TokenEndpoint(
            stores=stores,
            issuers={name: one for name, one in platforms.items() if issues(one)},
            codes=codes,
            renewals=RedisRenewals(
                redis, keys, Seal(settings.server.cookie_keys, "refresh token"), now, _token
            ),
            throttle=RedisThrottle(redis, keys),
            profiles=profiles,
        ),
        audit=RedisAudit(redis, keys),
        redis=redis,
        providers=providers,
        platforms=platforms,
        lanes=lanes,
        documents=documents,
        keeper=Keeper(
            {name: provider.published for name, provider in providers.items()}, documents, monotonic
        ),
        public_keys=published(connections.values()),
        now=now,
        monotonic=monotonic,
        token=_token,
    )


def _token() -> str:
    """256 random bits; also long enough for a PKCE verifier (RFC 7636 4.1: 43 characters)."""
    return secrets.token_urlsafe(32)


_SECONDS = {"never": 0, "hourly": 3600, "daily": 86400, "weekly": 7 * 86400}


def _store(name: str, given: StoreSettings) -> Store:
    asked = given.customers
    policy = CustomerPolicy(
        claim=asked.claim,
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


def _delivery(store: Store, platform: StorePlatform, codes: Codes, now: Callable[[], float]) -> Delivery:
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
            return ByCode(store=store.name, return_url=front.return_url, codes=codes, token=_token)
