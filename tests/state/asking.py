"""Requests for texts, to see whose answer each gets."""

from collections.abc import Callable
from typing import Any

from bridge.domain.refusal import Reason, Refused
from bridge.state.server import RedisServer


def saying(server: RedisServer, text: str) -> Callable[[], Any]:
    """A request for a text; what it is refused for is its result too."""

    def work() -> Any:
        try:
            return server.command("ECHO", text)
        except Refused as refused:
            ours = refused.reason is Reason.STATE_UNAVAILABLE
            return refused.detail.partition(":")[0] if ours else refused.reason

    return work
