"""What storefronts renew by, in Redis: beside the session it depends on, one field for each redeemed code."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.customer import Customer
from bridge.domain.grant import ClientType, Grant, Renewable, RenewalHandle
from bridge.domain.identity import IdentityKey
from bridge.domain.limits import RENEWAL_GRACE
from bridge.domain.secret import Secret
from bridge.domain.session import SessionRef
from bridge.state.growing import FINDING_ONE
from bridge.state.keys import Keys, digest, links_of
from bridge.state.link_records import customer_of
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer, Script

#: Renewals of one session: it has one for each callback that was repeated within a minute.
MOST = 16
#: How the field of a grant's refresh token ends.
_REFRESH = ":refresh"

#: Seconds until the session ends at the latest, in which it may be renewed. To renew is to use it: with an
#: idle time it lives on for that long. Its text is that of session_records.py.
_USE = """
local function longest(name, text, now)
  local ends = cjson.decode(text)[8]
  return ends and math.max(1, ends - now) or redis.call('TTL', name)
end
local function use(name, text, now)
  local left, idle = longest(name, text, now), cjson.decode(text)[9] or 0
  if idle > 0 then redis.call('EXPIRE', name, math.min(left, idle)) end
  return left
end
"""

#: Without session or link nothing is lent. A field that is there already is the end of the code.
_LEND = Script(
    FINDING_ONE
    + _USE
    + """
local session = redis.call('GET', KEYS[1])
if not session then return false end
local link = redis.call('HGET', at(KEYS[2], ARGV[4]), ARGV[4])
if not link then return false end
if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 0 and redis.call('HLEN', KEYS[3]) < tonumber(ARGV[3]) then
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
  redis.call('EXPIRE', KEYS[3], use(KEYS[1], session, ARGV[5]))
end
return {link, redis.call('HGET', KEYS[3], ARGV[1]) == ARGV[2] and 1 or 0}
"""
)

#: A field: store, kind, digest of the secret, of the one before it, when it changed, reference.
#: The same change asked for twice, because the first answer was lost, is the same change.
_RENEW = Script(
    FINDING_ONE
    + _USE
    + """
local session, link = redis.call('GET', KEYS[1]), redis.call('HGET', at(KEYS[2], ARGV[8]), ARGV[8])
local field = redis.call('HGET', KEYS[3], ARGV[1])
if not (session and link and field) then return false end
local store, kind, now_it, before, changed, reference =
  string.match(field, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S*)$')
if store ~= ARGV[2] or kind ~= ARGV[3] then return false end
local newest = now_it == ARGV[4]
local lately = before == ARGV[4] and ARGV[6] - changed < tonumber(ARGV[7])
if kind == 'public' then
  if not (newest or lately) then
    redis.call('HSET', KEYS[3], ARGV[1], 'ended')
    redis.call('HDEL', KEYS[3], ARGV[1] .. ':refresh')
    return false
  end
  if newest then before, changed = now_it, ARGV[6] end
  field = table.concat({store, kind, ARGV[5], before, changed, reference}, ' ')
  redis.call('HSET', KEYS[3], ARGV[1], field)
elseif not newest then
  return false
end
redis.call('EXPIRE', KEYS[3], use(KEYS[1], session, ARGV[6]))
return {session, link, reference, redis.call('HGET', KEYS[3], ARGV[1] .. ':refresh')}
"""
)

#: Only beside what is lent, in a living session: what came back late is not among what is taken back when
#: the session ends, and must not outlive it.
_KEEP = Script("""
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if (redis.call('HGET', KEYS[2], ARGV[1]) or 'ended') == 'ended' then return 0 end
redis.call('HSET', KEYS[2], ARGV[1] .. ':refresh', ARGV[2])
return 1
""")

_END = Script(
    _USE
    + """
local sealed = redis.call('HGET', KEYS[2], ARGV[1] .. ':refresh')
local session = redis.call('GET', KEYS[1])
if session then
  redis.call('HSET', KEYS[2], ARGV[1], 'ended')
  redis.call('HDEL', KEYS[2], ARGV[1] .. ':refresh')
  redis.call('EXPIRE', KEYS[2], longest(KEYS[1], session, ARGV[2]))
