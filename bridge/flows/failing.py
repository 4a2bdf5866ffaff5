"""A taken attempt that signs nobody in: what is noted of it, and whether it begins again."""

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.outcome import Outcome
from bridge.domain.ports import Attempts
from bridge.domain.refusal import Reason, Refused
from bridge.domain.story import Story


def failed(attempts: Attempts, attempt: Attempt, ticket: Ticket, refused: Refused, story: Story) -> bool:
    """Records the refusal as the attempt's outcome. True where it begins again: it comes of what Redis lost.

    A refusal for want of Redis is written nowhere: the sign-in may have been recorded, its answer lost.
    """
    if refused.reason is Reason.STATE_UNAVAILABLE:
        refused.cut_short = True
        return False
    again = attempt.recovered and refused.reason is Reason.CODE_REJECTED
    if again:
        refused = Refused(Reason.STATE_UNAVAILABLE, "Redis lost how it ended, and its code had been used")
    outcome = Outcome(store=ticket.store, return_to=ticket.return_to, reason=refused.reason)
    attempts.refuse(ticket, outcome, refused, story)
    refused.recorded = True
    return again
