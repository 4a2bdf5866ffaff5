"""One-time codes in Redis: only the digest of a code is there, and no token at all."""

import json
import secrets
from contextlib import suppress

from bridge.domain.compact_json import compact
from bridge.domain.grant import Grant, Spent
from bridge.domain.identity import IdentityKey
from bridge.domain.limits import CODE_LIFE, SPENT_LIFE
from bridge.domain.refusal import Refused
from bridge.state.decisions import Decisions
from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script

_FRESH, _SPENT = "F", "S"

#: Spends a code and gives it to the caller. The mark names the taker: one whose answer was lost on
#: the way asks again and gets it again.
_TAKE = Script("""
local held = redis.call('GET', KEYS[1])
if not held then return false end
if string.sub(held, 1, 1) == 'F' then
  if ARGV[3] and ARGV[3] ~= '0' then
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', 'r', cjson.decode(string.sub(held, 2))[5],
      'k', 'token', 's', ARGV[4])
  end
  redis.call('SET', KEYS[1], 'S' .. ARGV[1] .. string.sub(held, 2), 'EX', ARGV[2])
  return held
end
local grant = string.sub(held, #ARGV[1] + 2)
if string.sub(held, 2, #ARGV[1] + 1) == ARGV[1] then return 'F' .. grant end
return 'S' .. grant
""")


class RedisCodes:
    """See the port `Codes` in domain/token_ports.py."""

    def __init__(self, server: RedisServer, keys: Keys, decisions: Decisions | None = None) -> None:
        self._decisions = decisions or Decisions(keys, 0)
        self._server = server
        self._keys = keys

    def put(self, code: str, grant: Grant) -> None:
        self._server.command(
            "SET", self._keys.code(grant.store, code), _FRESH + _text(grant), "EX", CODE_LIFE
        )

    def take(self, store: str, code: str) -> Grant | Spent | None:
        told, key, taker = self._decisions, self._keys.code(store, code), secrets.token_hex(8)
        if self._server.clustered:
            held = self._server.run(_TAKE, (key,), taker, SPENT_LIFE)
        else:
            held = self._server.run(_TAKE, (key, told.key), taker, SPENT_LIFE, told.length, store)
        if not held:
            return None
        grant = _grant(store, held[1:])
        if self._server.clustered and told.length and held[0] == _FRESH:
            with suppress(Refused):  # a trip more, and of use to operators only
                self._server.command(*told.command("r", grant.reference, "k", "token", "s", store))
        return Spent(grant) if held[0] == _SPENT else grant


def _text(grant: Grant) -> str:
    """The store is in the key, so it is not repeated."""
    fields = [
        grant.identity.issuer,
        grant.identity.subject,
        grant.session,
        grant.return_to,
        grant.reference,
        grant.code_challenge,
        grant.client_address,
    ]
    return compact(fields)


def _grant(store: str, text: str) -> Grant:
    issuer, subject, session, return_to, reference, code_challenge, client_address = json.loads(text)
    return Grant(
        store=store,
        identity=IdentityKey(issuer, subject),
        session=session,
        return_to=return_to,
        reference=reference,
        code_challenge=code_challenge,
        client_address=client_address,
    )
