"""Seals the audit, and lets go of what is too old: a thread in each process, of which one works at a time."""

import logging
import threading
from collections.abc import Callable

from bridge.domain.audit_chain import AuditKeys
from bridge.domain.refusal import Refused
from bridge.settings import Settings
from bridge.state.audit_seals import RedisAuditSeals
from bridge.state.decisions import Decisions
from bridge.state.keys import Keys
from bridge.state.server import RedisServer

LOOK = 1.0  # seconds
_RETAIN = 60  # looks between two times at which old records are dropped

_LOG = logging.getLogger("bridge")


class AuditSealer:
    """Any fault is logged, and leaves the work to the next look."""

    def __init__(self, seal: Callable[[], object], retain: Callable[[], object]) -> None:
        self._seal = seal
        self._retain = retain
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Looks about every second until `stop`."""
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Returns when the look under way has ended."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        looks = 0
        while not self._stopped.wait(LOOK):
            try:
                self._seal()
                if looks % _RETAIN == 0:
                    self._retain()
                looks += 1
            except Refused:
                continue  # Redis is away: what is new waits in the stream
            except Exception:  # noqa: BLE001 - a fault of ours must not end the sealing
                _LOG.exception("fault")


def sealer_of(
    settings: Settings, redis: RedisServer, keys: Keys, decisions: Decisions, now: Callable[[], float]
) -> AuditSealer:
    """The sealer of a bridge so configured."""
    server = settings.server
    seals = RedisAuditSeals(redis, keys, AuditKeys(server.cookie_keys), now)

    def retain() -> None:
        seals.retain(server.audit_length, server.audit_days * 86400)
        decisions.forget(redis, int(now()) - server.decisions_days * 86400)

    return AuditSealer(seals.seal, retain)
