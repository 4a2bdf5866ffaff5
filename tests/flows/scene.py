"""A provider and a store written by hand, and the flow between them."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.callback import Callback
from bridge.domain.connection import Connection
from bridge.domain.customer import Customer, CustomerGone, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import HandOff, Redirect, Visit
from bridge.domain.identity import Identity, IdentityKey
from bridge.domain.link_ports import Links
from bridge.domain.ports import Attempts, SignIns, Verified
from bridge.domain.profile import Details
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.store import CustomerPolicy, Store
from bridge.flows.customers import Customers
from bridge.flows.profiles import Profiles
from bridge.flows.sign_in import SignIn
from bridge.flows.steps import SignedIn, ToProvider
from bridge.state.memory import MemoryState
from bridge.state.memory_links import MemoryPending
from bridge.state.memory_sessions import MemorySessions
from tests.contracts.world import FakeClock, counting_token

ISSUER = "https://idp.acme.example"
ACME = Connection(
    name="acme",
    label="Acme staff",
    issuer=ISSUER,
    client_id="bridge",
    redirect_uri="https://sso.example.com/callback/acme",
    domains=("acme.com",),
)
OTHER = replace(
    ACME, name="other", label="Other", issuer="https://login.other.example", domains=("other.com",)
)


def person(subject: str = "ada", email: str = "ada@acme.com", **changes: object) -> Identity:
    """Somebody for whom the provider vouches."""
    made = Identity(
        key=IdentityKey(ISSUER, subject),
        connection="acme",
        email=email,
        email_verified=True,
        name="Ada Lovelace",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class Provider:
    """Knows people by the code that was made for them; each code is good for one exchange."""

    issuer: str = ISSUER
    people: dict[str, Identity] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    clock_ahead: float | None = 0.0
    down: bool = False
    takes: float = 0.0  # seconds for an exchange

    def authorize_url(self, attempt: Attempt, login_hint: str, deadline: Deadline) -> str:
        if self.down:
            raise Refused(Reason.IDP_UNAVAILABLE, "down")
        return f"{self.issuer}/authorize?state={attempt.state}&login_hint={login_hint}"

    def redeem(self, attempt: Attempt, callback: Callback, deadline: Deadline) -> Verified:
        time.sleep(self.takes)
        if self.down:
            raise Refused(Reason.IDP_TIMEOUT, "down")
        if callback.error:
            raise Refused(Reason.ACCESS_DENIED, callback.error)
        if callback.code in self.used or callback.code not in self.people:
            raise Refused(Reason.CODE_REJECTED, "invalid_grant")
        self.used.append(callback.code)
        return Verified(
            identity=self.people[callback.code], id_token=Secret("e.y.J"), provider_clock=self.clock_ahead
        )


class Shop:
    """A store with an address book that, like real ones, may hold one address twice."""

    def __init__(self) -> None:
        self.book: dict[str, str] = {}
        self.made: list[Profile] = []
        self.calls = 0
        self.down = False
        self.clock_known = True
        self.believes_all = False
        self.remembers = True
        self.answers_lost: Reason | None = None  # of creations, which happen all the same
        self.made_for: dict[str, IdentityKey | None] = {}
        self.told: list[tuple[str, Details]] = []
        self.keeps: list[str] = []  # what it says it could not write
        self.rejected: list[str] = []
        self._minted = 0
        self._lock = threading.Lock()

    def find(self, email: str, deadline: Deadline) -> Sequence[Customer]:
        self._called()
        return [Customer(number) for number, address in self.book.items() if address == email]

    def find_by_identity(self, identity: IdentityKey, deadline: Deadline) -> Customer | None:
        """Only where the store remembers whom it made for whom; asked even when nothing is found."""
        self._called()
        made = [
            number for number, maker in self.made_for.items() if maker == identity and number in self.book
        ]
        return Customer(made[0]) if made and self.remembers else None

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        self._called()
        return self.believes_all or customer.id in self.book

    def create(self, profile: Profile, deadline: Deadline) -> Customer:
        self._called()
        time.sleep(0.002)  # long enough for others to come in between
        with self._lock:
            number = str(len(self.book) + 101)
            self.book[number] = profile.email
            self.made.append(profile)
            self.made_for[number] = profile.identity
        if self.answers_lost:
            raise Refused(self.answers_lost, "502")
        return Customer(number)

    def update(self, customer: Customer, details: Details, deadline: Deadline) -> Sequence[str]:
        self._called()
        if customer.id not in self.book:
            raise CustomerGone
        self.told.append((customer.id, details))
        if details.email in [mail for number, mail in self.book.items() if number != customer.id]:
            return ["the e-mail stays: another customer has the new one"]
        self.book[customer.id] = details.email or self.book[customer.id]
        return self.keeps

    def hand_off(self, visit: Visit, deadline: Deadline) -> HandOff:
        if visit.customer.id in self.rejected:
            raise Refused(Reason.CUSTOMER_REJECTED, "record_not_found")
        if not self.clock_known:
            raise Refused(Reason.STORE_CLOCK_UNKNOWN, "no idea")
        with self._lock:
            self._minted += 1
            address = f"https://store.example.com/login/{visit.customer.id}/{self._minted}"
            return Redirect(f"{address}?to={visit.return_to}")

    def _called(self) -> None:
        self.calls += 1
        if self.down:
            raise Refused(Reason.STORE_UNAVAILABLE, "down")


class Scene:
    """Two connections and two stores; `us` takes Acme only, `eu` takes both."""

    def __init__(
        self,
        clock: FakeClock,
        *,
        attempts: Attempts | None = None,
        sign_ins: SignIns | None = None,
        links: Links | None = None,
        policy: CustomerPolicy | None = None,
        acme: Connection = ACME,
        other: Connection = OTHER,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.clock = clock
        self.provider, self.other = Provider(), Provider(OTHER.issuer)
        self.shop = Shop()
        self.state = MemoryState(clock.now, pause)
        self.pending = MemoryPending()
        self.attempts, self.sign_ins = attempts or self.state, sign_ins or self.state
        policy = policy or CustomerPolicy()
        stores = {
            name: Store(
                name=name,
                platform="bigcommerce",
                url="https://store.example.com",
                connections=connections,
                customers=policy,
            )
            for name, connections in {"us": ("acme",), "eu": ("acme", "other")}.items()
        }
        connections = {"acme": acme, "other": other}
        self.flow = SignIn(
            stores=stores,
            connections=connections,
            providers={"acme": self.provider, "other": self.other},
            deliveries={"us": self.shop, "eu": self.shop},
            attempts=self.attempts,
            sessions=MemorySessions(self.state, clock.now),
            customers=Customers(
                stores=stores,
                connections=connections,
                platforms={"us": self.shop, "eu": self.shop},
                sign_ins=self.sign_ins,
                links=links or self.state.links,
                pending=self.pending,
                now=clock.now,
                profiles=Profiles(
                    stores=stores,
                    connections=connections,
                    platforms={"us": self.shop, "eu": self.shop},
                    sign_ins=self.sign_ins,
                    links=links or self.state.links,
                    now=clock.now,
                ),
            ),
            now=clock.now,
            token=counting_token(),
            pause=pause,
        )

    def go(self, store: str = "us", return_to: str = "/cart") -> Ticket:
        """The browser leaves for the provider; what it then holds."""
        left = self.flow.start(store, "acme", return_to, "", self.clock.deadline())
        assert isinstance(left, ToProvider)
        return left.ticket

    def code_for(self, who: Identity) -> str:
        """What the provider gives the browser of that person."""
        code = f"code-{len(self.provider.people)}"
        self.provider.people[code] = who
        return code

    def back(self, ticket: Ticket, code: str, *, error: str = "") -> SignedIn | ToProvider:
        """The browser comes back with its ticket."""
        return self.finish(callback(ticket.state, code, error=error), ticket)

    def finish(
        self, answer: Callback, ticket: Ticket | None, *, other_tickets: bool = False
    ) -> SignedIn | ToProvider:
        return self.flow.finish(answer, ticket, self.clock.deadline(), other_tickets=other_tickets)

    def sign_in(self, who: Identity, store: str = "us") -> str:
        """The whole way; where the browser ends."""
        return signed_in(self.back(self.go(store), self.code_for(who)))


def callback(state: str, code: str = "", *, error: str = "", connection: str = "acme") -> Callback:
    return Callback(connection=connection, state=state, code=code, error=error, iss=None, form_post=False)


def signed_in(end: SignedIn | ToProvider) -> str:
    """The address at the store where a sign-in ended."""
    assert isinstance(end, SignedIn)
    assert isinstance(end.hand_off, Redirect)
    return end.hand_off.url


def customer_of(url: str) -> str:
    """The customer in an address of this store."""
    return url.split("/")[4]
