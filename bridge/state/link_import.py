"""Links by the million into Redis: a batch of rows in three trips, whatever their number."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Any, TypeVar
from zlib import crc32

from bridge.domain.link_rows import Became, Conflict, EmailRow, LinkRow
from bridge.domain.refusal import Reason, Refused
from bridge.state.growing import TAGS, every_tag, hashes_for
from bridge.state.keys import Keys
from bridge.state.link_records import DIGEST, LETTERS, claim_read, customer_of, when_text
from bridge.state.link_scripts import (
    CLAIM,
    FIND_MANY,
    LINK_MANY,
    LOST,
    MAKE_ROOM,
    NOTE_EMAILS,
    REMOVE,
)  # fmt: skip
from bridge.state.server import RedisServer
from bridge.state.two_sides import TwoSides

#: Rows of one script: at some 5 microseconds each a sign-in waits no longer than a few milliseconds.
CHUNK = 500
#: From a script's answers, which name the places of rows and what stood there.
_Stood = dict[int, str]
_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


class LinkImport:
    """Rows of one store.

    As with a single link, customers are claimed first and links are written then; where a claim was given
    up meanwhile, by anybody in the store, each claim is looked at again. Rows that are in nobody's way cost
    four trips for the whole batch, two of which are short; only those in conflict are looked at one by one.
    """

    def __init__(self, server: RedisServer, keys: Keys, store: str) -> None:
        self._server = server
        self._store = store
        self._sides = TwoSides(server, keys)
        self._unclaimed = keys.unclaimed(store)
        self._links = tuple(keys.links(tag, store) for tag in every_tag())
        self._holders = tuple(keys.holders(tag, store) for tag in every_tag())
        self._emails = tuple(keys.emails(tag, store) for tag in every_tag())

    def make_room(self, rows: int) -> None:
        """See the port `Links`."""
        count = hashes_for(rows)
        size = 1 if self._server.clustered else CHUNK
        for parts in (self._links, self._holders) if count > 1 else ():
            calls = [(parts[start : start + size], (count,)) for start in range(0, TAGS, size)]
            self._server.run_many(MAKE_ROOM, calls)

    def links(self, rows: Sequence[LinkRow]) -> list[Became]:
        """See the port `Links`."""
        customers = _Batch(self._holders, [row[2] for row in rows])
        identities = _Batch(self._links, [row[0] for row in rows])
        letters, times = LETTERS, _Times()
        claims = [f"{row[0]}{row[2]} {row[1]}" for row in rows]
        unclaimed = self._times_unclaimed()
        claimed_at, held = self._claim(customers, claims, list(range(len(rows))), "")
        free = [place for place in range(len(rows)) if place not in held] if held else list(range(len(rows)))
        texts = [f"{row[0]}{letters[row[3]]}{times[row[4]]}{row[2]}" for row in rows]
        stood = self._many(LINK_MANY, identities, texts, free, claimed_at)
        became: list[Became] = ["new"] * len(rows)
        for place, text in stood.items():
            became[place] = self._stood_before(rows[place], text)
        for place, claim in held.items():
            became[place] = self._held_before(rows[place], claim)
        if unclaimed is not None and unclaimed == self._times_unclaimed():
            return became
        written = [place for place, end in enumerate(became) if end == "new"]
        for chosen, lost in self._run(LOST, customers, claims, written):
            for place in (chosen[number - 1] for number in lost):
                became[place] = self._lost_meanwhile(rows[place], texts[place])
        return became

    def emails(self, rows: Sequence[EmailRow]) -> list[Became]:
        """See the port `Links`."""
        addresses = _Batch(self._emails, [row[0] for row in rows])
        words = [row[0] + row[1] for row in rows]
        stood = self._many(NOTE_EMAILS, addresses, words, list(range(len(rows))))
        became: list[Became] = ["new"] * len(rows)
        for place, customers in stood.items():
            same = customers == rows[place][1]
            became[place] = "same" if same else Conflict(customer=customers.partition(" ")[0])
        return became

    def _times_unclaimed(self) -> int | None:
        """How often a claim was given up so far; None on a Cluster, where no script could count it."""
        if self._server.clustered:
            return None
        return int(self._server.command("GET", self._unclaimed) or 0)

    def _claim(
        self, batch: "_Batch", claims: Sequence[str], places: list[int], instead: str
    ) -> tuple[int, _Stood]:
        """When the customers were claimed, at the earliest; and those that others hold."""
        answers = self._run(CLAIM, batch, claims, places, instead)
        held: _Stood = {}
        for chosen, (_, *others) in answers:
            held |= _placed(chosen, others)
        return min((int(answer[0]) for _, answer in answers), default=0), held

    def _many(
        self, script: Any, batch: "_Batch", words: Sequence[str], places: list[int], *first: int
    ) -> _Stood:
        stood: _Stood = {}
        for chosen, answer in self._run(script, batch, words, places, *first):
            if answer is None:
                raise Refused(Reason.STATE_UNAVAILABLE, "the batch took too long; it can be sent again")
            stood |= _placed(chosen, answer)
        return stood

    def _run(
        self, script: Any, batch: "_Batch", words: Sequence[str], places: list[int], *first: int | str
    ) -> list[tuple[list[int], Any]]:
        """One trip; the places of each script's rows with its answer."""
        parts = batch.parts
        groups = batch.by_part(places) if self._server.clustered else batch.cut(places)
        calls = [
            ([parts[place] for place in group], (*first, *map(words.__getitem__, group))) for group in groups
        ]
        return list(zip(groups, self._server.run_many(script, calls), strict=True))

    def _stood_before(self, row: LinkRow, text: str) -> Became:
        """The identity had a link: this one, or to somebody else, and then the claim was for nothing."""
        customer = customer_of(text)
        if customer == row[2]:
            return "same"
        self._sides.unclaim(row[0], row[2], row[1], self._store)
        return Conflict(customer=customer)

    def _lost_meanwhile(self, row: LinkRow, text: str) -> Became:
        """Our claim was given up under our hands (an operator unlinked the person): once more, or no link."""
        batch = _Batch(self._holders, [row[2]])
        _, held = self._claim(batch, [f"{row[0]}{row[2]} {row[1]}"], [0], "")
        if not held:
            return "new"
        part = self._links[crc32(row[0].encode()) & (TAGS - 1)]
        self._server.run(REMOVE, (part,), row[0], text[DIGEST:])
        return Conflict(identity=claim_read(held[0])[0])

    def _held_before(self, row: LinkRow, claim: str) -> Became:
        """Another identity of the connection claimed the customer: it counts if its link was written."""
        holder = claim_read(claim)[0]
        part = self._links[crc32(holder.encode()) & (TAGS - 1)]
        (text,) = self._server.run(FIND_MANY, (part,), holder)
        if text is not None and customer_of(text) == row[2]:
            return Conflict(identity=holder)
        batch = _Batch(self._holders, [row[2]])
        claimed_at, held = self._claim(batch, [f"{row[0]}{row[2]} {row[1]}"], [0], claim)
        if held:
            return Conflict(identity=holder)
        text = LETTERS[row[3]] + when_text(row[4]) + row[2]
        stood = self._many(LINK_MANY, _Batch(self._links, [row[0]]), [row[0] + text], [0], claimed_at)
        return self._stood_before(row, stood[0]) if stood else "new"


