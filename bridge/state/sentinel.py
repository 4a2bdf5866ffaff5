"""Redis Sentinel: who the primary is, asked whenever a connection is made."""

import threading
import time

import redis

from bridge.state.connecting import asked
from bridge.state.whereabouts import Place, Whereabouts

#: Seconds for which an answer serves the others that ask: a failover breaks all connections at once.
_FRESH = 0.05
#: Seconds for asking Sentinels, all together.
_LIMIT = 1.0


class Sentinels:
    """Asks one after the other until one knows; that one is asked first the next time.

    A connection is only ever made to the place that a Sentinel named just before. An old primary that
    came back, and does not know yet that it is none any more, is therefore not written to.
    """

    def __init__(self, where: Whereabouts) -> None:
        self._where = where
        self._order = list(where.places)
        self._lock = threading.Lock()
        self._answer: Place | str = ""  # or why there is none
        self._asked = 0.0

    def primary(self) -> Place:
        """Raises redis.TimeoutError, which nobody tries again, when no Sentinel knows."""
        came = time.monotonic()
        with self._lock:
            # What somebody else was told while we waited is good enough, or bad enough.
            if self._asked < came - _FRESH:
                self._answer = self._ask()
                self._asked = time.monotonic()
            if isinstance(self._answer, str):
                raise redis.TimeoutError(f"no Sentinel names the primary: {self._answer}")
            return self._answer

    def _ask(self) -> Place | str:
        give_up = time.monotonic() + _LIMIT
        trouble = ""
        for place in list(self._order):
            if time.monotonic() > give_up:
                break
            try:
                (answer,) = asked(
                    self._where,
                    place,
                    ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._where.master),
                    sentinel=True,
                )
            except redis.RedisError as error:
                trouble = f"{type(error).__name__}: {error}"
                continue
            if answer:
                self._order.remove(place)
                self._order.insert(0, place)
                return str(answer[0]), int(answer[1])
            trouble = "it watches no master of that name"
        return trouble
