"""Keeps every provider's documents fresh while nobody signs in, so that no shopper waits for them."""

import logging
import threading
from collections.abc import Callable, Mapping

from bridge.domain.deadline import Deadline
from bridge.domain.document import Documents
from bridge.domain.refusal import Refused
from bridge.idp.published import Published
from bridge.net.kept import BACKGROUND_LIMIT

#: Seconds between two looks; within so many a `bridge connections refresh` takes effect everywhere.
LOOK = 5.0
#: Seconds between the beginnings of two fetches: hundreds of connections begin one after the other.
STAGGER = 0.05
_AT_ONCE = 40  # fetches begun in one look, so that the next one is not late
#: Seconds until a provider that failed is asked again; doubled each time, up to the last.
FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 300.0

_LOG = logging.getLogger("bridge")


class Keeper:
    """One thread that looks, and one for each provider that is being asked; they end with the process."""

    def __init__(
        self, published: Mapping[str, Published], documents: Documents, monotonic: Callable[[], float]
    ) -> None:
        """`published`: by connection."""
        self._published = published
        self._documents = documents
        self._monotonic = monotonic
        self._marks: Mapping[str, str] | None = None
        self._asking: set[str] = set()
        self._backoff: dict[str, tuple[float, float]] = {}  # seconds, and until when
        self._stopped = threading.Event()

    def start(self) -> None:
        """Looks now, and every `LOOK` seconds until `stop`."""
        threading.Thread(target=self._run, name="keeper", daemon=True).start()

    def stop(self) -> None:
        """No fetch begins any more."""
        self._stopped.set()

    def look(self) -> list[threading.Thread]:
        """Heeds what was refreshed by hand, and begins to renew what is due; the threads that do."""
        self._heed_marks()
        begun: list[threading.Thread] = []
        for name, one in self._published.items():
            if not one.is_fresh and self._is_due(name) and len(begun) < _AT_ONCE:
                if begun and self._stopped.wait(STAGGER):
                    break
                self._asking.add(name)
                begun.append(threading.Thread(target=self._freshen, args=(name, one), daemon=True))
                begun[-1].start()
        return begun

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.look()
            except Exception:  # noqa: BLE001 - a fault of ours must not end the keeping of all documents
                _LOG.exception("fault")
            self._stopped.wait(LOOK)

    def _heed_marks(self) -> None:
        """What bears another mark than before is expired; one that is gone went with Redis's memory."""
        before, marks = self._marks, self._documents.marks()
        if before is not None:
            for name, mark in marks.items():
                if before.get(name) != mark and name in self._published:
                    self._backoff.pop(name, None)
                    self._published[name].expire()
        self._marks = {**(before or {}), **marks}

    def _is_due(self, name: str) -> bool:
        return name not in self._asking and self._monotonic() >= self._backoff.get(name, (0.0, 0.0))[1]

    def _freshen(self, name: str, one: Published) -> None:
        try:
            one.freshen(Deadline(BACKGROUND_LIMIT, self._monotonic))
        except Refused:
            self._back_off(name)
        except Exception:  # noqa: BLE001 - logged; other connections go on
            _LOG.exception("fault", extra={"connection": name})
            self._back_off(name)
        else:
            self._backoff.pop(name, None)
        finally:
            self._asking.discard(name)

    def _back_off(self, name: str) -> None:
        last = self._backoff.get(name, (FIRST_BACKOFF / 2, 0.0))[0]
        wait = min(2 * last, LONGEST_BACKOFF)
        self._backoff[name] = (wait, self._monotonic() + wait)
