"""Everything a running platform remembers, behind one object; nothing survives its end."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from bridge.demo.commercelayer.customers import CustomerBook
from bridge.demo.commercelayer.ledger import Ledger
from bridge.demo.commercelayer.limits import SlidingWindow
from bridge.demo.commercelayer.options import OrganizationOptions
from bridge.demo.commercelayer.tokens import SigningKey

API_FAULTS = {
    "": "No fault: follow the rules",
    "down": "The API answers 503",
    "slow": "The API answers late",
    "429": "The API says that the limit is reached",
    "500": "The API answers 500",
    "401": "The API takes no token",
    "lost_answer": "A customer is created, but the answer is 500",
    "duplicate": "Somebody else creates the customer a moment before",
}
AUTH_FAULTS = {
    "": "No fault: follow the rules",
    "down": "The server answers 503",
    "slow": "The server answers late",
    "429": "The server says that the limit is reached",
    "500": "The server answers 500",
    "invalid_client": "The server takes no client",
    "invalid_assertion": "The server takes no assertion",
    "invalid_refresh": "The server takes no refresh token",
    "error_object": "Errors come as one object in place of a list",
    "other_owner": "The token is another customer's",
    "market_all": "The token is for all markets, whatever was asked for",
}


@dataclass(frozen=True)
class TokenRequest:
    """One request at the authentication server, as testers see it: no secret, no token."""

    grant_type: str
    application: str
    status: int
    why: str  # "" when it got what it asked for
    owner_id: str = ""
    counted_for: str = ""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True)
class Call:
    """One call of the Core API."""

    method: str
    path: str
    status: int
    by: str = ""  # the kind of token, or why there was none that counts


class Organization:
    """The platform's state."""

    def __init__(
        self,
        options: OrganizationOptions,
        issuer: str,
        clock: Callable[[], float] = time.time,
        key: SigningKey | None = None,
    ) -> None:
        """Begin with the sample customers, no grants and no calls."""
        self.options, self.now = options, clock
        self.customers = CustomerBook(options.customers, options.customer_groups)
        self.api_fault = self.auth_fault = ""
        self.requests: list[TokenRequest] = []
        self.calls: list[Call] = []
        self.oauth_window = SlidingWindow(options.oauth_limit, 60, clock)
        self.api_window = SlidingWindow(options.api_limit, 60, clock)
        self.ledger = Ledger(options, issuer, clock, key)
