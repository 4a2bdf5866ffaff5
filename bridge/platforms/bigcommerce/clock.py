"""The store's clock: a login token lives for thirty seconds of it, and dies without a word."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply
from bridge.domain.refusal import Reason, Refused
from bridge.net.kept import Ages, Kept
from bridge.platforms.bigcommerce.api import Api

#: Seconds. The background looks every `fresh`; a clock drifts little within `last_good`.
CLOCK_AGES = Ages(fresh=600, stale=86400, last_good=86400)
#: Another clock that disagrees with ours by more makes ours suspicious.
SUSPICIOUS = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Offset:
    """Seconds by which the store's clock is ahead of ours."""

    seconds: float
    source: str


class StoreClock:
    """Measured in the background; a sign-in never waits for it."""

    def __init__(self, api: Api, now: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._api = api
        self._now = now
        self.offset = Kept(self._measure, **CLOCK_AGES, monotonic=monotonic, late=Reason.STORE_UNAVAILABLE)

    def iat(self, provider_clock: float | None) -> int:
        """Now by the store's clock, in whole seconds.

        Where the store's clock is not known, ours is used, unless the provider's clock
        disagrees with it: then one of them is wrong, and a token minted by ours might be dead
        on arrival with nobody told. Raises `Refused(STORE_CLOCK_UNKNOWN)`.
        """
        offset = self.offset.value
        self.offset.renew_if_stale()
        if offset is not None:
            return int(self._now() + offset.seconds)
        if provider_clock is not None and abs(provider_clock) > SUSPICIOUS:
            raise Refused(
                Reason.STORE_CLOCK_UNKNOWN, f"the provider's clock is {provider_clock:+.0f} s from ours"
            )
        return int(self._now())

    def _measure(self, deadline: Deadline) -> Offset:
        """By GET /v2/time; where that is not allowed, by the Date header of its answer."""
        before = self._now()
        reply = self._api.call("GET", "/v2/time", None, deadline)
        middle = (before + self._now()) / 2
        time = _time_of(reply)
        if time is not None:
            # A whole second, cut off: the result lags by half a second, never into the future.
            return Offset(time - middle, "GET /v2/time")
        date = reply.date
        if date is not None:
            return Offset(date - middle, "the Date header of the store's API")
        raise Refused(Reason.STORE_CLOCK_UNKNOWN, f"GET /v2/time answered {reply.status}")


def _time_of(reply: HttpReply) -> float | None:
    if reply.status != 200:
        return None
    try:
        time = json.loads(reply.body)["time"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return float(time) if type(time) is int and 0 < time < 1e11 else None
