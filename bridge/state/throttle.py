"""Counters of a minute in Redis."""

from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script

WINDOW = 60  # seconds

#: One more, and whole seconds until the count begins anew; counting twice after a lost answer is no harm.
_COUNT = Script("""
local count = redis.call('INCR', KEYS[1])
if count == 1 or redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('TTL', KEYS[1])}
""")


class RedisThrottle:
    """See the port `Throttle` in domain/token_ports.py.

    A window is fixed: at its border twice the limit may pass in a moment.
    """

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys

    def wait(self, what: str, limit: int) -> int:
        key = self._keys.rate(what)
        count = self._server.command("GET", key)
        if count is None or int(count) < limit:
            return 0
        return max(1, int(self._server.command("TTL", key)))

    def count(self, what: str, limit: int) -> int:
        count, left = self._server.run(_COUNT, (self._keys.rate(what),), WINDOW)
        return max(1, int(left)) if int(count) > limit else 0
