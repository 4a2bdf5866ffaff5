"""The only place that knows every concrete class: settings in, a working bridge out."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.domain.connection import Connection
from bridge.domain.http import Http
from bridge.domain.ports import Audit
from bridge.domain.store import CustomerPolicy, Store
from bridge.flows.check_up import Checked
from bridge.flows.customers import Customers
from bridge.flows.sign_in import SignIn
from bridge.idp.check import ProviderCheck
from bridge.idp.client_keys import published
from bridge.idp.provider import OpenIdProvider
from bridge.net.client import HttpClient, Trust
from bridge.net.turnstile import Turnstile
from bridge.platforms.bigcommerce import BigCommerce
from bridge.platforms.bigcommerce.account import Account
from bridge.settings import Settings
from bridge.settings.connection import ConnectionSettings
from bridge.settings.store import StoreSettings
from bridge.state.attempts import RedisAttempts
from bridge.state.audit import RedisAudit
from bridge.state.keys import Keys
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer
from bridge.state.sign_ins import RedisSignIns

#: A new platform is one folder in bridge/platforms and one line here.
PLATFORMS = {"bigcommerce": BigCommerce}


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """Everything that answers a request."""

    settings: Settings
    sign_in: SignIn
    audit: Audit
    redis: RedisServer
    providers: Mapping[str, OpenIdProvider]
    platforms: Mapping[str, BigCommerce]
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
        return states | {f"stores.{name}": platform.state for name, platform in self.platforms.items()}

    def start_background(self) -> None:
        """Measures the stores' clocks before the first shopper comes, and keeps measuring."""
        for platform in self.platforms.values():
            platform.start()

    def checks(self) -> list[Checked]:
        """Everything a check-up asks once."""
        return [
            self.redis,
            *(ProviderCheck(provider, self.now) for provider in self.providers.values()),
            *self.platforms.values(),
        ]


def wire(
    settings: Settings,
    *,
    now: Callable[[], float],
    monotonic: Callable[[], float],
    pause: Callable[[float], None],
    turnstile: Turnstile | None = None,
) -> Bridge:
    """A bridge on real Redis and real HTTP. Opens no connection yet.

    `turnstile`: where a request's thread steps aside while it waits for others.
    """
    redis = RedisServer(settings.redis.url.reveal())
    keys = Keys(settings.redis.prefix)
    seal = Seal(settings.server.cookie_keys, "session")
    connections = {name: _connection(name, one, settings) for name, one in settings.connections.items()}
    stores = {name: _store(name, one) for name, one in settings.stores.items()}
    http = _Http(settings, turnstile)
    providers = {
        name: OpenIdProvider(
            connection, http.towards_provider(settings.connections[name]), now, monotonic, _token
        )
        for name, connection in connections.items()
    }
    platforms = {
        name: _bigcommerce(f"stores.{name}", one, http.towards_stores, now, monotonic)
        for name, one in settings.stores.items()
    }
    sign_ins = RedisSignIns(redis, keys, seal, pause)
    sign_in = SignIn(
        stores=stores,
        connections=connections,
        providers=providers,
        platforms=platforms,
        attempts=RedisAttempts(redis, keys, settings.server.attempt_lifetime),
        sign_ins=sign_ins,
        customers=Customers(
            stores=stores, connections=connections, platforms=platforms, sign_ins=sign_ins, now=now
        ),
        now=now,
        token=_token,
        pause=pause,
    )
    return Bridge(
        settings=settings,
        sign_in=sign_in,
        audit=RedisAudit(redis, keys),
        redis=redis,
        providers=providers,
        platforms=platforms,
        public_keys=published(connections.values()),
        now=now,
        monotonic=monotonic,
        token=_token,
    )


def _token() -> str:
    """256 random bits; also long enough for a PKCE verifier (RFC 7636 4.1: 43 characters)."""
    return secrets.token_urlsafe(32)


class _Http:
    """HTTP clients: those who may trust the same share one, and so its connections."""

    def __init__(self, settings: Settings, turnstile: Turnstile | None) -> None:
        self._turnstile = turnstile
        self._development = settings.server.development
        self._clients: dict[Trust, HttpClient] = {}
        self.towards_stores: Http = self._client(private=False, ca_file="")

    def towards_provider(self, connection: ConnectionSettings) -> Http:
        return self._client(private=connection.allow_private_network, ca_file=connection.ca_file)

    def _client(self, *, private: bool, ca_file: str) -> HttpClient:
        trust = Trust(
            private_network=private,
            loopback=self._development,
            plain_http=self._development,
            ca_file=ca_file,
        )
        return self._clients.setdefault(trust, HttpClient(trust, self._turnstile))


def _connection(name: str, given: ConnectionSettings, settings: Settings) -> Connection:
    return Connection(
        name=name,
        label=given.label or name,
        issuer=given.issuer,
        client_id=given.client_id,
        redirect_uri=f"{settings.server.public_url}/callback/{name}",
        client_secrets=given.client_secret,
        client_keys=given.client_keys,
        client_auth=given.client_auth,
        scopes=given.scopes,
        domains=given.domains,
        signing_algs=given.signing_algs,
        email_trust=given.email_trust,
        response_mode=given.response_mode,
        userinfo=given.userinfo,
        clock_tolerance=given.clock_tolerance,
        development=settings.server.development,
    )


def _store(name: str, given: StoreSettings) -> Store:
    policy = CustomerPolicy(
        claim=given.customers.claim, match_email=given.customers.match_email, create=given.customers.create
    )
    return Store(
        name=name, platform=given.platform, url=given.url, connections=given.connections, customers=policy
    )


def _bigcommerce(
    subject: str, given: StoreSettings, http: Http, now: Callable[[], float], monotonic: Callable[[], float]
) -> BigCommerce:
    account = given.bigcommerce
    if account is None:
        raise ValueError(f"{subject}.bigcommerce is missing")  # settings never let this through
    return PLATFORMS[given.platform](
        given.url,
        Account(
            store_hash=account.store_hash,
            client_id=account.client_id,
            client_secret=account.client_secret,
            access_token=account.access_token,
            channel_id=account.channel_id,
            api_url=account.api_url,
        ),
        http,
        now,
        monotonic,
        subject,
    )
