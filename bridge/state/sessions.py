"""Sessions in Redis: read, used and ended. They begin in sign_ins.py."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from bridge.domain.identity import IdentityKey
from bridge.domain.session import HeldSession, Session, SessionRef
from bridge.state.keys import Keys
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer, Script
from bridge.state.session_records import session_of

_PAGE = 200

#: KEYS: session, sessions of the identity. ARGV: id.
_END = Script("""
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('DEL', KEYS[1])
""")


class RedisSessions:
    """See the port `Sessions`."""

    def __init__(self, server: RedisServer, keys: Keys, seal: Seal, now: Callable[[], float]) -> None:
        self._server = server
        self._keys = keys
        self._seal = seal
        self._now = now

    def get(self, ref: SessionRef) -> Session | None:
        text = self._server.command("GET", self._key(ref))
        return session_of(text, self._seal) if text else None

    def touch(self, ref: SessionRef) -> Session | None:
        session = self.get(ref)
        if session is None or not session.idle:
            return session
        life = session.life(self._now())
        return session if life and self._server.command("EXPIRE", self._key(ref), life) else None

    def lives(self, refs: Sequence[SessionRef]) -> Sequence[int]:
        left = self._server.each(*(("PTTL", self._key(ref)) for ref in refs)) if refs else []
        return [max(0, -(-int(one) // 1000)) for one in left]

    def of_identity(self, identity: IdentityKey | str) -> Sequence[HeldSession]:
        known = identity if isinstance(identity, str) else identity.digest
        ids = self._server.command("ZREVRANGE", self._keys.sessions(known), 0, -1)
        return self._held(SessionRef(known, one) for one in ids)

    def of_sid(self, connection: str, sid: str) -> Sequence[HeldSession]:
        identities = self._server.command("SMEMBERS", self._keys.sid(connection, sid))
        return [
            held
            for identity in identities
            for held in self.of_identity(identity)
            if (held.session.connection, held.session.sid) == (connection, sid)
        ]

    def all(self) -> Iterator[HeldSession]:
        head = self._keys.prefix + ":session:{"
        for names in self._server.scan(head + "*", _PAGE):
            found = (name.removeprefix(head).split("}:")[1].split(":") for name in names)
            yield from self._held(SessionRef(identity, one) for identity, one in found)

    def end(self, ref: SessionRef) -> bool:
        return bool(self._server.run(_END, (self._key(ref), self._keys.sessions(ref.identity)), ref.id))

    def _held(self, refs: Iterable[SessionRef]) -> list[HeldSession]:
        wanted = list(refs)
        texts = self._server.each(*(("GET", self._key(ref)) for ref in wanted)) if wanted else []
        return [
            HeldSession(ref, session_of(text, self._seal))
            for ref, text in zip(wanted, texts, strict=True)
            if text
        ]

    def _key(self, ref: SessionRef) -> str:
        return self._keys.session(ref.identity, ref.id, digested=True)
