"""Customers' tokens that are still good, in this process's memory and nowhere else (contract section 5.4)."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import PlatformToken
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.net.waiting import take
from bridge.platforms.commercelayer.pacing import Waiting, in_line

#: Seconds that must be left of a token to give it out again; the platform itself renews at this age.
SPARE = 900
SIZE = 2000  # tokens: some megabytes


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Whose token it is, and what for.

    The customer is in it so that nobody ever gets another one's token; the session too, because the token
    names it, and because a storefront that signs out revokes its token: the next sign-in must not be
    handed a dead one.
    """

    client_id: str
    scope: str
    customer_id: str
    session: str = field(repr=False)


@dataclass(slots=True)
class _Flight:
    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: int = 0


class Tokens:
    """The latest used ones; safe to share between threads."""

    def __init__(
        self, monotonic: Callable[[], float], waiting: Waiting = nullcontext, size: int = SIZE
    ) -> None:
        self._monotonic = monotonic
        self._waiting = waiting
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[TokenKey, tuple[PlatformToken, float]] = OrderedDict()
        self._flights: dict[TokenKey, _Flight] = {}

    @contextmanager
    def alone(self, key: TokenKey, deadline: Deadline) -> Iterator[None]:
        """Holds off everybody else who wants the same token. Raises `Refused` when that takes too long."""
        with self._lock:
            flight = self._flights.setdefault(key, _Flight())
            flight.waiting += 1
        try:
            if not self._take_turn(flight.lock, deadline):
                raise Refused(Reason.STORE_UNAVAILABLE, "another request was still fetching the same token")
            try:
                yield
            finally:
                flight.lock.release()
        finally:
            with self._lock:
                flight.waiting -= 1
                if not flight.waiting:
                    self._flights.pop(key, None)

    def _take_turn(self, lock: threading.Lock, deadline: Deadline) -> bool:
        if lock.acquire(blocking=False):
            return True
        with in_line(self._waiting):
            return take(lock, deadline.remaining())

    def get(self, key: TokenKey) -> PlatformToken | None:
        """The token with the seconds that are left of it, if they are enough."""
        with self._lock:
            if key not in self._kept:
                return None
            token, good_until = self._kept[key]
            left = int(good_until - self._monotonic())
            if left <= SPARE:
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
        return replace(token, expires_in=left)

    def put(self, key: TokenKey, token: PlatformToken) -> None:
        """Keeps a token that was given just now."""
        with self._lock:
            self._kept[key] = (token, self._monotonic() + token.expires_in)
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def drop(self, refresh_token: Secret) -> None:
        """Forgets the token that came with this refresh token."""
        with self._lock:
            for key in [
                key for key, (token, _) in self._kept.items() if token.refresh_token == refresh_token
            ]:
                del self._kept[key]
