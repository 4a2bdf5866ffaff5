"""The bridge as it answers requests: everything it needs, put together."""

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.domain.base64url import encoded
from bridge.domain.ending_work import EndingQueue
from bridge.domain.measuring import NOT_MEASURED, Measures
from bridge.domain.ports import Audit
from bridge.domain.session_ports import Sessions
from bridge.domain.store_platform import StorePlatform, issues
from bridge.flows.after_ending import AfterEnding, Receiver
from bridge.flows.customers import Customers
from bridge.flows.dry_sign_in import DrySignIn
from bridge.flows.ending import SessionEnder
from bridge.flows.limits import Limits
from bridge.flows.profiles import Profiles
from bridge.flows.provider_sign_out import ProviderSignOut
from bridge.flows.session_status import SessionStatus
from bridge.flows.sign_in import SignIn
from bridge.flows.sign_out import SignOut
from bridge.flows.token import TokenEndpoint
from bridge.idp.client_keys import published
from bridge.idp.keeper import Keeper
from bridge.idp.provider import OpenIdProvider
from bridge.net.bulkhead import PLACES, Bulkheads
from bridge.net.lane import Lane
from bridge.settings import Settings
from bridge.state.attempts import RedisAttempts
from bridge.state.audit import RedisAudit
from bridge.state.codes import RedisCodes
from bridge.state.decisions import Decisions
from bridge.state.documents import RedisDocuments
from bridge.state.dry_sign_ins import RedisDrySignIns
from bridge.state.endings import RedisEndings
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks
from bridge.state.pending import RedisPending
from bridge.state.renewals import RedisRenewals
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer
from bridge.state.sessions import RedisSessions
from bridge.state.sign_ins import RedisSignIns
from bridge.state.sign_out_notices import RedisSignOutNotices
from bridge.state.throttle import RedisThrottle
from bridge.wiring.attempts import attempt_seal
from bridge.wiring.audit_sealer import AuditSealer, sealer_of
from bridge.wiring.connections import HttpClients, connection_of
from bridge.wiring.counted_ender import CountedEnder
from bridge.wiring.ending_worker import EndingWorker
from bridge.wiring.platforms import platforms_of, signing_out
from bridge.wiring.redis import redis_server
from bridge.wiring.stores import delivery_by, store_of
from bridge.wiring.webhooks import receivers_of


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """Everything that answers a request."""

    settings: Settings
    sign_in: SignIn
    sign_out: SignOut
    dry_sign_in: DrySignIn
    token_endpoint: TokenEndpoint
    session_status: SessionStatus
    sessions: Sessions
    ender: SessionEnder
    provider_sign_out: ProviderSignOut
    endings: EndingQueue
    audit: Audit
    redis: RedisServer
    providers: Mapping[str, OpenIdProvider]
    platforms: Mapping[str, StorePlatform]
    lanes: Mapping[str, Lane]  # by what the other side is called in the configuration
    receivers: Mapping[str, Receiver]  # of the stores that have a webhook
    documents: RedisDocuments
    keeper: Keeper
    ending_worker: EndingWorker
    audit_sealer: AuditSealer
    limits: Limits
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
        """Before the first shopper comes, and from then on: the stores' clocks, the providers' documents,
        and what is to be done about sessions that ended.
        """
        self.keeper.start()
        self.ending_worker.start()
        self.audit_sealer.start()
        for platform in self.platforms.values():
            platform.start()

    def stop_background(self) -> None:
        """Another one takes over; requests that are under way end here."""
        self.keeper.stop()
        self.ending_worker.stop()
        self.audit_sealer.stop()


