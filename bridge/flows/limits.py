"""What one address, and one connection, may do in a minute.

Who proves itself is heard whatever others at its address did: a browser with its ticket, a logout token with
a good signature, the handle of a living session. Companies and clouds share addresses.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from typing import Literal

from bridge.domain.network import network_of
from bridge.domain.rates import Rate, TooOftenError
from bridge.domain.refusal import Reason, Refused
from bridge.domain.token_ports import Throttle

#: What an address may fail at, each counted for itself.
Failure = Literal["callback", "logout token", "sign-out"]
#: Of whom this process remembers that they are over their limit; of more Redis is asked.
REMEMBERED = 4096
_MINUTE = 60.0  # seconds


class Limits:
    """Counted in Redis for all processes; who is over is remembered here, so that refusing costs nothing.

    Without Redis nothing is refused on account of these limits. A limit of 0 is none.
    """

    def __init__(
        self,
        throttle: Throttle,
        monotonic: Callable[[], float],
        *,
        starts_per_address: int = 0,
        starts_per_connection: int = 0,
        failures_per_address: int = 0,
    ) -> None:
        self._throttle = throttle
        self._monotonic = monotonic
        self._starts_per_address = starts_per_address
        self._starts_per_connection = starts_per_connection
        self._failures_per_address = failures_per_address
        self._source = lru_cache(REMEMBERED)(_source)
        self._over: dict[str, float] = {}  # until when; a race between threads loses a note, and no more

    def starts(self, address: str, connection: str) -> tuple[Rate, ...]:
        """What the start of a sign-in counts as; the address first, so that who is over it uses up no more.

        Raises `Refused` where one is known to be over its limit.
        """
        rates: tuple[Rate, ...] = ()
        if self._starts_per_address and (source := self._source(address)):
            rates = (Rate(f"starts {source}", self._starts_per_address),)
        if self._starts_per_connection:
            rates += (Rate(f"starts at {connection}", self._starts_per_connection),)
        for rate in rates if self._over else ():
            self._check(rate)
        return rates

    def over(self, error: TooOftenError) -> Refused:
        """The refusal of who turned out to be over; from now on nobody needs to be asked about it."""
        self._remember(error.rate, error.wait)
        return _refused(error.rate, error.wait)

    def check(self, kind: Failure, address: str) -> None:
        """Raises `Refused` where the address is known to have failed too often; asks nobody."""
        if self._over and self._failures_per_address and (source := self._source(address)):
            self._check(Rate(f"{kind} {source}", self._failures_per_address))

    def failed(self, kind: Failure, address: str) -> None:
        """One failure more. Raises `Refused` where that is too many."""
        source = self._source(address)
        if not self._failures_per_address or not source:
            return
        rate = Rate(f"{kind} {source}", self._failures_per_address)
        self._check(rate)
        wait = 0
        with suppress(Refused):  # without Redis there is one trouble already
            wait = self._throttle.count(rate.what, rate.limit)
        if wait:
            raise self.over(TooOftenError(rate, wait))

    def _check(self, rate: Rate) -> None:
        left = self._over.get(rate.what, 0.0) - self._monotonic()
        if left > 0:
            refused = _refused(rate, int(left) + 1)
            refused.recorded = True  # once was enough: a flood must not be one of records
            raise refused

    def _remember(self, rate: Rate, wait: int) -> None:
        now = self._monotonic()
        if len(self._over) >= REMEMBERED:
            self._over = {what: until for what, until in list(self._over.items()) if until > now}
        if len(self._over) < REMEMBERED:
            self._over[rate.what] = now + min(wait, _MINUTE)


def _source(address: str) -> str:
    """Whose address it is; empty for nobody's in particular: loopback is a proxy here that nobody named."""
    try:
        return "" if ip_address(address).is_loopback else network_of(address)
    except ValueError:
        return address


def _refused(rate: Rate, wait: int) -> Refused:
    kind = "sign-ins begun" if rate.what.startswith("starts ") else "failures"
    whom = "at one connection" if rate.what.startswith("starts at ") else "by one address"
    return Refused(
        Reason.TOO_MANY_REQUESTS,
        f"more than {rate.limit} {kind} {whom} within a minute; free again in {wait} s",
        retry_after=wait,
    )
