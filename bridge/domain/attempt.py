"""One browser under way: what is remembered between leaving for the provider and coming back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.reference import reference_of


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

    @cached_property
    def reference(self) -> str:
        """The id under which this attempt is logged and shown."""
        return reference_of(self.state)


@dataclass(frozen=True, kw_only=True)
class Attempt(Ticket):
    """The record in Redis: the ticket and what only the bridge may know."""

    nonce: str
    code_verifier: str
    #: Parameters that a provider's portal asked for on top (Auth0: organization, invitation). Not part of
    #: the ticket: an invitation is for one use, so a slow shopper's second round goes without.
    portal_parameters: Mapping[str, str] = field(default_factory=dict)

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
    ) -> "Attempt":
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
        )

    @property
    def ticket(self) -> Ticket:
        """The part that goes to the browser."""
        return Ticket(
            state=self.state,
            store=self.store,
            connection=self.connection,
            return_to=self.return_to,
            created_at=self.created_at,
            restarts=self.restarts,
            binding=self.binding,
        )


def store_of(state: str) -> str:
    """The name of the store in a state, which anybody may have written."""
    return state.partition(".")[2]
