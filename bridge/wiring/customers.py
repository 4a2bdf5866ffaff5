"""The customer map for the commands, which need Redis and neither providers nor stores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bridge.domain.audit_chain import AuditKeys
from bridge.domain.connection import Connection
from bridge.domain.link_rows import Became, EmailRow, LinkRow
from bridge.flows.blocking import Blocking
from bridge.flows.by_hand import ByHand
from bridge.flows.customer_import import Into
from bridge.flows.ending import SessionEnder
from bridge.flows.erasing import Erasing
from bridge.flows.pending import Pending
from bridge.flows.sessions_by_hand import SessionsByHand
from bridge.settings import Settings
from bridge.settings.store import OFFERS
from bridge.state.blocks import RedisBlocks
from bridge.state.endings import RedisEndings
from bridge.state.erasure import RedisErasure
from bridge.state.import_marks import RedisImportMarks
from bridge.state.keys import Keys
from bridge.state.link_preview import LinkPreview
from bridge.state.link_records import email_digest
from bridge.state.links import RedisLinks
from bridge.state.pending import RedisPending
from bridge.state.sealing import Seal
from bridge.state.sessions import RedisSessions
from bridge.wiring.connections import connection_of
from bridge.wiring.redis import redis_server


@dataclass(frozen=True, slots=True)
class _StoreMap:
    """See `Into`: the map of one store."""

    map: RedisLinks
    store: str

    def links(self, rows: Sequence[LinkRow]) -> Sequence[Became]:
        return self.map.import_links(self.store, rows)

    def emails(self, rows: Sequence[EmailRow]) -> Sequence[Became]:
        return self.map.import_emails(self.store, rows)


@dataclass(frozen=True, kw_only=True)
class CustomerMap:
    """Everything that `bridge customers` and `bridge sessions` work with."""

    connections: Mapping[str, Sequence[Connection]]  # by store
    customer_ids: Mapping[str, Callable[[str], bool]]  # by store: whether a word can be a customer's id
    links: RedisLinks
    pending: Pending
    blocks: RedisBlocks
    blocking: Blocking
    by_hand: ByHand
    sessions: SessionsByHand
    erasing: Erasing
    marks: RedisImportMarks
    email_digest: Callable[[str], str]
    preview: Callable[[str], Into]  # by store
    note: Callable[..., None]  # an audit event by this operator: see `Erasure.note`
    close: Callable[[], None]

    def into(self, store: str) -> Into:
        """Where an import's rows go."""
        return _StoreMap(self.links, store)


def wire_customers(settings: Settings, *, now: Callable[[], float], by: str = "") -> CustomerMap:
    """Opens no connection yet. `by`: who gives the commands, for the audit."""
    redis = redis_server(settings.redis)
    keys = Keys(settings.redis.prefix, 2 * settings.server.audit_length)
    connections = {name: connection_of(name, one, settings) for name, one in settings.connections.items()}
    links, cases = RedisLinks(redis, keys), RedisPending(redis, keys)
    erasure = RedisErasure(redis, keys, AuditKeys(settings.server.cookie_keys), by)
    blocks = RedisBlocks(redis, keys, links, by)
    sessions = RedisSessions(redis, keys, Seal(settings.server.cookie_keys, "session"), now)
    endings = RedisEndings(redis, keys)
    ender = SessionEnder(sessions=sessions, endings=endings, links=links, now=now)
    return CustomerMap(
        connections={
            name: [connections[one] for one in store.connections] for name, store in settings.stores.items()
        },
        customer_ids={name: OFFERS[store.platform].is_customer_id for name, store in settings.stores.items()},
        links=links,
        pending=Pending(cases=cases, links=links, now=now),
        blocks=blocks,
        blocking=Blocking(blocks=blocks, links=links, ender=ender),
        by_hand=ByHand(links=links, cases=cases, blocks=blocks, erasure=erasure, ender=ender, now=now),
        sessions=SessionsByHand(sessions=sessions, links=links, ender=ender),
        erasing=Erasing(links=links, cases=cases, erasure=erasure, ender=ender, endings=endings),
        marks=RedisImportMarks(redis, keys),
        email_digest=email_digest,
        preview=lambda store: LinkPreview(redis, keys, store),
        note=erasure.note,
        close=redis.close,
    )
