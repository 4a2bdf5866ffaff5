"""Decision records, read by operators' commands, from the newest on. Nothing here is on a sign-in's way."""

from collections.abc import Callable, Iterator

from bridge.domain.decision import Account, Record, is_near
from bridge.state.keys import Keys
from bridge.state.server import RedisServer

_PAGE = 1000  # records in one trip
#: Seconds that lie between the records of one reference at most: an attempt, its outcome, and its code.
_SPAN = 2 * 3600
_NEAR = 5  # references that a typing error may have meant


class RedisDecisionRecords:
    """All commands may be asked again. Raises `Refused(STATE_UNAVAILABLE)`."""

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._streams = (keys.decisions, keys.strays)

    def find(self, reference: str) -> tuple[Account | None, list[str]]:
        """What is known of a reference; else those that were written and are nearly the same."""
        found: list[Record] = []
        near: dict[str, None] = {}
        for stream in self._streams:
            oldest = None
            for record in self._newest(stream):
                if oldest is not None and record.at < oldest:
                    break
                if record.reference == reference or _follows(record, reference):
                    found.append(record)
                    oldest = oldest or record.at - _SPAN
                elif len(near) < _NEAR and is_near(record.reference, reference):
                    near[record.reference] = None
        own = [one for one in found if one.reference == reference]
        return (Account.of(own) if own else None), list(near)

    def successor(self, reference: str) -> str:
        """The attempt that began in place of this one, which came back too late; an empty text for none."""
        for record in self._newest(self._streams[0]):
            if _follows(record, reference):
                return record.reference
        return ""

    def latest(self, wanted: Callable[[Account], bool], most: int) -> list[Account]:
        """The newest accounts that are wanted, newest first; told whole, as far as records are kept."""
        held: dict[str, list[Record]] = {}
        look = 200
        for count, record in enumerate(self._newest(self._streams[0]), 1):
            held.setdefault(record.reference, []).append(record)
            if count >= look:
                look *= 2
                full = [one for one in _accounts(held) if wanted(one)]
                if len(full) >= most and record.at < full[most - 1].began - _SPAN:
                    break
        return [one for one in _accounts(held) if wanted(one)][:most]

    @property
    def oldest(self) -> float | None:
        """When the oldest record was written, in seconds since the epoch; None where there is none."""
        first = self._server.command("XRANGE", self._streams[0], "-", "+", "COUNT", 1)
        return _when(first[0][0]) if first else None

    def _newest(self, stream: str) -> Iterator[Record]:
        before = "+"
        while page := self._server.command("XREVRANGE", stream, before, "-", "COUNT", _PAGE):
            for identifier, fields in page:
                record = Record.of(_when(identifier), _pairs(fields))
                if record is not None:
                    yield record
            before = f"({page[-1][0]}"


def _follows(record: Record, reference: str) -> bool:
    return any(step.facts.get("instead_of") == reference for step in record.steps if step.name == "chosen")


def _accounts(held: dict[str, list[Record]]) -> list[Account]:
    accounts = [Account.of(records) for records in held.values()]
    return sorted(accounts, key=lambda one: one.began, reverse=True)


def _when(identifier: str) -> float:
    """Records of one millisecond keep their order: each is a microsecond later."""
    milliseconds, _, number = identifier.partition("-")
    return (int(milliseconds) + int(number) / 1000) / 1000


def _pairs(fields: object) -> dict[str, str]:
    """A flat list, or a mapping where the client made one."""
    if isinstance(fields, dict):
        return fields
    words = list(fields)  # type: ignore[call-overload]
    return dict(zip(words[::2], words[1::2], strict=True))
