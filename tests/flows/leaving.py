"""A provider's way out, a platform's, and the flow of a sign-out between them."""

from dataclasses import dataclass, field

from bridge.domain.customer import Customer, Link
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import HandOff, Redirect
from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.session import Session
from bridge.domain.sign_out import Leave, LeaveTicket, LogoutRequest, ToLogout
from bridge.domain.store import Store
from bridge.flows.ending import SessionEnder
from bridge.flows.sign_out import Receipt, SignOut
from bridge.state.memory import MemoryState
from bridge.state.memory_sessions import MemoryEndings, MemorySessions
from tests.contracts.world import FakeClock, counting_token
from tests.flows.scene import ACME, ISSUER, OTHER

ADA = IdentityKey(ISSUER, "ada")


@dataclass
class Door:
    """A provider's way out."""

    refuses: Reason | None = None
    away: ToLogout | None = field(default_factory=lambda: ToLogout("https://idp.acme.example/out"))
    asked: list[LogoutRequest] = field(default_factory=list)

    def logout_url(self, request: LogoutRequest, deadline: Deadline) -> ToLogout | None:
        self.asked.append(request)
        assert deadline.remaining() <= 4
        if self.refuses:
            raise Refused(self.refuses, "away")
        return self.away


class Till:
    """A platform whose pages keep a session, and which mints a token only for ids of its own form."""

    def sign_out(self, leave: Leave, deadline: Deadline) -> HandOff | None:
        if leave.customer is None:
            return Redirect("https://store.example.com/out")
        if not leave.customer.id.isdigit():
            raise Refused(Reason.STORE_REJECTED, "no id")
        return Redirect(f"https://store.example.com/out/{leave.customer.id}")


class Scene:
    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.door = clock, Door()
        self.state = MemoryState(clock.now, clock.advance)
        self.sessions, self.endings = MemorySessions(self.state, clock.now), MemoryEndings(clock.now)
        links = self.state.links
        url = "https://store.example.com"
        stores = {"us": ("acme",), "eu": ("acme", "other"), "headless": ("acme",)}
        self.flow = SignOut(
            stores={
                name: Store(name=name, platform="p", url=url, connections=connections)
                for name, connections in stores.items()
            },
            connections={"acme": ACME, "other": OTHER},
            providers={"acme": self.door, "other": Door()},
            platforms={"us": Till(), "eu": Till()},
            sessions=self.sessions,
            ender=SessionEnder(sessions=self.sessions, endings=self.endings, links=links, now=clock.now),
            links=links,
            public_url="https://sso.example.com",
            now=clock.now,
            token=counting_token(),
        )

    def session(self, store: str = "us", customer: str = "7", sid: str = "provider-sid") -> str:
        """Somebody signed in; the handle."""
        now = int(self.clock.now())
        made = Session(
            id=f"{len(self.state.sessions)}".ljust(43, "i"),
            store=store,
            connection="acme",
            identity=ADA,
            sid=sid,
            id_token=Secret("e.y.J"),
            created_at=now,
            ends_at=now + 3600,
        )
        self.state.sessions.append(made)
        link = Link(
            store=store,
            identity=ADA,
            connection="acme",
            customer=Customer(customer),
            evidence="claim",
            created_at=now,
        )
        assert self.state.links.link(link)
        return made.handle

    def leave(self, handle: str = "", store: str = "us", **more: object) -> LeaveTicket:
        left = self.flow.leave(store, handle, "/cart", self.clock.deadline(), **more)  # type: ignore[arg-type]
        self.url = left.url
        return left.ticket

    def arrive(self, ticket: LeaveTicket, **how: bool) -> Receipt:
        asked = {"by_provider": True, "failed": False, "was_read": False, **how}
        return self.flow.arrive(ticket, deadline=self.clock.deadline(), **asked)


def address(receipt: Receipt) -> str:
    assert isinstance(receipt.onward, Redirect)
    return receipt.onward.url
