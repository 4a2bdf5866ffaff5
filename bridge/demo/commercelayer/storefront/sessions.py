"""Who is signed in, on the server: the browser holds a random id and nothing else."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_MOST = 1000  # sessions; the oldest goes first
_MOST_UNDER_WAY = 5  # sign-ins of one browser that are not finished


@dataclass(frozen=True)
class Departure:
    """A sign-in under way: what this browser must bring back."""

    state: str
    verifier: str


@dataclass
class SignedIn:
    """A customer's token and what renews it. None of this is ever in a page or a cookie."""

    customer_id: str
    access_token: str
    handle: str  # the bridge's, for a fresh token
    expires_at: float
    scope: str
    sid: str = ""  # the bridge's session, for the way out
    renewals: int = 0
    customer: dict[str, object] = field(default_factory=dict)  # as the Core API told at the last look


@dataclass
class Session:
    """One browser's."""

    departures: OrderedDict[str, Departure] = field(default_factory=OrderedDict)
    signed_in: SignedIn | None = None
    was_ended: bool = False  # from elsewhere; said until the next sign-in


class Sessions:
    """All of them; nothing survives the end of the process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with none."""
        self.clock = clock
        self._lock = threading.Lock()
        self._by_id: OrderedDict[str, Session] = OrderedDict()

    def get(self, session_id: str) -> Session | None:
        """The session of that id."""
        return self._by_id.get(session_id)

    def all(self) -> list[Session]:
        """Every browser's, for tests."""
        return list(self._by_id.values())

    def end(self, sid: str) -> list[SignedIn]:
        """Who was signed in by the bridge's session of that name, and is no more."""
        ended = []
        with self._lock:
            for session in self._by_id.values():
                if sid and session.signed_in is not None and session.signed_in.sid == sid:
                    ended.append(session.signed_in)
                    session.signed_in, session.was_ended = None, True
        return ended

    def begin(self) -> tuple[str, Session]:
        """A new session and its id."""
        session_id, session = secrets.token_urlsafe(32), Session()
        with self._lock:
            self._by_id[session_id] = session
            while len(self._by_id) > _MOST:
                self._by_id.popitem(last=False)
        return session_id, session

    def depart(self, session: Session) -> Departure:
        """Begin a sign-in: a state to recognise it by, and a PKCE verifier (RFC 7636 4.1)."""
        departure = Departure(secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        with self._lock:
            session.departures[departure.state] = departure
            while len(session.departures) > _MOST_UNDER_WAY:
                session.departures.popitem(last=False)
        return departure

    def arrive(self, session: Session | None, state: str) -> Departure | None:
        """The sign-in of this browser that `state` belongs to, once."""
        with self._lock:
            return session.departures.pop(state, None) if session is not None else None

    def renamed(self, session_id: str) -> str:
        """A new id for the same session: one that was known before the sign-in is worth nothing after it."""
        with self._lock:
            new = secrets.token_urlsafe(32)
            self._by_id[new] = self._by_id.pop(session_id)
            return new
