"""A new configuration without a restart: the server judges it, each worker takes it up between two requests.

The server looks at the files every second, and at once on SIGHUP. What cannot be used is logged, and the old
configuration stays, also for workers that are started later. Requests that are under way end with what they
began with.
"""

import gc
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from bridge.settings import ConfigFaults, Settings
from bridge.settings.live import LiveSettings
from bridge.web.logs import LOGGER

LOOK = 1.0  # seconds
_MOST_KEYS = 20  # that a log line names

_LOG = logging.getLogger(LOGGER)


class ConfigurationWatch:
    """In the server: a thread that looks, and tells the workers."""

    def __init__(
        self,
        live: LiveSettings,
        workers: Callable[[], Iterable[int]],
        tell: Callable[[Sequence[str] | None], object] = bool,
        reads: Callable[[bool], object] = bool,
    ) -> None:
        """`workers`: their process ids; `tell` hears which keys changed; None at the start;
        `reads` hears of each time that files were read, whether they are in use.
        """
        self._tell = tell
        self._reads = reads
        self._live = live
        self._workers = workers
        self._asked = threading.Event()
        #: Held while this thread works. A worker is a copy of this process: for a module that another thread
        #: was importing, or for a lock that it held, the copy would wait for ever.
        self.at_rest = threading.Lock()

    def start(self) -> None:
        """Looks until the process ends."""
        threading.Thread(target=self._run, name="configuration", daemon=True).start()

    def ask(self) -> None:
        """Reads everything again now, changed or not. Safe in a signal handler."""
        self._asked.set()

    def _run(self) -> None:
        with self.at_rest:
            self._tell(None)
        while True:
            asked = self._asked.wait(LOOK)
            self._asked.clear()
            try:
                with self.at_rest:
                    if asked or self._live.has_changed():
                        self.renew()
            except Exception:  # noqa: BLE001 - a fault of ours must not end the watching
                _LOG.exception("fault")

    def renew(self) -> bool:
        """Whether a new configuration is in use."""
        try:
            changed = self._live.renew()
        except ConfigFaults as faults:
            for fault in faults.faults:
                _LOG.error("configuration_refused", extra={"detail": str(fault)})
            self._reads(False)
            return False
        self._reads(True)
        more = f" and {len(changed) - _MOST_KEYS} more" if len(changed) > _MOST_KEYS else ""
        told = ", ".join(changed[:_MOST_KEYS]) + more
        _LOG.info("configuration_read", extra={"detail": f"changed: {told or 'nothing'}"})
        for worker in self._workers():
            with suppress(ProcessLookupError):  # the one in its place begins with the new configuration
                os.kill(worker, signal.SIGHUP)
        self._tell(changed)
        return True


class WorkersConfiguration:
    """In a worker: the configuration is taken up by a thread of its own when the server hangs up on it."""

    def __init__(
        self,
        read: Callable[[], Settings],
        take: Callable[[Settings], None],
        kept: Callable[[], None] = lambda: None,
    ) -> None:
        """`take` puts everything together anew, and raises where it cannot: then all stays as it was, and
        `kept` hears of it.
        """
        self._kept = kept
        self._read = read
        self._take = take
        self._told = threading.Event()

    def start(self) -> None:
        """To be called by the process's main thread, which alone may set handlers for signals."""
        signal.signal(signal.SIGHUP, lambda _number, _frame: self._told.set())
        threading.Thread(target=self._run, name="configuration", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._told.wait()
            self._told.clear()
            try:
                self._take(self._read())
            except Exception:  # noqa: BLE001 - the old one goes on; the server said what is wrong with the file
                _LOG.exception("configuration_kept")
                self._kept()
            gc.collect()  # what answered until now holds itself in circles
