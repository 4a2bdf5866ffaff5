"""Everything a running store remembers, behind one object; nothing survives its end."""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from bridge.demo.bigcommerce.customers import CustomerBook
from bridge.demo.bigcommerce.options import StoreOptions
from bridge.demo.bigcommerce.profiles import ProfileBook

API_FAULTS = {
    "": "No fault: follow the rules",
    "down": "The API answers 503",
    "slow": "The API answers late",
    "429": "The API says that the quota is used up",
    "overload": "The API answers 429 without the quota's headers (the platform is overloaded)",
    "500": "The API answers 500",
    "401": "The API refuses the access token",
    "lost_answer": "A customer is created, but the answer is 500",
}
_WINDOW = 30.0  # seconds for which a quota of API calls counts


@dataclass(frozen=True)
class Attempt:
    """One visit of a login token, as testers see it."""

    at: float
    signed_in: bool
    reason: str  # "" when signed in
    detail: str
    customer_id: int | None = None
    redirect_to: str = ""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True)
class Call:
    """One call of the management API."""

    method: str
    path: str
    status: int


class SignedOut:
    """Customers whose sessions ended elsewhere, and when; the store cannot name the bridge's sessions."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._lock = threading.Lock()
        self._at: dict[int, float] = {}

    def note(self, customer_id: int, at: float) -> None:
        """Their sessions until `at`, in seconds since the epoch, are over."""
        with self._lock:
            self._at[customer_id] = max(at, self._at.get(customer_id, 0))

    def since(self, customer_id: int, began: float) -> bool:
        """Whether the session that began then is over."""
        return began <= self._at.get(customer_id, -1)


class Shop:
    """The store's state; each method is safe to call from several threads."""

    def __init__(self, options: StoreOptions, clock: Callable[[], float] = time.time) -> None:
        """Begin with the sample customers, no logins and no calls."""
        self.options = options
        self.customers = CustomerBook(options.customers, options.groups)
        self.profiles = ProfileBook(options.groups, options.attributes)
        self.signed_out = SignedOut()
        self.clock_offset = options.clock_offset
        self.fault = ""
        self.sister_name = self.sister_url = ""  # another shop that people are told of; "" for none
        self.attempts: list[Attempt] = []
        self.calls: list[Call] = []
        self._clock = clock
        self._lock = threading.Lock()
        self._used: set[str] = set()
        self._window_start = float("-inf")
        self._spent = 0

    def now(self) -> float:
        """The store's clock, which is not quite the bridge's."""
        return self._clock() + self.clock_offset

    def first_use(self, jti: str) -> bool:
        """Whether this login token's id is new; it is not from now on."""
        with self._lock:
            new = jti not in self._used
            self._used.add(jti)
            return new

    def spend(self) -> tuple[int, int]:
        """Count one API call: how many are left (-1: one too many), and milliseconds to the next window."""
        with self._lock:
            now = self._clock()
            if now - self._window_start >= _WINDOW:
                self._window_start, self._spent = now, 0
            self._spent += 1
            left = self.options.quota - self._spent
            return max(left, -1), int((self._window_start + _WINDOW - now) * 1000)
