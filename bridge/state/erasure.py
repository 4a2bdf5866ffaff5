"""What is kept of a person beside links and cases: sessions, outcomes, notes by e-mail, audit events."""

import json
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

from bridge.domain.identity import identity_digest
from bridge.state.growing import FINDING, tag_of
from bridge.state.keys import AUDIT_LENGTH, Keys
from bridge.state.records import ENDED
from bridge.state.server import RedisServer, Script

_PAGE = 1000  # events, or keys of a scan, in one trip

#: Ends an identity's sessions in one store (or in all), with what storefronts renew by. All keys are in
#: the identity's slot. KEYS: the sorted set. ARGV: store or an empty text, names before a session's
#: digest for sessions and for renewals, 1 to end them or 0 to count them.
_SESSIONS = Script("""
local found = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local text = redis.call('GET', ARGV[2] .. id)
  if text and (ARGV[1] == '' or cjson.decode(text)[1] == ARGV[1]) then
    found = found + 1
    if ARGV[4] == '1' then redis.call('DEL', ARGV[2] .. id, ARGV[3] .. id) end
  end
  if ARGV[4] == '1' and redis.call('EXISTS', ARGV[2] .. id) == 0 then redis.call('ZREM', KEYS[1], id) end
end
return found
""")

#: Takes a customer from under an address, and leaves others there. KEYS: part. ARGV: address's digest,
#: customer.
_FORGET_NOTE = Script(
    FINDING
    + """
local name = at(KEYS[1], ARGV[1])
local left, found = {}, 0
for customer in string.gmatch(redis.call('HGET', name, ARGV[1]) or '', '%S+') do
  if customer == ARGV[2] then found = 1 else left[#left + 1] = customer end
end
if found == 0 then return 0 end
if #left == 0 then redis.call('HDEL', name, ARGV[1]) else
  redis.call('HSET', name, ARGV[1], table.concat(left, ' '))
end
return 1
"""
)


class RedisErasure:
    """See the port `Erasure`."""

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys

    def sessions(self, identity: str, store: str = "") -> int:
        return self._sessions(identity, store, end=False)

    def end_sessions(self, identity: str, store: str = "") -> int:
        return self._sessions(identity, store, end=True)

    def forget_note(self, store: str, email: str, customer: str) -> bool:
        part = self._keys.emails(tag_of(email), store)
        return bool(self._server.run(_FORGET_NOTE, (part,), email, customer))

    def forget_outcomes(self, identities: Collection[str], stores: Collection[str]) -> int:
        return self._forget(self._keys.attempt("*"), _outcome_of, identities, stores) + sum(
            self._forget(f"{self._keys.prefix}:code:{store}:*", partial(_code_of, store), identities, stores)
            for store in stores
        )

    def forget_events(self, identities: Collection[str], customers: Collection[tuple[str, str]]) -> int:
        gone, after = 0, "-"
        while events := self._server.command("XRANGE", self._keys.audit, after, "+", "COUNT", _PAGE):
            ids = [name for name, told in events if _tells_of(dict(told), identities, customers)]
            if ids:
                gone += int(self._server.command("XDEL", self._keys.audit, *ids))
            after = f"({events[-1][0]}"
        return gone

    def note(self, event: str, **told: str) -> None:
        words = [word for pair in told.items() for word in pair]
        self._server.command(
            "XADD", self._keys.audit, "MAXLEN", "~", AUDIT_LENGTH, "*", "event", event, *words
        )

    def _sessions(self, identity: str, store: str, *, end: bool) -> int:
        sessions = self._keys.session(identity, "", digested=True)
        renewals = self._keys.renewals(identity, "")
        return int(
            self._server.run(_SESSIONS, (self._keys.sessions(identity),), store, sessions, renewals, int(end))
        )

    def _forget(
        self,
        pattern: str,
        read: Callable[[str], tuple[str, str]],
        identities: Collection[str],
        stores: Collection[str],
    ) -> int:
        """Drops keys that live for minutes. `read`: store and identity of a value, if it has some."""
        gone = 0
        for names in self._scan(pattern):
            texts = self._server.each(*(("GET", name) for name in names))
            for name, text in zip(names, texts, strict=True):
                store, identity = read(text or "")
                if identity in identities and store in stores:
                    gone += int(self._server.command("DEL", name))
        return gone

    def _scan(self, pattern: str) -> Iterator[list[str]]:
        cursor = "0"
        while True:
            cursor, names = self._server.command("SCAN", cursor, "MATCH", pattern, "COUNT", _PAGE)
            if names:
                yield names
            if str(cursor) == "0":
                return


def _outcome_of(text: str) -> tuple[str, str]:
    """Refused ones name the person, too, if one was known."""
    if not text.startswith(ENDED):
        return "", ""
    store, _, session, _, *identity = json.loads(text.partition(" ")[2])
    return store, identity_digest(*identity) if identity else session.partition(".")[0]


def _code_of(store: str, text: str) -> tuple[str, str]:
    """Fresh or spent."""
    _, bracket, fields = text.partition("[")
    return (store, identity_digest(*json.loads(bracket + fields)[:2])) if bracket else ("", "")


def _tells_of(
    told: dict[str, Any], identities: Collection[str], customers: Collection[tuple[str, str]]
) -> bool:
    return told.get("identity") in identities or (told.get("store"), told.get("customer")) in customers
