"""What a store's platform is to the bridge, and what it is made of."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol, TypeGuard

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.http import Http
from bridge.domain.ports import Delivery, Platform, TokenIssuer


class StorePlatform(Platform, Protocol):
    """One store on one platform; made once, asked by many requests at the same time.

    It also is a `Delivery`, with a `hand_off` of its own, where the platform signs customers in by a one-time
    address, or a `TokenIssuer`, where its customers have tokens; or both. Where its own pages keep a session,
    it is a `SignsOut` (domain/sign_out.py) as well.
    """

    @property
    def subject(self) -> str:
        """What the store is called in the configuration, such as `stores.us`."""
        ...

    @property
    def state(self) -> str:
        """How the platform is, as far as known: `ok`, `not asked yet` or a refusal's code. Asks nobody."""
        ...

    def start(self) -> None:
        """Begins in the background what first shoppers should not wait for. Returns at once."""
        ...

    def check(self, deadline: Deadline) -> Iterable[Finding]:
        """What an operator wants to know, each with its remedy. A `Refused` counts as failed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreContext:
    """What the bridge lends a platform: it opens no connection and reads no clock by itself."""

    subject: str
    url: str  # of the storefront: scheme and host, without a slash at the end
    http: Http  # the only way out; guarded, never follows redirects
    now: Callable[[], float]  # seconds since the epoch
    monotonic: Callable[[], float]  # seconds, for `Deadline` and for ages
    pause: Callable[[float], None]  # sleeps for so many seconds
    token: Callable[[], str]  # 256 random bits, as 43 URL-safe characters
    #: Held while a request waits without a call of its own; raises `HttpFailure` when too many do.
    waiting: Callable[[], AbstractContextManager[object]] = nullcontext


def delivers(platform: object) -> TypeGuard[Delivery]:
    """Whether it has a one-time address of its own."""
    return callable(getattr(platform, "hand_off", None))


def issues(platform: object) -> TypeGuard[TokenIssuer]:
    """Whether its customers have tokens."""
    return all(callable(getattr(platform, name, None)) for name in ("issue", "renew", "revoke"))
