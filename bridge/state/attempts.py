"""Attempts in Redis: put once, taken once, ended once."""

import os
from collections.abc import Sequence
from dataclasses import replace

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.limits import OUTCOME_LIFE, UNDERWAY_LIFE
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.rates import Rate
from bridge.domain.refusal import Refused
from bridge.domain.story import Story
from bridge.state.attempt_seal import AttemptSeal
from bridge.state.audit import refused_event
from bridge.state.decisions import Decisions
from bridge.state.keys import Keys
from bridge.state.records import ENDED, attempt_text, outcome_tail, progress
from bridge.state.server import RedisServer, Script
from bridge.state.starts import put_counted

#: Marks a pending attempt as under way and gives it to the caller. The mark keeps the record
#: and names its taker: a taker whose answer was lost on the way asks again and gets it again.
#:
#: With a record in ARGV[4] an attempt that is not known is put back, and taken at once; not one that was
#: taken already, which the second key tells for as long as a browser's copy would be good (ARGV[3]).
_TAKE = Script("""
local held = redis.call('GET', KEYS[1])
if not held then
  if ARGV[4] == '' or redis.call('EXISTS', KEYS[2]) == 1 then return false end
  held = ARGV[4]
end
local kind = string.sub(held, 1, 1)
if kind == 'P' then
  redis.call('SET', KEYS[1], 'U' .. ARGV[1] .. string.sub(held, 2), 'EX', ARGV[2])
  if ARGV[3] ~= '0' then redis.call('SET', KEYS[2], '1', 'EX', ARGV[3]) end
elseif kind == 'U' and string.sub(held, 2, #ARGV[1] + 1) == ARGV[1] then
  return 'P' .. string.sub(held, #ARGV[1] + 2)
end
return held
""")

#: Remembers an attempt, and tells how it began.
_PUT = Script("""
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 4))
""")


class RedisAttempts:
    """See the port `Attempts`."""

    def __init__(
        self,
        server: RedisServer,
        keys: Keys,
        lifetime: int,
        seal: AttemptSeal | None = None,
        decisions: Decisions | None = None,
    ) -> None:
        """`lifetime`: seconds a shopper has at the provider. Without `seal` a lost attempt is lost."""
        self._server = server
        self._keys = keys
        self._lifetime = lifetime
        self._seal = seal
        self._decisions = decisions or Decisions(keys, 0)

    def put(self, attempt: Attempt, story: Story | None = None, rates: Sequence[Rate] = ()) -> Ticket:
        self._put(self._keys.attempt(attempt.state), attempt, story, rates)
        return attempt.ticket_holding(self._seal.close(attempt) if self._seal else "")

    def _put(self, key: str, attempt: Attempt, story: Story | None, rates: Sequence[Rate]) -> None:
        told, text = self._decisions, attempt_text(attempt)
        words: tuple[str, ...] = ()
        if told.length and story is not None:
            words = told.words("begun", attempt.reference, attempt.store, attempt.connection, story)
        if rates:
            record = (told.key, told.length, words) if words else None
            put_counted(self._server, self._keys, (key, text, self._lifetime), record, rates)
        elif not words:
            self._server.command("SET", key, text, "EX", self._lifetime)
        elif self._server.clustered:
            self._server.each(("SET", key, text, "EX", self._lifetime), told.command(*words))
        else:
            self._server.run(_PUT, (key, told.key), text, self._lifetime, told.length, *words)

    def take(self, state: str) -> Attempt | Outcome | Underway | None:
        return self._take(state, "")

    def recover(self, ticket: Ticket) -> Attempt | Outcome | Underway | None:
        attempt = self._seal.open(ticket) if self._seal else None
        if attempt is None:
            return None
        taken = self._take(ticket.state, attempt_text(attempt))
        return replace(taken, recovered=True) if isinstance(taken, Attempt) else taken

    def _take(self, state: str, record: str) -> Attempt | Outcome | Underway | None:
        keys = self._keys.attempt(state), self._keys.taken(state)
        known = self._seal.known if self._seal else 0
        taker = os.urandom(8).hex()
        return progress(state, self._server.run(_TAKE, keys, taker, UNDERWAY_LIFE, known, record))

    def peek(self, state: str) -> Attempt | Outcome | Underway | None:
        return progress(state, self._server.command("GET", self._keys.attempt(state)))

    def refuse(self, ticket: Ticket, outcome: Outcome, refused: Refused, story: Story | None = None) -> None:
        # Two slots of a Cluster: each for itself. Without the event the log line still tells.
        told, where = self._decisions, (ticket.store, ticket.connection)
        record = told.command(*told.refusal(ticket.reference, refused, *where, story))
        self._server.each(
            ("SET", self._keys.attempt(ticket.state), f"{ENDED} {outcome_tail(outcome)}", "EX", OUTCOME_LIFE),
            refused_event(self._keys, ticket.reference, refused, *where),
            *((record,) if told.length else ()),
        )
