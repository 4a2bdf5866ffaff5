"""The first half of a sign-in: which provider is asked, and the way there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bridge.domain.attempt import Attempt
from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.connection import Connection
from bridge.domain.deadline import Deadline
from bridge.domain.ports import Attempts, IdentityProvider
from bridge.domain.quoting import place_name, url_name
from bridge.domain.rates import TooOftenError
from bridge.domain.refusal import Reason, Refused
from bridge.domain.return_to import path_within, safe_return_to
from bridge.domain.store import Store, store_named
from bridge.flows.choosing import Question, choose, chosen_by, question
from bridge.flows.limits import Limits
from bridge.flows.steps import Choose, ToProvider

#: Where a request asks for nothing of a portal's.
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a request for a sign-in asked for, however it began."""

    return_to: str = ""
    login_hint: str = ""
    binding: Binding = UNBOUND
    #: Given by the provider's portal, see `Attempt`.
    portal_parameters: Mapping[str, str] = field(default_factory=dict)
    restarts: int = 0
    asks_again: bool = False
    named: str = ""  # how the connection was named, if it was: a word of the story's step `chosen`
    address: str = ""  # the browser's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What sends a browser to its provider; `SignIn` also takes it back."""

    stores: Mapping[str, Store]
    connections: Mapping[str, Connection]
    providers: Mapping[str, IdentityProvider]
    attempts: Attempts
    now: Callable[[], float]
    token: Callable[[], str]
    limits: Limits | None = None

    def start(
        self,
        store: str,
        connection: str | None,
        return_to: str | None,
        login_hint: str,
        deadline: Deadline,
        *,
        last: str = "",
        typed: bool = False,
        binding: Binding = UNBOUND,
        asks_again: bool = False,
        client_address: str = "",
    ) -> ToProvider | Choose:
        """The way to the provider, or a choice between several. Raises `Refused`.

        An empty `connection` is the wish to choose. `last` and `typed`: see `choosing.choose`.
        `asks_again`: this browser signed out just now, so the provider is to ask who it is.
        """
        known = store_named(store, self.stores)
        known.storefront.check_binding(binding)
        wish = Wish(
            return_to=safe_return_to(return_to),
            login_hint=login_hint,
            binding=binding,
            asks_again=asks_again,
            named="named" if connection else "",
            address=client_address,
        )
        if connection == "":
            asked = question([self.connections[name] for name in known.connections])
            deadline.story.tell("asked_shopper", connections=len(known.connections), by_email=asked.by_email)
            return Choose(known, asked, wish.return_to, login_hint, binding)
        if connection is not None and connection not in known.connections:
            raise Refused(Reason.CONNECTION_UNKNOWN, place_name(connection))
        candidates = known.connections if connection is None else (connection,)
        return self._go(known, candidates, wish, deadline, last=last, typed=typed)

    def initiate(
        self,
        store: str,
        iss: str | None,
        target: str | None,
        login_hint: str,
        deadline: Deadline,
        *,
        last: str = "",
        portal_parameters: Mapping[str, str] = NOTHING,
        client_address: str = "",
    ) -> ToProvider | Choose:
        """The same, begun by a tile in a provider's portal (OpenID Connect Core section 4).

        `iss` must be the issuer of one of the store's connections; some providers leave it out.
        `target` counts only within the store. `portal_parameters` (see `Attempt`) go to a connection
        whose make has such a portal, and decide for it where there is no `iss`; they are lost where
        the shopper has to choose. Raises `Refused`.
        """
        known = store_named(store, self.stores)
        known.storefront.check_binding(UNBOUND)
        candidates = known.connections
        if iss is not None:
            candidates = tuple(name for name in candidates if self.connections[name].issuer == iss)
        elif portal_parameters:
            takers = (name for name in candidates if self.connections[name].asking.portal_parameters)
            candidates = tuple(takers) or candidates
        if not candidates:
            raise Refused(Reason.CONNECTION_UNKNOWN, f"the store has no connection to {url_name(iss)}")
        wish = Wish(
            return_to=path_within(target, known.url),
            login_hint=login_hint,
            portal_parameters=portal_parameters,
            named="portal",
            address=client_address,
        )
        return self._go(known, candidates, wish, deadline, last=last)

    def _go(
        self,
        store: Store,
        candidates: tuple[str, ...],
        wish: Wish,
        deadline: Deadline,
        *,
        last: str = "",
        typed: bool = False,
    ) -> ToProvider | Choose:
        """To the one candidate; among several what the request tells decides, or else the shopper."""
        found = [self.connections[name] for name in candidates]
        taken = choose(found, wish.login_hint, last=last, typed=typed)
        if isinstance(taken, Question):
            deadline.story.tell("asked_shopper", connections=len(found), by_email=taken.by_email)
            return Choose(store, taken, wish.return_to, wish.login_hint, wish.binding)
        if wish.portal_parameters:
            takes = taken.asking.portal_parameters
            wish = replace(
                wish,
                portal_parameters={
                    name: wish.portal_parameters[name] for name in wish.portal_parameters if name in takes
                },
            )
        why = wish.named if wish.named and len(found) == 1 else ""
        why = why or chosen_by(taken, wish.login_hint, last=last, others=len(found) - 1)
        deadline.story.tell("chosen", connection=taken.name, by=why)
        return self.depart(store.name, taken.name, wish, deadline)

    def depart(self, store: str, connection: str, wish: Wish, deadline: Deadline) -> ToProvider:
        """The way to this provider, with an attempt that waits for its answer. Raises `Refused`."""
        # Before the provider is asked for anything: a pushed request costs it as much as us.
        rates = self.limits.starts(wish.address, connection) if self.limits else ()
        attempt = Attempt.new(
            store=store,
            connection=connection,
            return_to=wish.return_to,
            now=self.now(),
            token=self.token,
            restarts=wish.restarts,
            binding=wish.binding,
            portal_parameters=wish.portal_parameters,
            asks_again=wish.asks_again,
        )
        url = self.providers[connection].authorize_url(attempt, wish.login_hint, deadline)
        story = deadline.story
        story.tell("sent", connection=connection, restarts=wish.restarts, asks_again=wish.asks_again)
        try:
            return ToProvider(url, self.attempts.put(attempt, story, rates))
        except TooOftenError as error:
            if self.limits is None:
                raise
            raise self.limits.over(error) from None
