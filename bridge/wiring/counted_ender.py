"""Ends sessions, and counts them."""

from dataclasses import dataclass

from bridge.domain.measuring import NOT_MEASURED, Measures
from bridge.domain.session import HeldSession
from bridge.domain.session_ports import EndReason
from bridge.flows.ending import SessionEnder


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedEnder(SessionEnder):
    """See `SessionEnder`; `measures` hears of each session that was alive."""

    measures: Measures = NOT_MEASURED

    def end(self, held: HeldSession, reason: EndReason, customer: str = "") -> bool:
        ended = SessionEnder.end(self, held, reason, customer)  # `super()` does not know a class with slots
        if ended:
            self.measures.session_ended(held.session.store, reason)
        return ended
