"""What `/token` needs of the world: codes, what is lent for them, counters. The rest is in ports.py."""

from collections.abc import Mapping
from typing import Protocol

from bridge.domain.grant import ClientType, Grant, Renewable, RenewalHandle, Spent
from bridge.domain.secret import Secret
from bridge.domain.session import SessionRef


class Codes(Protocol):
    """One-time codes on their way to a storefront."""

    def put(self, code: str, grant: Grant) -> None:
        """Remembers for a minute what `code` stands for."""
        ...

    def take(self, store: str, code: str) -> Grant | Spent | None:
        """What the code stands for, for the one caller who asks first.

        Others learn for ten minutes that it was spent. A code of another store is none, and stays good.
        """
        ...


class Renewals(Protocol):
    """What storefronts renew their tokens by, while the bridge session lives and the link holds."""

    def lend(self, grant: Grant, code: str, kind: ClientType) -> Renewable | None:
        """A handle for the storefront that redeemed `code`; none in it after `end`. Uses the session.

        None where the session ended, or the identity has no customer in the store any more.
        """
        ...

    def renew(self, store: str, handle: RenewalHandle, kind: ClientType) -> Renewable | None:
        """The same by an earlier handle, which must have been lent to this store and kind.

        A page's handle changes each time: who comes with an old one ends the renewal (RFC 9700
        4.14.2), but for a minute in which the newest may not have arrived.
        """
        ...

    def keep_refresh_token(self, handle: RenewalHandle, token: Secret) -> bool:
        """Keeps the platform's own refresh token, sealed, as long as the session.

        False, with nothing kept, where the renewal ended meanwhile.
        """
        ...

    def end(self, grant: Grant, code: str) -> Secret | None:
        """Ends what was, or will be, lent for `code`; gives the platform's refresh token, if any."""
        ...

    def refresh_tokens(self, ref: SessionRef) -> Mapping[str, Secret]:
        """The platform's refresh tokens that are kept beside a session, alive or not, each by its grant.

        Once the session has ended none is added.
        """
        ...

    def taken_back(self, ref: SessionRef, grant: str) -> None:
        """The platform heard of that one: it is kept no longer."""
        ...

    def forget(self, ref: SessionRef) -> None:
        """Drops all that is kept beside a session that has ended. Any number of times."""
        ...


class Throttle(Protocol):
    """Counts what may happen so often in a minute, across all processes."""

    def wait(self, what: str, limit: int) -> int:
        """Seconds to wait where `what` was counted `limit` times; else 0."""
        ...

    def count(self, what: str, limit: int) -> int:
        """One more; seconds to wait where that is more than `limit`, else 0."""
        ...
