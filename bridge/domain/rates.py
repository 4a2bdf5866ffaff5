"""How often something may happen in a minute, whoever counts it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`what`, as `Throttle` takes it, may happen `limit` times in a minute."""

    what: str
    limit: int


class TooOftenError(Exception):
    """Of what was to be counted one is over its limit; what was to be done was not begun."""

    def __init__(self, rate: Rate, wait: int) -> None:
        super().__init__(f"more than {rate.limit} in a minute")
        self.rate = rate
        self.wait = wait  # seconds until the count begins anew
