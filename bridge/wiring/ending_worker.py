"""Works at what sessions that ended leave to do; one in each process of the bridge."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bridge.domain.ending_work import EndingQueue, EndingWork
from bridge.domain.refusal import Refused

#: Seconds between two looks where nothing is to be done: a store hears of an end within a second.
LOOK = 0.4
#: Seconds until the next look where Redis cannot be asked.
AWAY = 1.0
#: How many a process works at in one moment; more than one receiver that hangs can hold.
THREADS = 16

_LOG = logging.getLogger("bridge")


class EndingWorker:
    """One thread that looks, and some that work, made when needed."""

    def __init__(self, queue: EndingQueue, do: Callable[[EndingWork], None], threads: int = THREADS) -> None:
        """`do`: see `AfterEnding.do`."""
        self._queue = queue
        self._do = do
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="ending")
        self._most = threads
        self._lock = threading.Lock()
        self._busy = 0
        self._signal = threading.Event()
        self._stopped = threading.Event()
        self._looker: threading.Thread | None = None

    def start(self) -> None:
        """Looks now, and every `LOOK` seconds until `stop`."""
        self._looker = threading.Thread(target=self._run, name="endings", daemon=True)
        self._looker.start()

    def stop(self) -> None:
        """Nothing more is begun; returns when what was begun is done."""
        self._stopped.set()
        self._signal.set()
        if self._looker is not None:
            self._looker.join()
        self._threads.shutdown()

    def look(self) -> int:
        """Begins what is due, as much as there are threads free; how much it was. Raises `Refused`."""
        with self._lock:
            free = self._most - self._busy
        # No more than can be begun now: what waits in a process would outlive its claim.
        taken = self._queue.take(free) if free else ()
        for work in taken:
            with self._lock:
                self._busy += 1
            try:
                self._threads.submit(self._work, work)
            except RuntimeError:  # the interpreter goes down: what was taken is another process's soon
                self._stopped.set()
                break
        return len(taken)

    def _run(self) -> None:
        while not self._stopped.is_set():
            wait = LOOK
            try:
                self.look()
            except Refused:
                wait = AWAY
            except Exception:  # noqa: BLE001 - a fault of ours must not end the work at all that is to come
                _LOG.exception("fault")
                wait = AWAY
            self._signal.wait(wait)
            self._signal.clear()

    def _work(self, work: EndingWork) -> None:
        try:
            self._do(work)
        except Refused as refused:  # without Redis: when the claim runs out, somebody does it again
            _LOG.warning("ending_put_off", extra={"reference": work.id, "detail": refused.detail})
        except Exception:  # noqa: BLE001 - the same
            _LOG.exception("fault", extra={"reference": work.id})
        finally:
            with self._lock:
                full = self._busy == self._most
                self._busy -= 1
            if full:
                self._signal.set()  # there may be more than there were threads for
