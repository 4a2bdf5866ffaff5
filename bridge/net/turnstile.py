"""How many threads work at once: few that work, many that wait for others.

Threads that work fight for the interpreter, and each one more makes every request dearer; threads
that wait for a slow provider cost next to nothing, but must keep nobody else waiting. So a few
work. One that asks another server keeps its place for a moment, since most answers come at once;
then it is taken to wait, as is one that has been at work for longer than any work takes.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Self

#: Threads that work at once (docs/decisions/0002-server.md).
WORKING = 4
#: Seconds at work after which a thread is taken to wait for somebody.
WORK = 0.02
#: The same for a thread that said it asks another server.
GRACE = 0.003
#: Threads at most, working and waiting; made when needed. One that waits costs 0.1 MB
#: (docs/decisions/0004-bulkheads.md).
THREADS = 2048


@dataclass(eq=False, slots=True)
class _Job:
    """One admission; the same callable may be admitted many times."""

    run: Callable[[], None]


class Turnstile:
    """Runs jobs in threads. Safe to use from any thread; a job must not raise."""

    def __init__(self, working: int = WORKING, threads: int = THREADS) -> None:
        self._most_working = working
        self._most_threads = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._here = threading.local()
        self._lock = threading.Lock()
        self._queue: deque[_Job] = deque()
        self._inside = 0
        self._busy_until: dict[_Job, float] = {}

    def admit(self, job: Callable[[], None]) -> bool:
        """Runs `job` when its turn comes. True while jobs wait: `look` again within `GRACE` seconds."""
        with self._lock:
            self._queue.append(_Job(job))
        return self.look()

    def look(self) -> bool:
        """Begins what may begin now; True while jobs still wait."""
        with self._lock:
            while self._queue and self._inside < self._most_threads and self._room():
                job = self._queue.popleft()
                self._inside += 1
                self._busy_until[job] = monotonic() + WORK
                self._threads.submit(self._run, job)
            return bool(self._queue)

    @property
    def waiting(self) -> int:
        """How many jobs wait for a thread."""
        return len(self._queue)

    def aside(self) -> "Aside":
        """A context in which the calling job asks another server; outside of jobs it does nothing."""
        return Aside(self)

    def _run(self, job: _Job) -> None:
        self._here.job = job
        try:
            job.run()
        finally:
            self._here.job = None
            with self._lock:
                self._busy_until.pop(job, None)
                self._inside -= 1
            self.look()

    def _busy_for(self, seconds: float) -> None:
        job: _Job | None = getattr(self._here, "job", None)
        if job is not None:
            with self._lock:
                self._busy_until[job] = monotonic() + seconds

    def _room(self) -> bool:
        now = monotonic()
        for job in [job for job, until in self._busy_until.items() if until < now]:
            del self._busy_until[job]
        return len(self._busy_until) < self._most_working


class Aside:
    """See `Turnstile.aside`. Who comes back goes on at once, even if one more works for a moment."""

    __slots__ = ("_turnstile",)

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile

    def __enter__(self) -> Self:
        self._turnstile._busy_for(GRACE)  # noqa: SLF001 - the other half of it
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turnstile._busy_for(WORK)  # noqa: SLF001
