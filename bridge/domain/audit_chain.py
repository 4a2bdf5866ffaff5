"""What proves that the audit was not changed: seals, each over the events since the one before.

Events are appended as they happen, and cost nothing more. About once a second a process seals what is new:
the hash of each event, of all of them with the seal before, and a code (HMAC) that only a bridge can make.
Whoever changes, takes out or puts in an event, or a seal, changes a hash that is in the next seal.

An event that is erased for a person's sake leaves a tombstone: a later event that carries its hash.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.domain.secret import Secret

TOMBSTONE = "tombstone"
#: Characters of an event's hash that its seal repeats, by which the one that was changed is found.
MARK = 8
#: Events that one seal is over, at most.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the stream: its id, which says when, and its fields."""

    id: str
    fields: Mapping[str, str]

    @property
    def leaf(self) -> str:
        """64 hexadecimal digits over id and fields."""
        text = json.dumps([self.id, sorted(self.fields.items())], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """`first` and `last` are ids of events, empty where there were none; `floor` the last that was let go."""

    number: int
    first: str
    last: str  # where there were none: that of the seal before
    marks: str  # `MARK` characters for each event
    floor: str
    at: int  # seconds since the epoch
    before: str  # hash of the seal before; empty at the very beginning
    hash: str
    key: str  # which key made the code
    code: str

    @property
    def count(self) -> int:
        return len(self.marks) // MARK

    @property
    def fields(self) -> dict[str, str]:
        """As it is stored."""
        return {
            "number": str(self.number), "first": self.first, "last": self.last, "marks": self.marks,
            "floor": self.floor, "at": str(self.at), "before": self.before, "hash": self.hash,
            "key": self.key, "code": self.code,
        }  # fmt: skip

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Seal":
        """Raises `ValueError` for what no bridge wrote."""
        try:
            numbers = int(fields["number"]), int(fields["at"])
            words = {
                name: fields[name]
                for name in ("first", "last", "marks", "floor", "before", "hash", "key", "code")
            }
        except KeyError as error:
            raise ValueError(f"without {error.args[0]}") from None
        return cls(number=numbers[0], at=numbers[1], **words)


class AuditKeys:
    """Keys derived from the cookie keys, newest first: the first one seals, all of them verify."""

    def __init__(self, keys: Sequence[Secret]) -> None:
        derived = [hashlib.sha256(b"bridge audit\0" + key.reveal().encode()).digest() for key in keys]
        self._keys = {hashlib.sha256(b"id\0" + key).hexdigest()[:8]: key for key in derived}
        self.newest = next(iter(self._keys))

    def code(self, text: str) -> str:
        """By the newest key."""
        return hmac.new(self._keys[self.newest], text.encode(), hashlib.sha256).hexdigest()

    def verify(self, key: str, text: str, code: str) -> bool | None:
        """None where the key is not one of ours any more."""
        if key not in self._keys:
            return None
        made = hmac.new(self._keys[key], text.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(made.encode(), code.encode())


def sealed(events: Sequence[Event], before: Seal | None, floor: str, at: int, keys: AuditKeys) -> Seal:
    """The next seal, over these events."""
    leaves = [event.leaf for event in events]
    last = events[-1].id if events else before.last if before else ""
    number, first = (before.number if before else 0) + 1, events[0].id if events else ""
    previous = before.hash if before else ""
    whole = seal_hash(number, (first, last), floor, at, previous, leaves)
    return Seal(
        number=number,
        first=first,
        last=last,
        marks="".join(leaf[:MARK] for leaf in leaves),
        floor=floor,
        at=at,
        before=previous,
        hash=whole,
        key=keys.newest,
        code=keys.code(whole),
    )


def seal_hash(
    number: int, ends: tuple[str, str], floor: str, at: int, before: str, leaves: Sequence[str]
) -> str:
    """64 hexadecimal digits over all that a seal says."""
    text = json.dumps([number, *ends, floor, at, before, len(leaves), "".join(leaves)], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def tombstone(event: Event, keys: AuditKeys) -> dict[str, str]:
    """The fields of the event that stands for one that is erased. Nothing of the person is in it."""
    leaf = event.leaf
    told = {"event": TOMBSTONE, "of": event.id, "leaf": leaf, "key": keys.newest}
    return {**told, "code": keys.code(f"{TOMBSTONE} {event.id} {leaf}")}


def tombstone_holds(fields: Mapping[str, str], keys: AuditKeys) -> bool | None:
    """Whether a bridge made this tombstone; None where its key is not one of ours any more."""
    text = f"{TOMBSTONE} {fields.get('of', '')} {fields.get('leaf', '')}"
    return keys.verify(fields.get("key", ""), text, fields.get("code", ""))


def order(identifier: str) -> tuple[int, int]:
    """By which ids of a stream are compared; an empty one comes first."""
    milliseconds, _, number = identifier.partition("-")
    return (int(milliseconds), int(number or 0)) if identifier else (-1, 0)


def after(identifier: str) -> str:
    """The next id."""
    milliseconds, number = order(identifier)
    return f"{milliseconds}-{number + 1}" if identifier else "0-1"
