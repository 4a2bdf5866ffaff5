"""The batches of an import on their way to Redis, while the next is read."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from bridge.domain.refusal import Refused
from bridge.flows.customer_import import Done, Into, import_batch
from bridge.flows.row_lines import Batch

AHEAD = 2  # batches on their way
PAUSES = (1, 2, 4, 8)  # seconds after which a Redis that went away is asked again


class Sending:
    """Into one place."""

    def __init__(self, into: Into) -> None:
        self._into = into
        self._begun = False
        self._ending = threading.Event()

    def sent(self, batches: Iterable[Batch]) -> Iterator[Done]:
        """What became of each batch, in order. Raises `Refused`.

        Never two are on their way that name the same people: of rows that contradict each other the
        first in the file is to win, each time.
        """
        under_way: deque[tuple[Future[Done], set[str]]] = deque()
        with ThreadPoolExecutor(AHEAD) as threads:
            try:
                for batch in batches:
                    people = _people(batch)
                    while under_way and not _may_go(people, [before for _, before in under_way]):
                        yield under_way.popleft()[0].result()
                    under_way.append((threads.submit(self._send, batch), people))
                while under_way:
                    yield under_way.popleft()[0].result()
            except BaseException:
                self._ending.set()  # nobody waits for what is given up
                raise

    def _send(self, batch: Batch) -> Done:
        """Waits for a Redis that went away while it worked; that it was never there is said at once."""
        for pause in PAUSES:
            try:
                done = import_batch(batch, self._into)
            except Refused:
                if not self._begun or self._ending.wait(pause):
                    raise
            else:
                self._begun = True
                return done
        return import_batch(batch, self._into)


def _people(batch: Batch) -> set[str]:
    """Whom a batch names, by whatever it names them."""
    people = {row.identity for row in batch.links}
    people.update(row.customer for row in batch.links)
    people.update(row.email for row in batch.emails)
    return people


def _may_go(people: set[str], under_way: Sequence[set[str]]) -> bool:
    return len(under_way) <= AHEAD and all(people.isdisjoint(before) for before in under_way)
