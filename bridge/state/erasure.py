"""What is kept of a person beside links and cases: sessions, outcomes, notes by e-mail, audit events."""

import json
from collections.abc import Callable, Collection, Mapping
from functools import partial

from bridge.domain.audit_chain import AuditKeys, Event, tombstone
from bridge.domain.identity import identity_digest
from bridge.domain.story import read
from bridge.state.decisions import named
from bridge.state.growing import FINDING, tag_of
from bridge.state.keys import Keys
from bridge.state.records import ENDED
from bridge.state.server import RedisServer, Script

_PAGE = 1000  # events in one trip

#: Counts an identity's sessions in one store, or in all. All keys are in the identity's slot. KEYS: the
#: sorted set. ARGV: store or an empty text, names before a session's digest.
_SESSIONS = Script("""
local found = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local text = redis.call('GET', ARGV[2] .. id)
  if text and (ARGV[1] == '' or cjson.decode(text)[1] == ARGV[1]) then found = found + 1 end
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

    def __init__(
        self, server: RedisServer, keys: Keys, audit_keys: AuditKeys | None = None, by: str = ""
    ) -> None:
        """`audit_keys`: by which erased events leave tombstones; `by`: the operator, see `note`."""
        self._server = server
        self._keys = keys
        self._audit_keys = audit_keys
        self._by = by

    def sessions(self, identity: str, store: str = "") -> int:
        names = self._keys.session(identity, "", digested=True)
        return int(self._server.run(_SESSIONS, (self._keys.sessions(identity),), store, names))

    def forget_note(self, store: str, email: str, customer: str) -> bool:
        part = self._keys.emails(tag_of(email), store)
        return bool(self._server.run(_FORGET_NOTE, (part,), email, customer))

    def forget_outcomes(self, identities: Collection[str], stores: Collection[str]) -> int:
        return self._forget(self._keys.attempt("*"), _outcome_of, identities, stores) + sum(
            self._forget(f"{self._keys.prefix}:code:{store}:*", partial(_code_of, store), identities, stores)
            for store in stores
        )

    def forget_sids(self, identities: Collection[str]) -> None:
        gone = [one for one in identities if not self.sessions(one)]
        pattern = f"{self._keys.prefix}:sid:*"
        for names in self._server.scan(pattern, _PAGE) if gone else ():
            self._server.each(*(("SREM", name, *gone) for name in names))

    def forget_events(self, identities: Collection[str], customers: Collection[tuple[str, str]]) -> int:
        customers = {(store, named(customer)) for store, customer in customers}
        self._forget_decisions(identities, customers)
        gone, after = 0, "-"
        while events := self._server.command("XRANGE", self._keys.audit, after, "+", "COUNT", _PAGE):
            found = [Event(name, dict(told)) for name, told in events]
            found = [event for event in found if _tells_of(event.fields, identities, customers)]
            ids = [event.id for event in found]
            if ids:
                # Before they go: who dies in between leaves no gap that nothing explains.
                for event in found:
                    if self._audit_keys is not None:
                        self._append(tombstone(event, self._audit_keys))
                gone += int(self._server.command("XDEL", self._keys.audit, *ids))
            after = f"({events[-1][0]}"
        return gone

    def _forget_decisions(self, identities: Collection[str], customers: Collection[tuple[str, str]]) -> None:
        before = "+"
        while records := self._server.command("XREVRANGE", self._keys.decisions, before, "-", "COUNT", _PAGE):
            ids = []
            for name, fields in records:
                told = dict(fields)
                whose = {str(step.facts.get("identity")) for step in read(told.get("t", ""))}
                if not whose.isdisjoint(identities) or (told.get("s"), told.get("u")) in customers:
                    ids.append(name)
            if ids:
                self._server.command("XDEL", self._keys.decisions, *ids)
            before = f"({records[-1][0]}"

    def note(self, event: str, **told: str) -> None:
        if "customer" in told:
            told["customer"] = named(told["customer"])
        known = {name: value for name, value in told.items() if value}
        self._append({"event": event, **known, **({"by": self._by} if self._by else {})})

    def _append(self, fields: Mapping[str, str]) -> None:
        words = [word for pair in fields.items() for word in pair]
        self._server.command("XADD", self._keys.audit, "MAXLEN", "~", self._keys.audit_most, "*", *words)

    def _forget(
        self,
        pattern: str,
        read: Callable[[str], tuple[str, str]],
        identities: Collection[str],
        stores: Collection[str],
    ) -> int:
        """Drops keys that live for minutes. `read`: store and identity of a value, if it has some."""
        gone = 0
        for names in self._server.scan(pattern):
            texts = self._server.each(*(("GET", name) for name in names))
            for name, text in zip(names, texts, strict=True):
                store, identity = read(text or "")
                if identity in identities and store in stores:
                    gone += int(self._server.command("DEL", name))
        return gone


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
    told: Mapping[str, str], identities: Collection[str], customers: Collection[tuple[str, str]]
) -> bool:
    return told.get("identity") in identities or (told.get("store"), told.get("customer")) in customers
