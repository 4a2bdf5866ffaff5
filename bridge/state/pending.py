"""Cases for the operator, in Redis: a bounded queue for each store."""

import json
from contextlib import suppress

from bridge.domain.compact_json import compact
from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.pending import MOST_CANDIDATES, PendingCase
from bridge.domain.refusal import Reason, Refused
from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script

MOST = 1000  # cases of a store; the one that would be forgotten first makes room
PENDING_LIFE = 30 * 86400
REJECTED_LIFE = 365 * 86400

#: KEYS: cases, ends. ARGV: identity, case (a JSON array that begins with times, first, rejected), now,
#: life of a pending case, life of a rejected one, most. The same attempt counted twice is no harm.
_ADD = Script("""
local function forget(gone)
  if #gone == 0 then return end
  redis.call('HDEL', KEYS[1], unpack(gone))
  redis.call('ZREM', KEYS[2], unpack(gone))
end
forget(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[3], 'LIMIT', 0, 1000))
local case = cjson.decode(ARGV[2])
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held then
  held = cjson.decode(held)
  case[1], case[2], case[3] = held[1] + 1, held[2], held[3]
end
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(case))
redis.call('ZADD', KEYS[2], ARGV[3] + ARGV[case[3] == 1 and 5 or 4], ARGV[1])
local more = redis.call('ZCARD', KEYS[2]) - ARGV[6]
if more > 0 then forget(redis.call('ZRANGE', KEYS[2], 0, more - 1)) end
return 1
""")

#: KEYS: the same. ARGV: identity, life of a rejected case, now.
_REJECT = Script("""
local held = redis.call('HGET', KEYS[1], ARGV[1])
if not held then return 0 end
local case = cjson.decode(held)
case[3] = 1
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(case))
redis.call('ZADD', KEYS[2], ARGV[3] + ARGV[2], ARGV[1])
return 1
""")

_DROP = Script("redis.call('ZREM', KEYS[2], ARGV[1]) return redis.call('HDEL', KEYS[1], ARGV[1])")


class RedisPending:
    """See the port `PendingCases`."""

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys

    def add(self, case: PendingCase) -> None:
        with suppress(Refused):  # the sign-in is refused either way, and the audit says why
            self._server.run(
                _ADD, self._keys.pending(case.store), case.identity.digest, _text(case), case.last,
                PENDING_LIFE, REJECTED_LIFE, MOST,
            )  # fmt: skip

    def all(self, store: str) -> list[PendingCase]:
        cases, _ = self._keys.pending(store)
        found = [_read(store, text) for text in self._server.command("HVALS", cases)]
        return sorted(found, key=lambda case: -case.last)

    def find(self, store: str, identity: str) -> PendingCase | None:
        cases, _ = self._keys.pending(store)
        text = self._server.command("HGET", cases, identity)
        return _read(store, text) if text else None

    def reject(self, store: str, identity: str) -> bool:
        case = self.find(store, identity)
        keys = self._keys.pending(store)
        return bool(case and self._server.run(_REJECT, keys, identity, REJECTED_LIFE, case.last))

    def drop(self, store: str, identity: str) -> bool:
        return bool(self._server.run(_DROP, self._keys.pending(store), identity))


def _text(case: PendingCase) -> str:
    candidates = " ".join(candidate.id for candidate in case.candidates[:MOST_CANDIDATES])
    who = [case.connection, case.identity.issuer, case.identity.subject]
    head = [case.times, case.first, int(case.rejected), case.last]
    return compact([*head, *who, case.reason.value, candidates])


def _read(store: str, text: str) -> PendingCase:
    times, first, rejected, last, connection, issuer, subject, reason, candidates = json.loads(text)
    return PendingCase(
        store=store,
        connection=connection,
        identity=IdentityKey(issuer, subject),
        reason=Reason(reason),
        candidates=tuple(Customer(candidate) for candidate in candidates.split()),
        first=int(first),
        last=int(last),
        times=int(times),
        rejected=bool(rejected),
    )
