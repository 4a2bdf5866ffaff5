"""The queue of sessions that ended, in Redis: records by id, and beside them when each is due.

All of it is in one slot. A record is put there once, whoever announces it and however often, since its id
is the session's; what a process takes is due again after a while, so that what one that died held is
taken up by another. Times are the server's own: processes whose clocks differ do not work against each
other.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from bridge.domain.compact_json import compact
from bridge.domain.ending_work import CLAIM_LIFE, HEAD_START, MOST_DEAD, Count, EndingWork, Waiting
from bridge.domain.refusal import Refused
from bridge.domain.session import SessionRef
from bridge.domain.session_ports import Ending
from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script

_NOW = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
"""

#: KEYS: records, due times. ARGV: id, record, seconds of the head start.
_ANNOUNCE = Script(
    _NOW
    + """
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
end
"""
)

#: ARGV: how many, seconds of the claim.
_TAKE = Script(
    _NOW
    + """
local taken = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local record = redis.call('HGET', KEYS[1], id)
  if record then
    redis.call('ZADD', KEYS[2], now + ARGV[2], id)
    taken[#taken + 1] = record
  else
    redis.call('ZREM', KEYS[2], id)
  end
end
return taken
"""
)

#: ARGV: id, record, seconds.
_PUT_BACK = Script(
    _NOW
    + """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
end
"""
)

_FINISH = Script("""
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
""")

#: KEYS: records, due times, the dead, when they died. ARGV: id, record, how many dead are kept.
_GIVE_UP = Script(
    _NOW
    + """
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[4], now, ARGV[1])
for _, id in ipairs(redis.call('ZRANGE', KEYS[4], 0, -ARGV[3] - 1)) do
  redis.call('ZREM', KEYS[4], id)
  redis.call('HDEL', KEYS[3], id)
end
"""
)

#: The same keys. ARGV: id. A record as it stands, `since` and `attempts` are its first two words.
_REVIVE = Script(
    _NOW
    + """
local record = redis.call('HGET', KEYS[3], ARGV[1]) or redis.call('HGET', KEYS[1], ARGV[1])
if not record then return 0 end
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
record = string.gsub(record, '^%d+ %d+', time[1] .. ' 0')
redis.call('HSET', KEYS[1], ARGV[1], record)
redis.call('ZADD', KEYS[2], now, ARGV[1])
return 1
"""
)

_FORGET = Script("""
redis.call('ZREM', KEYS[4], ARGV[1])
return redis.call('HDEL', KEYS[3], ARGV[1])
""")


class RedisEndings:
    """See the port `EndingQueue`."""

    def __init__(
        self, server: RedisServer, keys: Keys, claim: float = CLAIM_LIFE, head_start: float = HEAD_START
    ) -> None:
        """`claim`: seconds for which what was taken is nobody else's."""
        self._server = server
        self._open = keys.endings[:2]
        self._all = keys.endings[:4]
        self._counts = keys.endings[4]
        self._claim = claim
        self._head_start = head_start

    def announce(self, ending: Ending) -> None:
        work = EndingWork(ending=ending, since=int(ending.at))
        self._server.keep(_ANNOUNCE, self._open, work.id, _text(work), str(self._head_start))

    def take(self, most: int) -> Sequence[EndingWork]:
        return [_work(text) for text in self._server.run(_TAKE, self._open, most, str(self._claim))]

    def put_back(self, work: EndingWork, seconds: float) -> None:
        self._server.run(_PUT_BACK, self._open, work.id, _text(work), str(seconds))

    def finish(self, work: EndingWork) -> None:
        self._server.run(_FINISH, self._open, work.id)

    def give_up(self, work: EndingWork) -> None:
        self._server.run(_GIVE_UP, self._all, work.id, _text(work), MOST_DEAD)

    def waiting(self, most: int = 1000) -> Sequence[Waiting]:
        records, due = self._open
        found = self._server.command("ZRANGE", due, 0, most - 1, "WITHSCORES")
        times = {str(name): int(float(at)) for name, at in _pairs(found)}
        texts = self._server.command("HMGET", records, *times) if times else []
        return [Waiting(_work(text), at) for text, at in zip(texts, times.values(), strict=True) if text]

    def dead(self) -> Sequence[EndingWork]:
        _, _, records, died = self._all
        ids = self._server.command("ZREVRANGE", died, 0, -1)
        texts = self._server.command("HMGET", records, *ids) if ids else []
        return [_work(text) for text in texts if text]

    def revive(self, ids: Collection[str]) -> int:
        return sum(int(self._server.run(_REVIVE, self._all, one)) for one in ids)

    def forget(self, identities: Collection[str]) -> int:
        meant = [work.id for work in self.dead() if work.ending.ref.identity in identities]
        return sum(int(self._server.run(_FORGET, self._all, one)) for one in meant)

    def add(self, count: Count) -> None:
        with suppress(Refused):  # a count is not worth what it counts
            self._server.command("HINCRBY", self._counts, count, 1)

    def counts(self) -> Mapping[str, int]:
        _, due, _, died = self._all
        texts, waiting, buried = self._server.each(
            ("HMGET", self._counts, "delivered", "failed", "dead"), ("ZCARD", due), ("ZCARD", died)
        )
        told = (int(text or 0) for text in texts)
        return {**dict(zip(("delivered", "failed", "dead"), told, strict=True)),
                "waiting": int(waiting), "buried": int(buried)}  # fmt: skip


def _pairs(found: Any) -> list[tuple[Any, Any]]:
    """Names and scores, whether the client paired them or not."""
    if found and not isinstance(found[0], str):
        return [tuple(pair) for pair in found]
    return list(zip(found[::2], found[1::2], strict=True))


def _text(work: EndingWork) -> str:
    """`since`, `attempts` and then JSON."""
    one = work.ending
    fields = [
        str(one.ref),
        one.store,
        one.connection,
        one.customer,
        one.reason,
        one.at,
        work.told,
        work.fault,
    ]
    return f"{work.since} {work.attempts} {compact(fields)}"


def _work(text: str) -> EndingWork:
    """The reverse. What a later version adds is left alone."""
    since, attempts, fields = text.split(" ", 2)
    ref, store, connection, customer, reason, at, told, fault, *_more = json.loads(fields)
    known = SessionRef.parse(ref)
    if known is None:
        raise ValueError("no session")
    ending = Ending(ref=known, store=store, connection=connection, customer=customer, reason=reason, at=at)
    return EndingWork(ending=ending, since=int(since), attempts=int(attempts), told=told, fault=fault)
