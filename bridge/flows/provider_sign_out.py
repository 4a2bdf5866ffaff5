"""Sign-out that begins at the provider: sessions here end because the person's session there did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.domain.connection import Connection
from bridge.domain.deadline import Deadline
from bridge.domain.identity import IdentityKey
from bridge.domain.logout_token import LogoutNotice, issuers_of
from bridge.domain.quoting import place_name, url_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import HeldSession
from bridge.domain.session_ports import Sessions, SignOutNotices
from bridge.flows.ending import SessionEnder

_LONGEST = 255  # characters


class LogoutProvider(Protocol):
    """One connection, as far as sign-out from its side needs it."""

    def verify_logout(self, compact: str, deadline: Deadline) -> LogoutNotice:
        """What a logout token says. Raises `Refused(LOGOUT_TOKEN_INVALID)`, or another without keys."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSignOut:
    """Both ways in which a provider tells of it."""

    connections: Mapping[str, Connection]
    providers: Mapping[str, LogoutProvider]
    sessions: Sessions
    notices: SignOutNotices
    ender: SessionEnder

    def backchannel(self, name: str, logout_token: str, deadline: Deadline) -> int:
        """How many sessions, at all stores, a logout token ended. Raises `Refused`.

        It is noted as used when all of them have ended: a provider that was told of a failure sends it
        again, and then it must count. So of two at the same moment both may end what the one would have.
        """
        connection = self._known(name)
        notice = self.providers[name].verify_logout(logout_token, deadline)
        if self.notices.was_used(name, notice.jti):
            raise Refused(Reason.LOGOUT_TOKEN_INVALID, "jti: used before")
        ended = self.ender.end_all(self._meant(connection, notice), "backchannel")
        self.notices.use(name, notice.jti)
        return ended

    def _meant(self, connection: Connection, notice: LogoutNotice) -> Sequence[HeldSession]:
        """By `sid` where the provider names one; one without a sid of its own is meant by the sub alone."""
        if not notice.sub:
            return self.sessions.of_sid(connection.name, notice.sid)
        held = self.sessions.of_identity(IdentityKey(notice.issuer, notice.sub))
        mine = [one for one in held if one.session.connection == connection.name]
        return [one for one in mine if not notice.sid or one.session.sid in (notice.sid, "")]

    def frontchannel(self, name: str, iss: str | None, sid: str | None) -> int:
        """How many sessions a frame in the provider's page ended. Raises `Refused`.

        The frame brings no cookie of ours, being in another site's page; what proves that the provider
        asked is its session id, which only tokens tell (Front-Channel Logout 1.0 section 3).
        """
        connection = self._known(name)
        if iss is None and not connection.frontchannel_without_iss:
            raise Refused(Reason.BAD_REQUEST, "iss: missing")
        if iss is not None and iss not in issuers_of(connection):
            raise Refused(Reason.BAD_REQUEST, f"iss: expected {connection.issuer}, got {url_name(iss)}")
        if not sid or len(sid) > _LONGEST:
            raise Refused(Reason.BAD_REQUEST, "sid: missing" if not sid else "sid: too long")
        return self.ender.end_all(self.sessions.of_sid(name, sid), "frontchannel")

    def _known(self, name: str) -> Connection:
        if name not in self.connections:
            raise Refused(Reason.CONNECTION_UNKNOWN, place_name(name))
        return self.connections[name]
