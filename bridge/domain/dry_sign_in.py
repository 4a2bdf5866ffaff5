"""A dry sign-in: an operator tries a connection from the command line, and nobody is signed in.

Its state is marked, so that the answer that comes back for it can never be taken for one of an attempt,
nor begin a sign-in long after (attempts without a record do: see `flows.sign_in`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Of a state of ours, before its 256 random bits. An attempt's own random letters never spell it.
_MARK = "dry-sign-in-"
#: Where an attempt's state names a store.
NO_STORE = "none"


def dry_state(token: Callable[[], str]) -> str:
    """A new one."""
    return f"{_MARK}{token()}.{NO_STORE}"


def is_dry(state: str) -> bool:
    """Whether a state, which anybody may have written, says that it is one of a dry sign-in."""
    return state.startswith(_MARK)


@dataclass(slots=True)
class Seen:
    """What a dry sign-in saw on its way, as far as it came. No token is in it, and no secret."""

    passed: list[str] = field(default_factory=list)  # names of the checks, in the order they were made
    failed: str = ""  # the one that did not pass
    id_token: Mapping[str, Any] = field(default_factory=dict)  # claims; believed only if all checks passed
    header: Mapping[str, Any] = field(default_factory=dict)  # of the ID token: alg and kid
    userinfo: Mapping[str, Any] | None = None  # None: not asked
    credential: int = 0  # which of our secrets or keys the provider took, from 1; 0 for none yet
