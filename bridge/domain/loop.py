"""A loop breaker: a storefront that sends the browser back after each sign-in is stopped."""

from dataclasses import dataclass

LIMIT = 6  # sign-ins that nobody clicked for
WINDOW = 60  # seconds


@dataclass(frozen=True, slots=True)
class Turns:
    """How often this browser was sent to sign in without a click, and since when."""

    count: int = 0
    since: int = 0  # seconds since the epoch

    def next(self, now: float) -> "Turns":
        """One more, in a new window when the old one is over."""
        if not 0 <= now - self.since < WINDOW:
            return Turns(1, int(now))
        return Turns(self.count + 1, self.since)

    @property
    def endless(self) -> bool:
        """Whether this must be a loop."""
        return self.count > LIMIT

    @classmethod
    def parse(cls, text: str) -> "Turns":
        """From a cookie that anybody may have written: nonsense counts as none."""
        count, _, since = text.partition("-")
        if not (
            count.isascii() and count.isdigit() and since.isascii() and since.isdigit() and len(text) <= 16
        ):
            return cls()
        return cls(int(count), int(since))

    def __str__(self) -> str:
        return f"{self.count}-{self.since}"
