"""How often one address may ask: windows that slide, and no header that says when there is room again."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_MOST_ADDRESSES = 10_000


@dataclass(frozen=True)
class Usage:
    """How one request stands to a limit."""

    limit: int
    period: int  # seconds
    count: int

    @property
    def exceeded(self) -> bool:
        """Whether this request was one too many."""
        return self.count > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """The documented ones."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-interval": str(self.period),
            "x-ratelimit-period": str(self.period),
            "x-ratelimit-count": str(min(self.count, self.limit)),
            "x-ratelimit-remaining": str(max(0, self.limit - self.count)),
        }


class SlidingWindow:
    """So many requests of one address in any `period` seconds; those that are refused do not count."""

    def __init__(self, limit: int, period: int, clock: Callable[[], float]) -> None:
        """`limit` may be changed at any time."""
        self.limit, self.period = limit, period
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, deque[float]] = {}

    def spend(self, address: str) -> Usage:
        """Count a request of `address`."""
        with self._lock:
            now = self._clock()
            if len(self._seen) > _MOST_ADDRESSES:
                self._seen.clear()
            seen = self._seen.setdefault(address, deque())
            while seen and seen[0] <= now - self.period:
                seen.popleft()
            usage = Usage(self.limit, self.period, len(seen) + 1)
            if not usage.exceeded:
                seen.append(now)
            return usage
