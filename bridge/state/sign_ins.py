"""Sign-ins in Redis: a session for a link that stands, and how the attempt ended."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from bridge.domain.attempt import Ticket
from bridge.domain.customer import Customer, Due, Link, Note, Stale
from bridge.domain.deadline import Deadline
from bridge.domain.identity import IdentityKey
from bridge.domain.limits import OUTCOME_LIFE
from bridge.domain.outcome import Outcome
from bridge.domain.ports import Occasion
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import Session
from bridge.domain.story import Story
from bridge.state.decisions import DETAIL_LENGTH, NAMED, Decisions, named
from bridge.state.growing import FINDING_ONE, GROWING
from bridge.state.keys import Keys, digest, links_of
from bridge.state.link_notes import NO_NOTE, NOTE_HEAD, PROFILE, note_read, note_text
from bridge.state.link_records import HEAD, customer_of
from bridge.state.links import RedisLinks
from bridge.state.locks import RedisLocks
from bridge.state.records import ENDED, outcome_tail
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer, Script
from bridge.state.session_records import session_text

#: What the scripts say of somebody who may not sign in; no link begins so.
BLOCKED = "!"

#: The first half of a returning customer's sign-in, in the identity's slot: without a link nothing.
_KNOWN = f"""
if redis.call('HEXISTS', KEYS[4], ARGV[1]) == 1 then return '{BLOCKED}' end
local link = redis.call('HGET', at(KEYS[1], ARGV[1]), ARGV[1])
if not link then return false end
local customer = string.sub(link, {HEAD + 1})
"""

#: In stores that map or verify customers: a note that is not as it is due ends it here, with nothing written.
#: A note is of one customer: what another one was told of counts for nothing.
_NOTED = f"""
local notes = at(KEYS[5], ARGV[1])
local note = redis.call('HGET', notes, ARGV[1])
if ARGV[8] ~= '' then
  redis.call('HSET', notes, ARGV[1], ARGV[8] .. customer)
  if not note then grew(KEYS[5], notes) end
else
  if not note or string.sub(note, {NOTE_HEAD + 1}) ~= customer then note = '{NO_NOTE}' end
  local stale = ARGV[6] ~= '' and string.sub(note, 1, {PROFILE}) ~= ARGV[6]
  if stale or tonumber(string.sub(note, {PROFILE + 1}, {NOTE_HEAD})) < tonumber(ARGV[7]) then
    return {{link, note}}
  end
end
"""

#: Most people have no other session. Where they have, those that are over go last: an empty set would be
#: gone, and its expiry with it.
_SESSION = """
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
local life, left = ARGV[9] - ARGV[4], redis.call('TTL', KEYS[3])
redis.call('ZADD', KEYS[3], ARGV[9], ARGV[5])
if left ~= -2 then redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[4]) end
if left < life then redis.call('EXPIRE', KEYS[3], life) end
"""

#: The second half, in the slots of the attempt, of the audit and of the provider's own session.
_END = """
local who = named(customer)
redis.call('SET', KEYS[6], 'O' .. customer .. ' ' .. ARGV[10], 'EX', ARGV[11])
redis.call('XADD', KEYS[7], 'MAXLEN', '~', ARGV[12], '*', 'event', 'signed_in', 'reference', ARGV[13],
  'store', ARGV[14], 'connection', ARGV[15], 'identity', ARGV[1], 'customer', who)
if ARGV[16] ~= '0' then
  redis.call('XADD', KEYS[8], 'MAXLEN', '~', ARGV[16], '*', 'u', who, unpack(ARGV, 17))
end
if KEYS[9] then
  redis.call('SADD', KEYS[9], ARGV[1])
  if redis.call('TTL', KEYS[9]) < life then redis.call('EXPIRE', KEYS[9], life) end
