"""Everything a running provider remembers, behind one object; nothing survives its end."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bridge.demo.idp.faults import Fault
from bridge.demo.idp.keys import SigningKeys
from bridge.demo.idp.people import Person


@dataclass(frozen=True)
class AuthorizationRequest:
    """A request that passed every check, waiting for a person's choice."""

    client_id: str
    redirect_uri: str
    response_mode: str
    state: str | None
    nonce: str | None
    scopes: frozenset[str]
    code_challenge: str
    prompts: frozenset[str]
    max_age: int | None
    login_hint: str
    browser: str
    made_at: float


@dataclass
class Session:
    """One person signed in at this provider in one browser."""

    sid: str
    person: Person
    auth_time: int
    clients: set[str] = field(default_factory=set)  # who has been told of it, and must hear of its end


@dataclass
class Grant:
    """What a code stands for."""

    request: AuthorizationRequest
    session: Session
    made_at: float
    used: bool = False
    access_tokens: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Access:
    """What an access token stands for."""

    person: Person
    scopes: frozenset[str]
    expires_at: float


class Memory:
    """The provider's state. Each method is one step and safe to call from several threads."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start empty, with a fresh signing key."""
        self.clock = clock
        self.keys = SigningKeys()
        self.fault = Fault.NONE
        self._lock = threading.Lock()
        self._waiting: dict[str, AuthorizationRequest] = {}
        self._sessions: dict[str, Session] = {}
        self._grants: dict[str, Grant] = {}
        self._accesses: dict[str, Access] = {}

    def rotate_keys(self) -> str:
        """Sign with a new key from now on; its id."""
        with self._lock:
            return self.keys.rotate()

    def wait(self, request: AuthorizationRequest) -> str:
        """Keep a request while the person chooses; the id to find it by."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._waiting[name] = request
        return name

    def waiting(self, name: str, browser: str, lifetime: float) -> AuthorizationRequest | None:
        """The kept request, for the browser that made it and while it is fresh."""
        request = self._waiting.get(name)
        if request is None or request.browser != browser or request.made_at + lifetime < self.clock():
            return None
        return request

    def session(self, sid: str) -> Session | None:
        """The session of that id, while it lasts."""
        return self._sessions.get(sid)

    def sign_in(self, person: Person, before: Session | None) -> Session:
        """A session for `person`, signed in now; the one before goes on when it is theirs."""
        with self._lock:
            if before is not None and before.person == person:
                before.auth_time = int(self.clock())
                return before
            session = Session(secrets.token_urlsafe(12), person, int(self.clock()))
            self._sessions[session.sid] = session
            return session

    def sign_out(self, sid: str) -> Session | None:
        """End a session; what it was, for those who must hear of it."""
        with self._lock:
            return self._sessions.pop(sid, None)

    def grant(self, request: AuthorizationRequest, session: Session) -> str:
        """A new code."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            session.clients.add(request.client_id)
            self._grants[code] = Grant(request, session, self.clock())
        return code

    def take_grant(self, code: str) -> tuple[Grant | None, bool]:
        """What `code` stands for, and whether this is its first use; a second one revokes what it gave."""
        with self._lock:
            grant = self._grants.get(code)
            if grant is None:
                return None, False
            first, grant.used = not grant.used, True
            if not first:
                for token in grant.access_tokens:
                    self._accesses.pop(token, None)
            return grant, first

    def give_access(self, grant: Grant, lifetime: float) -> str:
        """A new access token."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            expires_at = self.clock() + lifetime
            self._accesses[token] = Access(grant.session.person, grant.request.scopes, expires_at)
            grant.access_tokens.append(token)
        return token

    def access(self, token: str) -> Access | None:
        """What the token lets its bearer see, while it is fresh."""
        access = self._accesses.get(token)
        return access if access is not None and access.expires_at > self.clock() else None
