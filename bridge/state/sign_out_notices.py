"""Logout tokens that were used, in Redis: by a digest of their id, as long as they could come again."""

from bridge.domain.logout_token import MAX_AGE
from bridge.state.keys import Keys
from bridge.state.server import RedisServer

_LIFE = MAX_AGE + 2 * 300  # seconds: the largest clock_tolerance, before and after


class RedisSignOutNotices:
    """See the port `SignOutNotices`."""

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys

    def was_used(self, connection: str, jti: str) -> bool:
        return bool(self._server.command("EXISTS", self._keys.logout_token(connection, jti)))

    def use(self, connection: str, jti: str) -> None:
        self._server.command("SET", self._keys.logout_token(connection, jti), "1", "EX", _LIFE)
