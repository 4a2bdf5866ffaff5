"""The audit stream: what happened, under its reference, without tokens and personal data."""

from bridge.domain.refusal import Refused
from bridge.state.keys import AUDIT_LENGTH, Keys
from bridge.state.server import RedisServer

DETAIL_LENGTH = 300


def refused_event(
    keys: Keys, reference: str, refused: Refused, store: str, connection: str
) -> tuple[str | int, ...]:
    """The command that records a refusal."""
    return (
        "XADD", keys.audit, "MAXLEN", "~", AUDIT_LENGTH, "*",
        "event", "refused",
        "reference", reference,
        "store", store,
        "connection", connection,
        "reason", refused.reason.value,
        "detail", refused.detail.encode("utf-8", "replace").decode()[:DETAIL_LENGTH],
    )  # fmt: skip


class RedisAudit:
    """See the port `Audit`."""

    def __init__(self, server: RedisServer, keys: Keys) -> None:
        self._server = server
        self._keys = keys

    def refused(self, reference: str, refused: Refused, store: str, connection: str) -> None:
        try:
            self._server.command(*refused_event(self._keys, reference, refused, store, connection))
        except Refused:
            return  # the log line has it; an audit that fails must not change what the shopper sees
