"""The entries of blocks: looked at by the very script that records a sign-in.

An identity is blocked by itself (`i`), because its customer is (`c`), or for both (`b`).
"""

import json
from collections.abc import Iterable

from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script

BY_ITSELF, BY_CUSTOMER, BY_BOTH = "i", "c", "b"

#: Blocks and ends the sessions in one step: no sign-in comes between. All keys share the identity's slot.
#: KEYS: blocks, sessions of the identity. ARGV: digest, why, beginning of its sessions' names, of its
#: renewals' names, how a session of this store begins.
_BLOCK = Script("""
local held = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], (not held or held == ARGV[2]) and ARGV[2] or 'b')
local ended = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local session = redis.call('GET', ARGV[3] .. id)
  if session and string.sub(session, 1, #ARGV[5]) == ARGV[5] then
    redis.call('DEL', ARGV[3] .. id, ARGV[4] .. id)
    redis.call('ZREM', KEYS[2], id)
    ended = ended + 1
  end
end
return ended
""")

#: KEYS: blocks. ARGV: digest, why it is blocked no more.
_UNBLOCK = Script("""
local held = redis.call('HGET', KEYS[1], ARGV[1])
if not held or (held ~= 'b' and held ~= ARGV[2]) then return 0 end
if held == 'b' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] == 'i' and 'c' or 'i')
else
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return 1
""")


class BlockBook:
    """The entries themselves."""

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys

    def block(self, digest: str, store: str, why: str) -> int:
        """How many sessions ended."""
        keys = self._keys
        ended: int = self._server.run(
            _BLOCK,
            (keys.blocked(digest, store), keys.sessions(digest)),
            digest,
            why,
            keys.session(digest, "", digested=True),
            keys.renewals(digest, ""),
            json.dumps([store])[:-1] + ",",
        )
        return ended

    def unblock(self, digest: str, store: str, why: str) -> bool:
        return bool(self._server.run(_UNBLOCK, (self._keys.blocked(digest, store),), digest, why))

    def is_blocked(self, digest: str, store: str) -> bool:
        return bool(self._server.command("HEXISTS", self._keys.blocked(digest, store), digest))

    def is_barred(self, customer: str, store: str) -> bool:
        return bool(self._server.command("HEXISTS", self._keys.barred(store), customer))

    def inherit(self, store: str, rows: Iterable[tuple[str, str]]) -> None:
        """Blocks those (digest, customer) who were just linked to a blocked customer."""
        barred = set(self._server.command("HKEYS", self._keys.barred(store)))
        for digest, customer in rows if barred else ():
            if customer in barred:
                self.block(digest, store, BY_CUSTOMER)
