"""What sign-out will need to know about one sign-in."""

from dataclasses import dataclass
from hashlib import sha256

from bridge.domain.identity import IdentityKey
from bridge.domain.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One person signed in to one store through one connection."""

    id: str
    store: str
    connection: str
    identity: IdentityKey
    sid: str  # the provider's own session id, or empty
    id_token: Secret  # the hint for RP-initiated logout; stored encrypted only
    created_at: int  # seconds since the epoch

    @property
    def handle(self) -> str:
        """What the browser's session cookie holds; only a digest of `id` is stored."""
        return f"{self.identity.digest}.{self.id}"


def session_digest(handle: str) -> str:
    """What stands for a session where its handle need not be known: the digest of its id."""
    return sha256(handle.partition(".")[2].encode()).hexdigest()[:32]
