"""A callback that comes twice, by a reload or a doubled request: the same end again."""

from collections.abc import Callable

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import Visit
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.ports import Attempts, Delivery
from bridge.domain.refusal import Reason, Refused
from bridge.flows.steps import SignedIn

_LOOK_AGAIN = 0.1  # seconds


def take_or_wait(
    attempts: Attempts, ticket: Ticket, pause: Callable[[float], None], deadline: Deadline
) -> Attempt | Outcome | None:
    """The attempt; or its outcome, waited for while another request is at work on it.

    None where it ran out. One that Redis lost is taken from the browser's ticket. Raises
    `Refused(ATTEMPT_BUSY)`.
    """
    if ticket.used:  # only the answer may have got lost
        ended = attempts.peek(ticket.state)
        return ended if isinstance(ended, Outcome) else None
    taken = attempts.take(ticket.state)
    if taken is None and ticket.sealed:
        taken = attempts.recover(ticket)
    while isinstance(taken, Underway):
        if deadline.remaining() < 1:
            raise Refused(Reason.ATTEMPT_BUSY)
        pause(_LOOK_AGAIN)
        taken = attempts.peek(ticket.state)
    return taken


def found(taken: Attempt | Outcome | None) -> str:
    """The word of the story's step `taken`."""
    if isinstance(taken, Attempt):
        return "recovered" if taken.recovered else "fresh"
    return "expired" if taken is None else "repeated"


def repeat(
    outcome: Outcome,
    ticket: Ticket,
    delivery: Delivery,
    session_life: int,
    client_address: str,
    deadline: Deadline,
) -> SignedIn:
    """The customer signed in once more, by a fresh platform token; or the same refusal. Raises `Refused`."""
    if outcome.customer is None or outcome.identity is None:
        refused = Refused(outcome.reason or Reason.ATTEMPT_EXPIRED, "repeated")
        refused.recorded = True  # when it happened first
        raise refused
    visit = Visit(
        customer=outcome.customer,
        identity=outcome.identity,
        session=outcome.session,
        return_to=outcome.return_to,  # the ticket may have had no room for it
        reference=ticket.reference,
        binding=ticket.binding,
        client_address=client_address,
    )
    return SignedIn(delivery.hand_off(visit, deadline), ticket, outcome.session, session_life)
