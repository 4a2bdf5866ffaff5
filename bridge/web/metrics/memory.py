"""The memory in which the workers of a server count: one slot for each, and one for the server itself.

The server makes it before it starts a worker, and a worker is a copy of the server: so all see the same, with
no file that would have to be found, guarded or cleaned up. A slot outlives its worker; whoever takes the
place of one that died goes on in its slot, and no counter ever goes back.

Only the owner of a slot writes to it. A series is a line of text (`name<TAB>label<TAB>…`) and some cells; a
number of eight bytes is written in one piece, and a line counts when it is there completely.
"""

import mmap
from collections.abc import Iterator
from typing import Any

from bridge.web.metrics.declared import METRICS

#: Of each slot; what is not used costs no memory. Room for a thousand connections with all that they do.
CELLS = 262_144
TEXT = 4_194_304  # bytes
_HEAD = 8
_SIZE = (_HEAD + CELLS) * 8 + TEXT
#: Cells of the head.
ALIVE, _TEXT_USED, _CELLS_USED = range(3)

Key = tuple[str, ...]


class Memory:
    """Some slots, all empty."""

    def __init__(self, slots: int = 1) -> None:
        self._slots = slots
        self._memory = mmap.mmap(-1, slots * _SIZE)  # shared with every copy of this process

    def __reduce__(self) -> tuple[Any, ...]:
        """A process that is no copy (where systems start processes anew: macOS) has memory of its own."""
        return Memory, (self._slots,)

    def slot(self, place: int) -> "Slot":
        """The slot of that place, with what it holds already."""
        return Slot(memoryview(self._memory)[place * _SIZE : (place + 1) * _SIZE])

    def __iter__(self) -> Iterator["Slot"]:
        return (self.slot(place) for place in range(self._slots))


class Slot:
    """One process' numbers."""

    def __init__(self, memory: memoryview) -> None:
        self._head = memory[: _HEAD * 8].cast("d")
        self.cells = memory[_HEAD * 8 : (_HEAD + CELLS) * 8].cast("d")
        self._text = memory[(_HEAD + CELLS) * 8 :]
        self.room = CELLS

    @property
    def alive_at(self) -> float:
        """When its owner last said so, by the monotonic clock, which all processes of a machine share."""
        return self._head[ALIVE]

    @alive_at.setter
    def alive_at(self, when: float) -> None:
        self._head[ALIVE] = when

    def series(self) -> Iterator[tuple[Key, int]]:
        """Every series with its first cell."""
        cell = 0
        text = bytes(self._text[: int(self._head[_TEXT_USED])]).decode(errors="replace")
        for line in text.splitlines():
            key = tuple(line.split("\t"))
            metric = METRICS.get(key[0])
            if metric is None:
                return  # of a line that is not there completely; the next look sees it
            yield key, cell
            cell += metric.cells

    def add_series(self, key: Key) -> int | None:
        """Its first cell, with zeros; None where there is no room."""
        used, cell = int(self._head[_TEXT_USED]), int(self._head[_CELLS_USED])
        line = ("\t".join(key) + "\n").encode()
        after = cell + METRICS[key[0]].cells
        if after > self.room or used + len(line) > TEXT:
            return None
        self._text[used : used + len(line)] = line
        self._head[_CELLS_USED] = after
        self._head[_TEXT_USED] = used + len(line)
        return cell
