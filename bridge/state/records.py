"""The text form of what is stored: one letter for the kind, then JSON or plain words."""

import json

from bridge.domain.attempt import Attempt
from bridge.domain.customer import Customer, Link
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.refusal import Reason

PENDING, UNDERWAY, ENDED = "P", "U", "O"
#: Version of the link encoding; a later one is told apart by it.
LINK_VERSION = "1"


def attempt_text(attempt: Attempt) -> str:
    """A pending attempt. Its state is the key, so it is not repeated."""
    fields = [
        attempt.store,
        attempt.connection,
        attempt.return_to,
        attempt.created_at,
        attempt.restarts,
        attempt.nonce,
        attempt.code_verifier,
    ]
    return PENDING + json.dumps(fields, separators=(",", ":"))


def outcome_tail(outcome: Outcome) -> str:
    """An outcome without its customer, whom the server fills in from the link."""
    reason = outcome.reason.value if outcome.reason else ""
    return json.dumps([outcome.store, outcome.return_to, outcome.session, reason], separators=(",", ":"))


def progress(state: str, text: str | None) -> Attempt | Outcome | Underway | None:
    """What is stored under an attempt's key."""
    if text is None:
        return None
    kind, rest = text[0], text[1:]
    if kind == UNDERWAY:
        return Underway()
    if kind == PENDING:
        store, connection, return_to, created_at, restarts, nonce, code_verifier = json.loads(rest)
        return Attempt(
            state=state,
            store=store,
            connection=connection,
            return_to=return_to,
            created_at=created_at,
            restarts=restarts,
            nonce=nonce,
            code_verifier=code_verifier,
        )
    customer, _, tail = rest.partition(" ")
    store, return_to, session, reason = json.loads(tail)
    return Outcome(
        store=store,
        return_to=return_to,
        session=session,
        customer=Customer(customer) if customer else None,
        reason=Reason(reason) if reason else None,
    )


def link_text(link: Link) -> str:
    """`1 <customer> <evidence> <created> <connection>`; the identity's digest is in the key."""
    return f"{LINK_VERSION} {link.customer.id} {link.evidence} {link.created_at} {link.connection}"


def linked_customer(text: str) -> Customer:
    """The customer of a stored link."""
    return Customer(text.split(" ", 2)[1])
