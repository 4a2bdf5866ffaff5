"""The memory twin of `RedisDrySignIns`."""

from collections.abc import Callable

from bridge.domain.callback import Callback
from bridge.domain.limits import DRY_ANSWER_LIFE


class MemoryDrySignIns:
    """See the port `DrySignIns`."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._held: dict[str, tuple[str | Callback, float]] = {}

    def expect(self, state: str, connection: str, seconds: int) -> None:
        self._held[state] = (connection, self._now() + seconds)

    def answer(self, callback: Callback) -> bool:
        held = self._living(callback.state)
        if held == callback.connection:
            self._held[callback.state] = (callback, self._now() + DRY_ANSWER_LIFE)
            return True
        return isinstance(held, Callback)

    def collect(self, state: str) -> Callback | None:
        held = self._living(state)
        if not isinstance(held, Callback):
            return None
        self.forget(state)
        return held

    def forget(self, state: str) -> None:
        self._held.pop(state, None)

    def _living(self, state: str) -> str | Callback | None:
        held, until = self._held.get(state, (None, 0.0))
        return held if self._now() < until else None
