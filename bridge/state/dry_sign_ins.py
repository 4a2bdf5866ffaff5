"""Answers on their way from a running bridge to `bridge connections test`, in Redis."""

import json
from base64 import b64decode, b64encode

from bridge.domain.callback import Callback
from bridge.domain.limits import DRY_ANSWER_LIFE
from bridge.domain.refusal import Reason, Refused
from bridge.state.keys import Keys
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer, Script

_EXPECTED, _ARRIVED = "E", "A"
#: The first answer, and one of the right connection only. A second one changes nothing: a reload, or an
#: attack by somebody who has seen the address.
_ANSWER = Script("""
local held = redis.call('GET', KEYS[1])
if held == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  return 1
end
return held and string.sub(held, 1, 1) == 'A' and 1 or 0
""")


class RedisDrySignIns:
    """See the port `DrySignIns`."""

    def __init__(self, server: RedisServer, keys: Keys, seal: Seal) -> None:
        """`seal`: the code in an answer is for the command alone, which has the same configuration."""
        self._server = server
        self._keys = keys
        self._seal = seal

    def expect(self, state: str, connection: str, seconds: int) -> None:
        self._server.command("SET", self._keys.dry(state), _EXPECTED + connection, "EX", seconds)

    def answer(self, callback: Callback) -> bool:
        sealed = b64encode(self._seal.close(_text(callback))).decode()
        key = (self._keys.dry(callback.state),)
        expected = _EXPECTED + callback.connection
        return bool(self._server.run(_ANSWER, key, expected, _ARRIVED + sealed, DRY_ANSWER_LIFE))

    def collect(self, state: str) -> Callback | None:
        key = self._keys.dry(state)
        held: str | None = self._server.command("GET", key)
        if held is None or not held.startswith(_ARRIVED):
            return None
        self._server.command("DEL", key)
        text = self._seal.open(b64decode(held[1:]))
        if text is None:
            raise Refused(
                Reason.ATTEMPT_EXPIRED,
                "it came to a bridge with other cookie_keys: test with the configuration that bridge has",
            )
        return _read(text)

    def forget(self, state: str) -> None:
        self._server.command("DEL", self._keys.dry(state))


def _text(callback: Callback) -> str:
    return json.dumps(
        [
            callback.connection,
            callback.state,
            callback.code,
            callback.error,
            callback.iss,
            callback.form_post,
            callback.user,
        ]
    )


def _read(text: str) -> Callback:
    connection, state, code, error, iss, form_post, user = json.loads(text)
    return Callback(
        connection=connection, state=state, code=code, error=error, iss=iss, form_post=form_post, user=user
    )
