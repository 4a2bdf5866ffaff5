"""The audit's seals in Redis, and the audit as it is read. See domain/audit_chain.py."""

from collections.abc import Callable, Iterator

from bridge.domain.audit_chain import MOST, AuditKeys, Event, Seal, after, order, sealed
from bridge.state.keys import Keys
from bridge.state.server import RedisServer, Script

_PAGE = 1000
#: Milliseconds for which nobody else seals: about once a second somebody does, whoever it is.
_TURN = 900

#: Appends a seal to the one it names, and to no other: of two processes one wins, and no chain forks. Sent
#: twice it is there once. ARGV: hash before, own hash, fields.
_APPEND = Script("""
local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local last = ''
if tail then
  for i = 1, #tail[2], 2 do
    if tail[2][i] == 'hash' then last = tail[2][i + 1] end
  end
end
if last == ARGV[2] then return 1 end
if last ~= ARGV[1] then return 0 end
redis.call('XADD', KEYS[1], '*', unpack(ARGV, 3))
return 1
""")


class RedisAuditSeals:
    """Everything may be sent twice. Raises `Refused(STATE_UNAVAILABLE)`."""

    def __init__(
        self, server: RedisServer, keys: Keys, audit_keys: AuditKeys, now: Callable[[], float]
    ) -> None:
        self._server = server
        self._keys = keys
        self._audit_keys = audit_keys
        self._now = now

    def seal(self) -> int:
        """Seals what is new, where no other process does at this moment; how many events it was."""
        if not self._server.command("SET", self._keys.audit_sealing, "1", "NX", "PX", _TURN):
            return 0
        done = 0
        while count := self._seal_page(floor=None):
            done += count
            if count < MOST:
                break
        return done

    def retain(self, length: int, seconds: int) -> int:
        """Drops the oldest events, whole seals at a time; how many. The seal that says so comes first.

        `length`: events to keep, about; `seconds`: how old one may become.
        """
        oldest = int((self._now() - seconds) * 1000)
        excess = int(self._server.command("XLEN", self._keys.audit)) - length
        floor, gone, kept = "", 0, ""
        newest = self._newest()
        for identifier, seal in self._seals(page=200):
            kept = identifier
            if newest is None or seal.number == newest.number:
                break
            if order(seal.last)[0] >= oldest and gone + seal.count > excess:
                break
            floor, gone = seal.last, gone + seal.count
        if not floor or (newest and order(floor) <= order(newest.floor)):
            return 0
        if self._seal_page(floor=floor) is None:
            return 0  # somebody else was faster; there is a next time
        dropped = int(self._server.command("XTRIM", self._keys.audit, "MINID", after(floor)))
        self._server.command("XTRIM", self._keys.audit_seals, "MINID", kept)
        return dropped

    def seals(self) -> list[Seal]:
        """All that are kept, oldest first."""
        return [seal for _, seal in self._seals(_PAGE)]

    def head(self) -> Seal | None:
        """The newest seal."""
        return self._newest()

    def events(self, since: str = "-", until: str = "+") -> Iterator[Event]:
        """Those kept, oldest first, a page at a time. `since` and `until`: milliseconds or ids, with both."""
        start = since
        while page := self._server.command("XRANGE", self._keys.audit, start, until, "COUNT", _PAGE):
            for identifier, fields in page:
                yield Event(identifier, dict(fields))
            start = f"({page[-1][0]}"

    def _seal_page(self, floor: str | None) -> int | None:
        """How many events it was; None where another process was faster. With a `floor` also over none."""
        before = self._newest()
        start = f"({before.last}" if before and before.last else "-"
        page = self._server.command("XRANGE", self._keys.audit, start, "+", "COUNT", MOST)
        if not page and floor is None:
            return 0
        events = [Event(identifier, dict(fields)) for identifier, fields in page]
        kept = floor if floor is not None else before.floor if before else ""
        seal = sealed(events, before, kept, int(self._now()), self._audit_keys)
        words = [word for pair in seal.fields.items() for word in pair]
        done = self._server.run(_APPEND, (self._keys.audit_seals,), seal.before, seal.hash, *words)
        return len(events) if done else None

    def _newest(self) -> Seal | None:
        found = self._server.command("XREVRANGE", self._keys.audit_seals, "+", "-", "COUNT", 1)
        return Seal.of(dict(found[0][1])) if found else None

    def _seals(self, page: int) -> Iterator[tuple[str, Seal]]:
        start = "-"
        while found := self._server.command("XRANGE", self._keys.audit_seals, start, "+", "COUNT", page):
            for identifier, fields in found:
                yield identifier, Seal.of(dict(fields))
            start = f"({found[-1][0]}"
