"""Locks on customers that do not exist yet: one for the identity, one for the address."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from bridge.domain.deadline import Deadline
from bridge.domain.identity import IdentityKey
from bridge.domain.limits import LOCK_LIFE
from bridge.domain.refusal import Reason, Refused
from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script

#: Asking again for a lock that one holds already is no harm: the first answer may have got lost.
_LOCK = Script("""
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
""")

#: Only the holder lets go: a lock that ran out may be somebody else's by now.
_RELEASE = Script(
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
)


class RedisLocks:
    """The identity's lock is taken first, so that it runs out first: while it holds, both do.

    It is in one slot with the identity's link, so that the script that writes the link looks at it
    in the same moment (see `LINK`): who stood still until its lock ran out writes nothing.
    """

    def __init__(self, server: RedisServer, keys: Keys, pause: Callable[[float], None]) -> None:
        self._server = server
        self._keys = keys
        self._pause = pause

    @contextmanager
    def creating(self, store: str, identity: IdentityKey, email: str, deadline: Deadline) -> Iterator[str]:
        """See the port `SignIns`."""
        fence = secrets.token_hex(16)
        with (
            self._held(self._keys.creating(identity, store), fence, deadline),
            self._held(self._keys.lock(store, email), fence, deadline),
        ):
            yield fence

    @contextmanager
    def _held(self, key: str, holder: str, deadline: Deadline) -> Iterator[None]:
        while not self._server.run(_LOCK, (key,), holder, LOCK_LIFE):
            if deadline.remaining() < 1:
                raise Refused(Reason.CUSTOMER_BUSY)
            self._pause(0.05)
        try:
            yield
        finally:
            with suppress(Refused):  # the lock ends by itself; the customer is safe by now
                self._server.run(_RELEASE, (key,), holder)