end
"""

_RECORD = Script(NAMED + FINDING_ONE + _KNOWN + _SESSION + _END + "return link")
_RECORD_FIRST_HALF = Script(FINDING_ONE + _KNOWN + _SESSION + "return link")
_NOTED_RECORD = Script(NAMED + GROWING + _KNOWN + _NOTED + _SESSION + _END + "return link")
_NOTED_FIRST_HALF = Script(GROWING + _KNOWN + _NOTED + _SESSION + "return link")


class RedisSignIns:
    """See the port `SignIns`."""

    def __init__(
        self,
        server: RedisServer,
        keys: Keys,
        seal: Seal,
        pause: Callable[[float], None],
        links: RedisLinks | None = None,
        decisions: Decisions | None = None,
    ) -> None:
        self._decisions = decisions or Decisions(keys, 0)
        self._server = server
        self._keys = keys
        self._seal = seal
        self._links = links or RedisLinks(server, keys)
        self._locks = RedisLocks(server, keys, pause)

    def record(
        self,
        ticket: Ticket,
        session: Session,
        due: Due | None = None,
        note: Note | None = None,
        story: Story | None = None,
    ) -> Customer | Stale | None:
        found = self._record(ticket, session, due, note, story)
        if found is None and self._links.is_there_after_all(session.identity.digest, session.store):
            found = self._record(ticket, session, due, note, story)
        if found == BLOCKED:
            raise Refused(Reason.CUSTOMER_BLOCKED, "an operator blocked this identity, or its customer")
        if isinstance(found, list):
            link, told = found
            return Stale(customer=Customer(customer_of(link)), note=note_read(told))
        return Customer(customer_of(found)) if found else None

    def is_blocked(self, identity: IdentityKey, store: str) -> bool:
        return bool(self._server.command("HEXISTS", self._keys.blocked(identity, store), identity.digest))

    def remark(
        self, occasion: Occasion, identity: IdentityKey, event: str, customer: str, detail: str
    ) -> None:
        with suppress(Refused):  # the log line has it; an audit that fails must not end a sign-in
            self._server.command(
                "XADD", self._keys.audit, "MAXLEN", "~", self._keys.audit_most, "*", "event", event,
                "reference", occasion.reference, "store", occasion.store, "connection", occasion.connection,
                "identity", identity.digest, "customer", named(customer), "detail", detail[:DETAIL_LENGTH],
            )  # fmt: skip

    def link(self, link: Link, fence: str = "") -> bool:
        return self._links.link(link, fence)

    def creating(
        self, store: str, identity: IdentityKey, email: str, deadline: Deadline
    ) -> AbstractContextManager[str]:
        return self._locks.creating(store, identity, email, deadline)

    def _record(
        self, ticket: Ticket, session: Session, due: Due | None, note: Note | None, story: Story | None
    ) -> str | list[str] | None:
        """The link, with the sign-in recorded; None without one, and nothing is. For others see the scripts.

        On a Cluster in two trips. A bridge that dies between them leaves a session that no browser has
        a cookie for, until it ends by itself: its callback, repeated, finds the attempt taken and
        begins a new one. Not the other way round: an outcome must not tell of a session that is not there.
        """
        identity, keys, session_id = session.identity, self._keys, digest(session.id)
        outcome = Outcome(
            store=ticket.store, return_to=ticket.return_to, session=session.handle, identity=identity
        )
        own_keys = (
            links_of(keys, identity, session.store),
            keys.session(identity, session_id, digested=True),
            keys.sessions(identity),
            keys.blocked(identity, session.store),
            keys.notes(identity, session.store),
        )
        told, reference = self._decisions, ticket.reference
        words: tuple[str, ...] = ()
        if told.length and story is not None:
            words = told.words("signed_in", reference, session.store, session.connection, story)
        ending: tuple[str, ...] = (keys.attempt(ticket.state), keys.audit, told.key)
        if session.sid:
            ending += (keys.sid(session.connection, session.sid),)
        arguments = (
            identity.digest,
            session_text(session, self._seal),
            session.life(session.created_at),
            session.created_at,
            session_id,
            due.profile if due else "",
            due.seen_since if due else 0,
            note_text(note) if note else "",
            session.ends_at,
        )
        noted = due is not None or note is not None
        tail = outcome_tail(outcome)
        if not self._server.clustered:
            whole: str | list[str] | None = self._server.run(
                _NOTED_RECORD if noted else _RECORD, own_keys + ending, *arguments,
                tail, OUTCOME_LIFE, keys.audit_most, reference, session.store, session.connection,
                told.length if words else 0, *words,
            )  # fmt: skip
            return whole
        first = _NOTED_FIRST_HALF if noted else _RECORD_FIRST_HALF
        link: str | list[str] | None = self._server.run(first, own_keys, *arguments)
        if isinstance(link, str) and link != BLOCKED:
            customer = customer_of(link)
            self._server.each(
                ("SET", ending[0], f"{ENDED}{customer} {tail}", "EX", OUTCOME_LIFE),
                (
                    "XADD", ending[1], "MAXLEN", "~", keys.audit_most, "*", "event", "signed_in",
                    "reference", reference, "store", session.store,
                    "connection", session.connection, "identity", identity.digest,
                    "customer", named(customer),
                ),
                *((told.command("u", named(customer), *words),) if words else ()),
                *(
                    command
                    for name in ending[3:]
                    for command in (
                        ("SADD", name, identity.digest),
                        ("EXPIRE", name, session.ends_at - session.created_at),
                    )
                ),
            )  # fmt: skip
        return link
