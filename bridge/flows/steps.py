"""What a sign-in answers the browser with, at each of its two halves."""

from dataclasses import dataclass

from bridge.domain.attempt import Ticket
from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.hand_off import HandOff
from bridge.domain.store import Store
from bridge.flows.choosing import Question


@dataclass(frozen=True, slots=True)
class ToProvider:
    """Send the browser to the provider, with this ticket in a cookie of its own."""

    url: str
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Choose:
    """Nothing decides between the store's connections: ask the shopper."""

    store: Store
    question: Question
    return_to: str
    login_hint: str
    binding: Binding = UNBOUND


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Send the browser on to the storefront."""

    hand_off: HandOff
    ticket: Ticket
    session: str  # the handle
    session_life: int  # seconds for which a browser need not keep it longer
