"""The entries of blocks: looked at by the very script that records a sign-in.

An identity is blocked by itself (`i`), because its customer is (`c`), or for both (`b`).
"""

import json
from collections.abc import Iterable

from bridge.domain.session import SessionRef
from bridge.domain.session_ports import Ending
from bridge.state.endings import RedisEndings
from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script

BY_ITSELF, BY_CUSTOMER, BY_BOTH = "i", "c", "b"

#: KEYS: blocks. ARGV: digest, why.
_BLOCK = Script("""
local held = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], (not held or held == ARGV[2]) and ARGV[2] or 'b')
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
        self._endings = RedisEndings(server, keys)

    def block(self, digest: str, store: str, why: str) -> None:
        """From now on nobody signs in; sessions are left alone."""
        self._server.run(_BLOCK, (self._keys.blocked(digest, store),), digest, why)

    def unblock(self, digest: str, store: str, why: str) -> bool:
        return bool(self._server.run(_UNBLOCK, (self._keys.blocked(digest, store),), digest, why))

    def is_blocked(self, digest: str, store: str) -> bool:
        return bool(self._server.command("HEXISTS", self._keys.blocked(digest, store), digest))

    def is_barred(self, customer: str, store: str) -> bool:
        return bool(self._server.command("HEXISTS", self._keys.barred(store), customer))

    def barred(self, store: str) -> set[str]:
        """The ids of all customers who are blocked."""
        return set(self._server.command("HKEYS", self._keys.barred(store)))

    def inherit(self, store: str, rows: Iterable[tuple[str, str]]) -> None:
        """Blocks those (digest, customer) who were just linked to a blocked customer.

        Who signed in between the link and this is signed out by whoever does the work of endings.
        """
        barred = self.barred(store)
        for digest, customer in rows if barred else ():
            if customer in barred:
                self.block(digest, store, BY_CUSTOMER)
                self._announce_end(digest, store, customer)

    def _announce_end(self, digest: str, store: str, customer: str) -> None:
        ids = self._server.command("ZRANGE", self._keys.sessions(digest), 0, -1)
        names = [self._keys.session(digest, one, digested=True) for one in ids]
        texts = self._server.each(*(("GET", name) for name in names)) if names else []
        for one, text in zip(ids, texts, strict=True):
            where, connection, *_rest = json.loads(text) if text else ("", "")
            if where == store:
                ending = Ending(
                    ref=SessionRef(digest, one),
                    store=store,
                    connection=connection,
                    customer=customer,
                    reason="blocked",
                    at=int(self._server.command("TIME")[0]),
                )
                self._endings.announce(ending)
