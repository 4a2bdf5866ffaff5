"""What browsers carry of their attempts, from the configuration."""

from collections.abc import Callable

from bridge.settings.declaration import ServerSettings
from bridge.state.attempt_seal import AttemptSeal


def attempt_seal(server: ServerSettings, now: Callable[[], float]) -> AttemptSeal | None:
    """None where the operator wants no fallback; it never outlives the attempt."""
    seconds = min(server.attempt_fallback, server.attempt_lifetime)
    return AttemptSeal(server.cookie_keys, seconds, now) if seconds else None