def in_turn(
    threads: Executor, act: Callable[[_Given], _Made], given: Iterable[_Given], ahead: int = 2
) -> Iterator[_Made]:
    """What `act` makes of each, in order; `ahead` of them are being worked on, so that memory stays small.

    While the server works on one batch the next is prepared: each of the two takes half of the time.
    """
    under_way: deque[Future[_Made]] = deque()
    for one in given:
        under_way.append(threads.submit(act, one))
        if len(under_way) > ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


class _Batch:
    """The part of each row."""

    def __init__(self, names: tuple[str, ...], words: list[str]) -> None:
        self._tags = [crc32(word.encode()) & (TAGS - 1) for word in words]
        self.parts = [names[tag] for tag in self._tags]

    def cut(self, places: list[int]) -> list[list[int]]:
        """Neighbours of one part after each other: what a script knows of a part it asks once."""
        ordered = sorted(places, key=self._tags.__getitem__)
        return [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]

    def by_part(self, places: list[int]) -> list[list[int]]:
        """On a Cluster a script is sent rows of one part."""
        groups: dict[int, list[int]] = {}
        for place in places:
            groups.setdefault(self._tags[place], []).append(place)
        return list(groups.values())


class _Times(dict[int, str]):
    """Most rows of an import have one time."""

    def __missing__(self, seconds: int) -> str:
        text = self[seconds] = when_text(seconds)
        return text


def _placed(chosen: list[int], flat: list[Any]) -> _Stood:
    """What stood at which row; scripts count from one."""
    return {chosen[number - 1]: text for number, text in zip(flat[::2], flat[1::2], strict=True)}
