"""The audit for commands: one event written, or all of it read."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bridge.domain.audit_chain import AuditKeys
from bridge.domain.refusal import Refused
from bridge.settings import Settings
from bridge.state.audit_seals import RedisAuditSeals
from bridge.state.erasure import RedisErasure
from bridge.state.keys import Keys
from bridge.wiring.redis import redis_server


@dataclass(frozen=True, kw_only=True)
class AuditReading:
    """What `bridge audit` works with."""

    log: RedisAuditSeals
    keys: AuditKeys
    close: Callable[[], None]


def wire_audit(settings: Settings, *, now: Callable[[], float]) -> AuditReading:
    """Opens no connection yet."""
    redis, keys = redis_server(settings.redis), AuditKeys(settings.server.cookie_keys)
    log = RedisAuditSeals(redis, Keys(settings.redis.prefix), keys, now)
    return AuditReading(log=log, keys=keys, close=redis.close)


def note(settings: Settings, by: str, event: str, **told: str) -> None:
    """Writes one event of an operator's. Where Redis cannot be asked nothing is written."""
    redis = redis_server(settings.redis)
    audit = RedisErasure(redis, Keys(settings.redis.prefix), AuditKeys(settings.server.cookie_keys), by)
    try:
        with suppress(Refused):
            audit.note(event, **told)
    finally:
        redis.close()


def mark(settings: Settings) -> str:
    """Sixteen digits by which a configuration is known again; secrets do not count, and none can be told."""
    return AuditKeys(settings.server.cookie_keys).code(repr(settings))[:16]
