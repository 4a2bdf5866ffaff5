"""What a storefront's server is told of a session, at `/session/<store>` (in the spirit of RFC 7662)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.domain.customer import Customer
from bridge.domain.grant import RenewalHandle
from bridge.domain.link_ports import Links
from bridge.domain.network import network_of
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import Session, SessionRef
from bridge.domain.session_ports import Sessions
from bridge.domain.store import Store, store_named
from bridge.domain.token_ports import Throttle
from bridge.flows.token import FAILURES, Asker, slow_down

#: Questions about one session in a minute: one for each page that a shopper opens is fewer.
QUESTIONS = 120


@dataclass(frozen=True, slots=True)
class Alive:
    """A session that lives."""

    ref: SessionRef
    session: Session
    customer: Customer
    expires_in: int  # seconds for which it lives on where nobody uses it


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStatus:
    """For every store whose server has a `handoff_secret`."""

    stores: Mapping[str, Store]
    sessions: Sessions
    links: Links
    throttle: Throttle
    now: Callable[[], float]

    def ask(self, name: str, asker: Asker, sid: str) -> Alive | None:
        """None for one that ended, for another store's and for what never was one. Counts as use.

        Raises `Refused`.
        """
        self._check_server(store_named(name, self.stores), asker)
        if not sid:
            raise Refused(Reason.INVALID_REQUEST, "sid: missing")
        if RenewalHandle.parse(sid):
            raise Refused(Reason.INVALID_REQUEST, "sid: this is a renewal handle, which no address may hold")
        ref = SessionRef.parse(sid)
        if ref is None:
            return None
        if wait := self.throttle.count(f"session {name} {ref}", QUESTIONS):
            raise slow_down(f"{QUESTIONS} questions about one session", wait)
        session = self.sessions.get(ref)
        if session is None or session.store != name:
            return None
        link = self.links.peek(ref.identity, name)
        if link is None or (session.idle and self.sessions.touch(ref) is None):
            return None
        return Alive(ref, session, link.customer, session.life(self.now()))

    def _check_server(self, store: Store, asker: Asker) -> None:
        """Raises `Refused`. Who proves itself is heard, whatever others at its address tried before."""
        if asker.basic is not None:
            user, password = asker.basic
            if user == store.name and store.storefront.knows(password):
                return
        if wait := self.throttle.count(f"{store.name} {network_of(asker.address)}", FAILURES):
            raise slow_down(f"{FAILURES} failures", wait)
        raise Refused(Reason.INVALID_CLIENT, "not the store's name and handoff_secret, by HTTP Basic")
