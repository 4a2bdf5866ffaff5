"""Attempts in Redis: put once, taken once, ended once."""

import secrets

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.limits import OUTCOME_LIFE, UNDERWAY_LIFE
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.refusal import Refused
from bridge.state.audit import refused_event
from bridge.state.keys import Keys
from bridge.state.records import ENDED, attempt_text, outcome_tail, progress
from bridge.state.server import RedisServer, Script

#: Marks a pending attempt as under way and gives it to the caller. The mark keeps the record
#: and names its taker: a taker whose answer was lost on the way asks again and gets it again.
_TAKE = Script("""
local held = redis.call('GET', KEYS[1])
if not held then return false end
local kind = string.sub(held, 1, 1)
if kind == 'P' then
  redis.call('SET', KEYS[1], 'U' .. ARGV[1] .. string.sub(held, 2), 'EX', ARGV[2])
elseif kind == 'U' and string.sub(held, 2, #ARGV[1] + 1) == ARGV[1] then
  return 'P' .. string.sub(held, #ARGV[1] + 2)
end
return held
""")


class RedisAttempts:
    """See the port `Attempts`."""

    def __init__(self, server: RedisServer, keys: Keys, lifetime: int) -> None:
        """`lifetime`: seconds a shopper has at the provider."""
        self._server = server
        self._keys = keys
        self._lifetime = lifetime

    def put(self, attempt: Attempt) -> None:
        self._server.command(
            "SET", self._keys.attempt(attempt.state), attempt_text(attempt), "EX", self._lifetime
        )

    def take(self, state: str) -> Attempt | Outcome | Underway | None:
        taker = secrets.token_hex(8)
        return progress(state, self._server.run(_TAKE, (self._keys.attempt(state),), taker, UNDERWAY_LIFE))

    def peek(self, state: str) -> Attempt | Outcome | Underway | None:
        return progress(state, self._server.command("GET", self._keys.attempt(state)))

    def refuse(self, ticket: Ticket, outcome: Outcome, refused: Refused) -> None:
        # Two slots of a Cluster: each for itself. Without the event the log line still tells.
        self._server.each(
            ("SET", self._keys.attempt(ticket.state), f"{ENDED} {outcome_tail(outcome)}", "EX", OUTCOME_LIFE),
            refused_event(self._keys, ticket.reference, refused, ticket.store, ticket.connection),
        )
