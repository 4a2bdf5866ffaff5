"""The text form of what is stored: one letter for the kind, then JSON or plain words."""

import json

from bridge.domain.attempt import Attempt
from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.compact_json import compact
from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.outcome import Outcome, Underway
from bridge.domain.refusal import Reason

PENDING, UNDERWAY, ENDED = "P", "U", "O"


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
    if attempt.portal_parameters or attempt.binding:
        # At the end and only where needed: versions without them read all other records.
        more = [dict(attempt.portal_parameters), attempt.binding.state, attempt.binding.code_challenge]
        return PENDING + compact(fields + (more if attempt.binding else more[:1]))
    return PENDING + compact(fields)


def outcome_tail(outcome: Outcome) -> str:
    """An outcome without its customer, whom the server fills in from the link."""
    reason = outcome.reason.value if outcome.reason else ""
    fields = [outcome.store, outcome.return_to, outcome.session, reason]
    if outcome.identity is not None:
        fields += [outcome.identity.issuer, outcome.identity.subject]
    return compact(fields)


def progress(state: str, text: str | None) -> Attempt | Outcome | Underway | None:
    """What is stored under an attempt's key."""
    if text is None:
        return None
    kind, rest = text[0], text[1:]
    if kind == UNDERWAY:
        return Underway()
    if kind == PENDING:
        store, connection, return_to, created_at, restarts, nonce, code_verifier, *more = json.loads(rest)
        return Attempt(
            state=state,
            store=store,
            connection=connection,
            return_to=return_to,
            created_at=created_at,
            restarts=restarts,
            nonce=nonce,
            code_verifier=code_verifier,
            portal_parameters=more[0] if more else {},
            binding=Binding(state=more[1], code_challenge=more[2]) if more[1:] else UNBOUND,
        )
    customer, _, tail = rest.partition(" ")
    store, return_to, session, reason, *identity = json.loads(tail)
    return Outcome(
        store=store,
        return_to=return_to,
        session=session,
        identity=IdentityKey(*identity) if identity else None,
        customer=Customer(customer) if customer else None,
        reason=Reason(reason) if reason else None,
    )
