"""Links and sessions in Redis."""

import json
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from bridge.domain.attempt import Ticket
from bridge.domain.customer import Customer, Link
from bridge.domain.deadline import Deadline
from bridge.domain.limits import LOCK_LIFE, OUTCOME_LIFE, SESSION_LIFE
from bridge.domain.outcome import Outcome
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import Session
from bridge.state.keys import AUDIT_LENGTH, MAX_HINT, Keys, digest
from bridge.state.records import link_text, linked_customer, outcome_tail
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer, Script

#: The whole end of a returning customer's sign-in: without a link nothing is written.
_RECORD = Script("""
local link = redis.call('GET', KEYS[1])
if not link then return false end
local customer = string.match(link, '^%S+ (%S+)')
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[3] + ARGV[2], ARGV[4])
redis.call('EXPIRE', KEYS[3], ARGV[2])
redis.call('SET', KEYS[4], 'O' .. customer .. ' ' .. ARGV[5], 'EX', ARGV[6])
redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[7], '*', 'event', 'signed_in', 'reference', ARGV[8],
  'store', ARGV[9], 'connection', ARGV[10], 'identity', ARGV[11], 'customer', customer)
return link
""")

#: Both sides or none. A customer has one identity of a connection; asking again is no harm.
_LINK = Script("""
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
local holder = redis.call('HGET', KEYS[2], ARGV[1])
if holder and holder ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('SET', KEYS[1], ARGV[3])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], '*', 'event', 'linked', 'store', ARGV[5],
  'connection', ARGV[1], 'identity', ARGV[2], 'customer', ARGV[6], 'evidence', ARGV[7])
return 1
""")

#: Asking again for a lock that one holds already is no harm: the first answer may have got lost.
_LOCK = Script("""
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
""")

#: Only the holder lets go: a lock that ran out may be somebody else's by now.
_RELEASE = Script(
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
)


class RedisSignIns:
    """See the port `SignIns`."""

    def __init__(self, server: RedisServer, keys: Keys, seal: Seal, pause: Callable[[float], None]) -> None:
        self._server = server
        self._keys = keys
        self._seal = seal
        self._pause = pause

    def record(self, ticket: Ticket, session: Session) -> Customer | None:
        identity, keys = session.identity, self._keys
        outcome = Outcome(store=ticket.store, return_to=ticket.return_to, session=session.handle)
        link = self._server.run(
            _RECORD,
            (
                keys.link(identity, session.store),
                keys.session(identity, session.id),
                keys.sessions(identity),
                keys.attempt(ticket.state),
                keys.audit,
            ),
            self._session_text(session),
            SESSION_LIFE,
            session.created_at,
            digest(session.id),
            outcome_tail(outcome),
            OUTCOME_LIFE,
            AUDIT_LENGTH,
            ticket.reference,
            session.store,
            session.connection,
            identity.digest,
        )
        return linked_customer(link) if link else None

    def link(self, link: Link) -> bool:
        linked = self._server.run(
            _LINK,
            (
                self._keys.link(link.identity, link.store),
                self._keys.held(link.store, link.customer),
                self._keys.audit,
            ),
            link.connection,
            link.identity.digest,
            link_text(link),
            AUDIT_LENGTH,
            link.store,
            link.customer.id,
            link.evidence,
        )
        return bool(linked)

    @contextmanager
    def creating(self, store: str, email: str, deadline: Deadline) -> Iterator[None]:
        key, holder = self._keys.lock(store, email), secrets.token_hex(16)
        while not self._server.run(_LOCK, (key,), holder, LOCK_LIFE):
            if deadline.remaining() < 1:
                raise Refused(Reason.CUSTOMER_BUSY)
            self._pause(0.05)
        try:
            yield
        finally:
            with suppress(Refused):  # the lock ends by itself; the customer is safe by now
                self._server.run(_RELEASE, (key,), holder)

    def _session_text(self, session: Session) -> str:
        hint = session.id_token.reveal()
        sealed = b64encode(self._seal.close(hint)).decode() if len(hint) <= MAX_HINT else ""
        fields = [
            session.store,
            session.connection,
            session.identity.issuer,
            session.identity.subject,
            session.sid,
            session.created_at,
            sealed,
        ]
        return json.dumps(fields, separators=(",", ":"))
