"""One browser under way: what is remembered between leaving for the provider and coming back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.reference import reference_of

_USED = "-"  # no seal begins so


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What the browser itself carries, signed, in the attempt's own cookie.

    It proves that this browser began the attempt, and outlives the record in Redis: a slow
    shopper is sent round again with the same goal, once.
    """

    state: str
    store: str
    connection: str
    return_to: str
    created_at: int  # seconds since the epoch
    restarts: int
    binding: Binding = UNBOUND  # what the storefront wants handed back and kept to
    sealed: str = ""  # what else the attempt's record holds, for `Attempts.recover`; only the bridge reads it

    @property
    def reference(self) -> str:
        """The id under which this attempt is logged and shown."""
        return reference_of(self.state)

    @property
    def used(self) -> bool:
        """Whether the browser was told that its code was redeemed, and that Redis could not note the end."""
        return self.sealed == _USED

    def as_used(self) -> "Ticket":
        """The ticket with which the same callback is not waited for, and begins again."""
        return replace(self, sealed=_USED)


@dataclass(frozen=True, kw_only=True)
class Attempt(Ticket):
    """The record in Redis: the ticket and what only the bridge may know."""

    nonce: str
    code_verifier: str
    #: Parameters that a provider's portal asked for on top (Auth0: organization, invitation). Not part of
    #: the ticket: an invitation is for one use, so a slow shopper's second round goes without.
    portal_parameters: Mapping[str, str] = field(default_factory=dict)
    #: Whether the provider is to ask who this is, right after a sign-out. Of use to the request alone, and
    #: not recorded: nothing depends on the answer. Who is at the browser could undo it in any case.
    asks_again: bool = False
    #: Whether Redis had lost the record. Then nobody can tell whether its code was redeemed before.
    recovered: bool = False

    @classmethod
    def new(
        cls,
        *,
        store: str,
        connection: str,
        return_to: str,
        now: float,
        token: Callable[[], str],
        restarts: int = 0,
        binding: Binding = UNBOUND,
        portal_parameters: Mapping[str, str] | None = None,
        asks_again: bool = False,
    ) -> "Attempt":
        """`token`: fresh random text in base64url. With it, and the names of stores, what an attempt draws
        (state, nonce, code_verifier) needs no quoting in any address (RFC 3986 section 2.3).
        """
        return cls(
            # The store's name lets a callback from a bookmark, long after, begin anew at the right store.
            state=f"{token()}.{store}",
            store=store,
            connection=connection,
            return_to=return_to,
            created_at=int(now),
            restarts=restarts,
            binding=binding,
            nonce=token(),
            code_verifier=token(),
            portal_parameters={} if portal_parameters is None else portal_parameters,
            asks_again=asks_again,
        )

    @property
    def ticket(self) -> Ticket:
        """The part that goes to the browser."""
        return self.ticket_holding("")

    def ticket_holding(self, sealed: str) -> Ticket:
        """The same, with the rest sealed."""
        return Ticket(
            state=self.state,
            store=self.store,
            connection=self.connection,
            return_to=self.return_to,
            created_at=self.created_at,
            restarts=self.restarts,
            binding=self.binding,
            sealed=sealed,
        )


def store_of(state: str) -> str:
    """The name of the store in a state, which anybody may have written."""
    return state.partition(".")[2]
