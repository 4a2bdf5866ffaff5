"""The server of `bridge serve`: granian, told when the configuration changed."""

import gc
import logging
from collections.abc import Sequence
from functools import partial
from time import monotonic
from typing import Any

from granian.server.mp import MPServer

from bridge import __version__
from bridge.cli.operator import operator
from bridge.settings.live import LiveSettings
from bridge.web.gateway import Gateway
from bridge.web.logs import LOGGER
from bridge.web.metrics.memory import Memory
from bridge.web.metrics.numbers import Numbers, Reads
from bridge.web.reloading import ConfigurationWatch
from bridge.web.serving import gateway
from bridge.wiring.audit import mark, note

_MOST_KEYS = 50  # that an audit event names

#: Workers that may die within a minute and are replaced. More, and the server ends: who started it decides.
DEATHS = 20


class Server(MPServer):
    """On SIGHUP granian itself would start new workers, and end when they cannot read a bad configuration.

    Here the workers stay; one that has to be replaced begins with the settings that were good last.
    """

    def __init__(self, live: LiveSettings, **options: Any) -> None:
        """`options`: granian's own."""
        super().__init__("bridge.web.serving:gateway", **options)
        self._live = live
        workers = int(options.get("workers", 1))
        self._memory = Memory(workers + 1)  # the last slot is the server's own
        reads = Reads(Numbers(self._memory.slot(workers)))
        reads.began()
        self._watch = ConfigurationWatch(
            live, lambda: [worker.inner.pid for worker in self.wrks], partial(_note, live), reads.read
        )
        self._died: list[float] = []  # when, of the last minute

    def serve_gateway(self) -> None:
        """Serves until SIGTERM or SIGINT."""
        # What is imported is there for good. A worker's collector that looked at it would find nothing, and
        # make pages its own that it shares with the server.
        gc.freeze()
        self.serve(target_loader=partial(_gateway, self._live, self._memory), wrap_loader=False)

    def _spawn_workers(self, *how: Any) -> None:
        super()._spawn_workers(*how)  # type: ignore[no-untyped-call]
        self._watch.start()

    def _spawn_worker(self, idx: Any, target: Any, callback_loader: Any, _sockets: Any = None) -> Any:
        """A worker counts in the slot of its place, also one that replaces another."""
        return super()._spawn_worker(idx, target, partial(callback_loader, idx))

    def _respawn_workers(self, workers: Any, *how: Any, **named: Any) -> None:
        """In the place of dead ones. By itself granian ends, without a word, when a new worker dies within
        five seconds; one that the system kills twice would take the others with it.
        """
        now = monotonic()
        self._died = [at for at in self._died if now - at < 60] + [now] * len(workers)
        logging.getLogger(LOGGER).error("worker_died", extra={"detail": f"{len(self._died)} within a minute"})
        with self._watch.at_rest:
            super()._respawn_workers(workers, *how, **named)
        if len(self._died) <= DEATHS:
            self.respawned_wrks.clear()

    def signal_handler_reload(self, *_args: object, **_named: object) -> None:
        """On SIGHUP."""
        self._watch.ask()


def _note(live: LiveSettings, changed: Sequence[str] | None) -> None:
    """To the audit: names of keys, never a value."""
    if changed is None:
        note(live.current, operator(), "serving", version=__version__, configuration=configuration_mark(live))
    else:
        more = f" and {len(changed) - _MOST_KEYS} more" if len(changed) > _MOST_KEYS else ""
        keys = ", ".join(changed[:_MOST_KEYS]) + more
        told = {"keys": keys, "configuration": configuration_mark(live)}
        note(live.current, operator(), "configuration_changed", **told)


def configuration_mark(live: LiveSettings) -> str:
    """By which the same configuration is known again; see `bridge.wiring.audit.mark`."""
    return mark(live.current)


def _gateway(live: LiveSettings, memory: Memory, place: int) -> Gateway:
    """In a new worker, which is a copy of the server: it has the settings as the server had them last.

    Where systems start processes anew it is handed over, so it holds nothing of the server but these.
    """
    return gateway(live.current, memory, place)