def wire(
    settings: Settings,
    *,
    now: Callable[[], float],
    monotonic: Callable[[], float],
    pause: Callable[[float], None],
    provider: type[OpenIdProvider] = OpenIdProvider,
    measures: Measures = NOT_MEASURED,
) -> Bridge:
    """A bridge on real Redis and real HTTP. Opens no connection yet.

    `provider`: what speaks with identity providers; a dry sign-in has one that remembers what it saw.
    `measures`: hears of calls and of sessions that ended.
    """
    redis = redis_server(settings.redis)
    keys = Keys(settings.redis.prefix, 2 * settings.server.audit_length)
    seal = Seal(settings.server.cookie_keys, "session")
    decisions = Decisions(keys, settings.server.decisions)
    connections = {name: connection_of(name, one, settings) for name, one in settings.connections.items()}
    stores = {name: store_of(name, one) for name, one in settings.stores.items()}
    http = HttpClients(settings)
    bulkheads = Bulkheads(PLACES)
    lanes = {
        subject: Lane(way_out, bulkheads, subject, now, monotonic, measures)
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
    platforms = platforms_of(settings, lanes, now, monotonic, pause, _token)
    links = RedisLinks(redis, keys)
    sign_ins = RedisSignIns(redis, keys, seal, pause, links, decisions)
    sessions, endings = RedisSessions(redis, keys, seal, now), RedisEndings(redis, keys)
    ender = CountedEnder(sessions=sessions, endings=endings, links=links, now=now, measures=measures)
    profiles = Profiles(
        stores=stores,
        connections=connections,
        platforms=platforms,
        sign_ins=sign_ins,
        links=links,
        now=now,
        ender=ender,
    )
    renewals = RedisRenewals(redis, keys, Seal(settings.server.cookie_keys, "refresh token"), now, _token)
    issuers = {name: one for name, one in platforms.items() if issues(one)}
    throttle = RedisThrottle(redis, keys)
    limits = Limits(throttle, monotonic, **settings.server.limits.model_dump())
    receivers = receivers_of(settings, http, now, monotonic, measures)
    codes = RedisCodes(redis, keys, decisions)
    sign_in = SignIn(
        stores=stores,
        connections=connections,
        providers=providers,
        deliveries={
            name: delivery_by(one, platforms[name], codes, now, _token) for name, one in stores.items()
        },
        attempts=RedisAttempts(
            redis, keys, settings.server.attempt_lifetime, attempt_seal(settings.server, now), decisions
        ),
        sessions=sessions,
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
        limits=limits,
    )
    return Bridge(
        settings=settings,
        sign_in=sign_in,
        sign_out=SignOut(
            stores=stores,
            connections=connections,
            providers=providers,
            platforms=signing_out(platforms, stores),
            sessions=sessions,
            ender=ender,
            links=links,
            public_url=settings.server.public_url,
            now=now,
            token=_token,
            limits=limits,
        ),
        dry_sign_in=DrySignIn(
            providers=providers,
            dry_sign_ins=RedisDrySignIns(redis, keys, Seal(settings.server.cookie_keys, "dry sign-in")),
            now=now,
            token=_token,
        ),
        token_endpoint=TokenEndpoint(
            stores=stores,
            issuers=issuers,
            codes=codes,
            renewals=renewals,
            throttle=throttle,
            profiles=profiles,
        ),
        session_status=SessionStatus(
            stores=stores, sessions=sessions, links=links, throttle=throttle, now=now
        ),
        sessions=sessions,
        ender=ender,
        provider_sign_out=ProviderSignOut(
            connections=connections,
            providers=providers,
            sessions=sessions,
            notices=RedisSignOutNotices(redis, keys),
            ender=ender,
        ),
        endings=endings,
        audit=RedisAudit(redis, keys, decisions),
        redis=redis,
        providers=providers,
        platforms=platforms,
        lanes=lanes,
        receivers=receivers,
        documents=documents,
        keeper=Keeper(
            {name: provider.published for name, provider in providers.items()}, documents, monotonic
        ),
        ending_worker=EndingWorker(
            endings,
            AfterEnding(
                queue=endings,
                sessions=sessions,
                renewals=renewals,
                issuers=issuers,
                receivers=receivers,
                now=now,
                monotonic=monotonic,
                random=random.random,
            ).do,
        ),
        limits=limits,
        audit_sealer=sealer_of(settings, redis, keys, decisions, now),
        public_keys=published(connections.values()),
        now=now,
        monotonic=monotonic,
        token=_token,
    )


def _token() -> str:
    """256 random bits; also long enough for a PKCE verifier (RFC 7636 4.1: 43 characters)."""
    return encoded(os.urandom(32))