end
return sealed
"""
)


class RedisRenewals:
    """See the port `Renewals` in domain/token_ports.py."""

    def __init__(
        self,
        server: RedisServer,
        keys: Keys,
        seal: Seal,
        now: Callable[[], float],
        token: Callable[[], str],
    ) -> None:
        self._server = server
        self._keys = keys
        self._seal = seal
        self._now = now
        self._token = token

    def lend(self, grant: Grant, code: str, kind: ClientType) -> Renewable | None:
        handle = RenewalHandle(grant.identity.digest, grant.session, digest(code), self._token())
        field = [grant.store, kind, digest(handle.secret), "-", str(int(self._now())), grant.reference]
        found = self._server.run(
            _LEND,
            self._of(handle, grant.store),
            handle.grant,
            " ".join(field),
            MOST,
            handle.identity,
            int(self._now()),
        )
        if not found:
            return None
        link, lent = found
        return Renewable(
            handle=str(handle) if lent else "",
            store=grant.store,
            identity=grant.identity,
            customer=Customer(customer_of(link)),
            session=f"{handle.identity}.{handle.session}",
            reference=grant.reference,
        )

    def renew(self, store: str, handle: RenewalHandle, kind: ClientType) -> Renewable | None:
        fresh = self._token() if kind == "public" else handle.secret
        found = self._server.run(
            _RENEW,
            self._of(handle, store),
            handle.grant,
            store,
            kind,
            digest(handle.secret),
            digest(fresh),
            int(self._now()),
            RENEWAL_GRACE,
            handle.identity,
        )
        if not found:
            return None
        session, link, reference, *sealed = found
        _store, _connection, issuer, subject, *_rest = json.loads(session)
        changed = RenewalHandle(handle.identity, handle.session, handle.grant, fresh)
        return Renewable(
            handle=str(changed),
            store=store,
            identity=IdentityKey(issuer, subject),
            customer=Customer(customer_of(link)),
            session=f"{handle.identity}.{handle.session}",
            reference=reference,
            refresh_token=self._opened(sealed[0] if sealed else None),
        )

    def keep_refresh_token(self, handle: RenewalHandle, token: Secret) -> bool:
        sealed = b64encode(self._seal.close(token.reveal())).decode()
        session, _link, renewals = self._of(handle, "")
        return bool(self._server.run(_KEEP, (session, renewals), handle.grant, sealed))

    def end(self, grant: Grant, code: str) -> Secret | None:
        handle = RenewalHandle(grant.identity.digest, grant.session, digest(code), "")
        session, _link, renewals = self._of(handle, grant.store)
        return self._opened(self._server.run(_END, (session, renewals), handle.grant, int(self._now())))

    def refresh_tokens(self, ref: SessionRef) -> Mapping[str, Secret]:
        fields = self._server.command("HGETALL", self._keys.renewals(ref.identity, ref.id))
        sealed = {name: text for name, text in fields.items() if name.endswith(_REFRESH)}
        opened = {name.removesuffix(_REFRESH): self._opened(text) for name, text in sealed.items()}
        return {grant: token for grant, token in opened.items() if token is not None}

    def taken_back(self, ref: SessionRef, grant: str) -> None:
        self._server.command("HDEL", self._keys.renewals(ref.identity, ref.id), grant + _REFRESH)

    def forget(self, ref: SessionRef) -> None:
        self._server.command("DEL", self._keys.renewals(ref.identity, ref.id))

    def _of(self, handle: RenewalHandle, store: str) -> tuple[str, str, str]:
        """The keys of session, link and renewals: one hash slot."""
        keys = self._keys
        return (
            keys.session(handle.identity, handle.session, digested=True),
            links_of(keys, handle.identity, store),
            keys.renewals(handle.identity, handle.session),
        )

    def _opened(self, sealed: Any) -> Secret | None:
        text = self._seal.open(b64decode(sealed)) if sealed else None
        return Secret(text) if text else None
