"""The audit stream: what happened, under its reference, without tokens and personal data."""

from contextlib import suppress

from bridge.domain.refusal import Reason, Refused
from bridge.domain.story import Story
from bridge.state.decisions import DETAIL_LENGTH, STRAYS, Decisions
from bridge.state.keys import Keys
from bridge.state.server import RedisServer

#: Their page says all there is; and where Redis fails, nothing can be written.
_NOTHING_TO_TELL = frozenset({
    Reason.NOT_FOUND, Reason.METHOD_NOT_ALLOWED, Reason.TOO_LARGE, Reason.STATE_UNAVAILABLE,
})  # fmt: skip


def refused_event(
    keys: Keys, reference: str, refused: Refused, store: str, connection: str
) -> tuple[str | int, ...]:
    """The command that records a refusal."""
    return (
        "XADD", keys.audit, "MAXLEN", "~", keys.audit_most, "*",
        "event", "refused",
        "reference", reference,
        "store", store,
        "connection", connection,
        "reason", refused.reason.value,
        "detail", refused.detail.encode("utf-8", "replace").decode()[:DETAIL_LENGTH],
    )  # fmt: skip


class RedisAudit:
    """See the port `Audit`."""

    def __init__(self, server: RedisServer, keys: Keys, decisions: Decisions | None = None) -> None:
        self._server = server
        self._keys = keys
        self._decisions = decisions or Decisions(keys, 0)

    def refused(
        self, reference: str, refused: Refused, store: str, connection: str, story: Story | None = None
    ) -> None:
        told = self._decisions
        record = told.command(*told.refusal(reference, refused, store, connection, story))
        # The log line has it; an audit that fails must not change what the shopper sees.
        with suppress(Refused):
            self._server.each(
                refused_event(self._keys, reference, refused, store, connection),
                *((record,) if told.length else ()),
            )

    def stray(
        self, reference: str, refused: Refused, store: str, connection: str, story: Story | None = None
    ) -> None:
        told = self._decisions
        if told.length and refused.reason not in _NOTHING_TO_TELL:
            words = told.refusal(reference, refused, store[:64], connection[:64], story, "stray")
            with suppress(Refused):
                self._server.command("XADD", self._keys.strays, "MAXLEN", "~", STRAYS, "*", *words)
