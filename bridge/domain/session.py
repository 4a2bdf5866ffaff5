"""One person, signed in to one store: what sign-out needs to know, and how long it may last."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret

_REF = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{32})")
_HANDLE = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{20,64})")


@dataclass(frozen=True, slots=True)
class SessionRef:
    """A session, by digests of its identity and its id: nobody can sign in or out by what it says.

    As text it is what storefronts know a session by (`sid`).
    """

    identity: str
    id: str

    @classmethod
    def parse(cls, text: str) -> "SessionRef | None":
        """The reverse of `str`; None for anything else."""
        found = _REF.fullmatch(text)
        return cls(*found.groups()) if found else None

    @classmethod
    def of(cls, handle: str) -> "SessionRef | None":
        """The session that a browser's handle opens; None for what is no handle."""
        found = _HANDLE.fullmatch(handle)
        return cls(found[1], session_digest(handle)) if found else None

    def __str__(self) -> str:
        return f"{self.identity}.{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One person signed in to one store through one connection."""

    id: str  # empty where it was read back: only a digest of it is stored
    store: str
    connection: str
    identity: IdentityKey
    sid: str  # the provider's own session id, or empty
    id_token: Secret  # the hint for RP-initiated logout; stored encrypted only, empty where too large
    created_at: int  # seconds since the epoch
    ends_at: int  # the same: when it ends at the latest
    idle: int = 0  # seconds without use after which it ends earlier; 0 for never

    @property
    def handle(self) -> str:
        """What the browser's session cookie holds; only a digest of `id` is stored."""
        return f"{self.identity.digest}.{self.id}"

    def life(self, now: float) -> int:
        """Seconds for which it lives on when it was used just now; none left is 0."""
        left = max(0, self.ends_at - int(now))
        return min(left, self.idle) if self.idle else left


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A session as it is kept."""

    ref: SessionRef
    session: Session


def session_digest(handle: str) -> str:
    """What stands for a session where its handle need not be known: the digest of its id."""
    return sha256(handle.partition(".")[2].encode()).hexdigest()[:32]


def session_end(claims: Mapping[str, Any], now: float, lifetime: int) -> int:
    """When a session that begins `now` ends at the latest, in seconds since the epoch.

    After `lifetime` seconds, or earlier where the provider says so (`session_expiry`, OpenID Connect
    Enterprise Extensions 1.0 section 2.1). Raises `Refused`.
    """
    end = int(now) + lifetime
    expiry = claims.get("session_expiry")
    if expiry is None:
        return end
    # Within this very second it would be a life of none, for which Redis has no word.
    if isinstance(expiry, bool) or not isinstance(expiry, int | float) or not int(now) + 1 <= expiry < 1e12:
        raise Refused(Reason.ID_TOKEN_INVALID, "session_expiry: no time that lies ahead")
    return min(end, int(expiry))
