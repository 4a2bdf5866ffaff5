"""Whether an audit is as it was sealed: events and seals, compared from the oldest kept to the newest."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain, pairwise

from bridge.domain.audit_chain import (
    MARK,
    TOMBSTONE,
    AuditKeys,
    Event,
    Seal,
    order,
    seal_hash,
    tombstone_holds,
)

_MOST_TOLD = 100  # problems


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind`: altered, removed, inserted, reordered, seal_altered, chain_broken, chain_forked, forged."""

    kind: str
    at: str  # an event's id, or `seal N`
    told: str


@dataclass(slots=True)
class Verdict:
    """What came of it. It holds where there are no problems."""

    problems: list[Problem] = field(default_factory=list)
    more: int = 0  # problems that are not told one by one
    seals: int = 0
    events: int = 0  # compared with their seals
    erased: int = 0
    unsealed: int = 0
    unsealed_since: str = ""  # id
    anchor: Seal | None = None  # the oldest seal kept
    head: Seal | None = None  # the newest
    other_keys: int = 0  # seals and tombstones by keys that are not ours any more; later seals vouch for them
    expected_head: bool | None = None  # whether the hash that was noted elsewhere is in the chain

    @property
    def holds(self) -> bool:
        return not self.problems and self.expected_head is not False

    def tell(self, kind: str, at: str, told: str) -> None:
        """Adds a problem; of very many the first are told."""
        if len(self.problems) < _MOST_TOLD:
            self.problems.append(Problem(kind, at, told))
        else:
            self.more += 1


def verify(
    events: Iterable[Event],
    seals: Sequence[Seal],
    graves: Mapping[str, str],
    keys: AuditKeys,
    *,
    noted: str = "",
) -> Verdict:
    """`events` in the order of their ids; `graves`: the hash of each event that was erased, by its id.

    `noted`: the hash of a seal that was kept elsewhere, which the chain must hold.
    """
    verdict = Verdict(seals=len(seals))
    if noted:
        verdict.expected_head = any(seal.hash == noted for seal in seals)
    _chain(seals, keys, verdict)
    floor = max((seal.floor for seal in seals), key=order, default="")
    rest: Iterator[Event] = iter(events)
    held: list[Event] = []
    buried = deque(sorted(graves, key=order))
    for seal in seals:
        mine_erased = {}
        while buried and order(buried[0]) <= order(seal.last):
            identifier = buried.popleft()
            mine_erased[identifier] = graves[identifier]
        if order(seal.last) <= order(floor):
            continue
        mine: list[Event] = []
        for event in chain(held, rest):
            if order(event.id) > order(seal.last):
                held = [event]
                break
            if order(event.id) > order(floor):  # what retention left lying is nobody's fault
                mine.append(event)
        else:
            held = []
        _compare(seal, mine, mine_erased, verdict)
    for event in chain(held, rest):
        verdict.unsealed += 1
        verdict.unsealed_since = verdict.unsealed_since or event.id
    return verdict


def _chain(seals: Sequence[Seal], keys: AuditKeys, verdict: Verdict) -> None:
    """Each seal names the one before. A seal by a key of old is believed as far as a later one vouches."""
    if not seals:
        return
    verdict.anchor, verdict.head = seals[0], seals[-1]
    seen = {seals[0].before}
    for one, other in pairwise(seals):
        if other.before != one.hash:
            forked = other.before in seen
            told = (
                "names the same seal before as another one" if forked else "does not name the seal before it"
            )
            verdict.tell("chain_forked" if forked else "chain_broken", f"seal {other.number}", told)
        elif other.number != one.number + 1:
            verdict.tell("seal_altered", f"seal {other.number}", f"follows number {one.number}")
        seen.add(other.before)
    if seals[0].before and seals[0].number == 1:
        verdict.tell("seal_altered", "seal 1", "names a seal before it")
    if not seals[0].before and seals[0].number != 1:
        verdict.tell("seal_altered", f"seal {seals[0].number}", "names no seal before it")
    _vouch(seals, keys, verdict)


def _vouch(seals: Sequence[Seal], keys: AuditKeys, verdict: Verdict) -> None:
    """Who made them."""
    vouched = False
    for seal in reversed(seals):
        holds = keys.verify(seal.key, seal.hash, seal.code)
        if holds is None:
            verdict.other_keys += 1
            if not vouched:
                told = (
                    f"made by a key ({seal.key}) that is not in cookie_keys, and no later seal vouches for it"
                )
                verdict.tell("forged", f"seal {seal.number}", told)
        elif holds:
            vouched = True
        else:
            verdict.tell("forged", f"seal {seal.number}", "its code is not the bridge's")


def _compare(seal: Seal, events: Sequence[Event], graves: Mapping[str, str], verdict: Verdict) -> None:
    marks = [seal.marks[place : place + MARK] for place in range(0, len(seal.marks), MARK)]
    leaves = {event.id: event.leaf for event in events}
    for identifier, leaf in graves.items():
        if identifier not in leaves and leaf[:MARK] in marks:
            leaves[identifier] = leaf
            verdict.erased += 1
    ids = sorted(leaves, key=order)
    verdict.events += len(events)
    ordered = [leaves[identifier] for identifier in ids]
    ends = (seal.first, seal.last)
    if seal_hash(seal.number, ends, seal.floor, seal.at, seal.before, ordered) == seal.hash:
        return
    found = [leaf[:MARK] for leaf in ordered]
    name = f"seal {seal.number}"
    if marks == found:
        verdict.tell("seal_altered", name, "its events are as sealed, and it is not")
        return
    if sorted(marks) == sorted(found):
        verdict.tell("reordered", name, "its events stand in another order")
        return
    _differences(seal, marks, found, ids, verdict)


def _differences(
    seal: Seal, marks: Sequence[str], found: Sequence[str], ids: Sequence[str], verdict: Verdict
) -> None:
    name = f"seal {seal.number}"
    for what, left, right, start, end in SequenceMatcher(None, marks, found, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        changed = min(right - left, end - start)
        for identifier in ids[start : start + changed]:
            verdict.tell("altered", identifier, f"not as {name} has it")
        for identifier in ids[start + changed : end]:
            verdict.tell("inserted", identifier, f"{name} does not know it")
        if gone := right - left - changed:
            near = ids[start - 1] if 0 < start <= len(ids) else seal.first
            verdict.tell("removed", near, f"{gone} of {name} gone, after this one or with it")


def graves_of(events: Iterable[Event], keys: AuditKeys, verdict: list[Problem]) -> tuple[dict[str, str], int]:
    """The erased events by their tombstones, and how many of these are by keys of old."""
    graves: dict[str, str] = {}
    old = 0
    for event in events:
        if event.fields.get("event") != TOMBSTONE:
            continue
        holds = tombstone_holds(event.fields, keys)
        if holds is False:
            verdict.append(Problem("forged", event.id, "a tombstone that no bridge made"))
            continue
        old += holds is None
        graves[event.fields.get("of", "")] = event.fields.get("leaf", "")
    return graves, old
