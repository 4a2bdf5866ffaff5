"""Stores whose storefronts take tokens by code, an issuer of worthless tokens, and who asks for them."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import pytest

from bridge.domain.binding import Binding
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import HandOff, PlatformToken, Redirect, Visit
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.store import Store
from bridge.domain.storefront import Storefront
from bridge.flows.delivery import ByCode
from bridge.flows.token import Asker, Given, TokenEndpoint
from bridge.state.memory import MemoryState
from bridge.state.memory_tokens import MemoryTokens
from tests.contracts.people import ADA, CUSTOMER, attempt, link, session
from tests.contracts.world import FakeClock, counting_token

RETURN_URL = "https://shop.example.eu/auth/return"
PAGE = "https://shop.example.eu"
SECRETS = (Secret("the new handoff secret, %41+/:="), Secret("the old one"))
VERIFIER = "verifier-" * 6
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@dataclass
class Issuer:
    """Counts what it gives out; nothing of it is worth anything."""

    refreshable: bool = True
    visits: list[Visit] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    down: bool = False
    revokes: bool = True
    refused: Reason | None = None

    def issue(self, visit: Visit, deadline: Deadline) -> PlatformToken:
        if self.down:
            raise Refused(Reason.STORE_UNAVAILABLE, "down")
        if self.refused:
            raise Refused(self.refused, "record_not_found")
        self.visits.append(visit)
        number = len(self.visits)
        return PlatformToken(
            access_token=Secret(f"token-{number}+for/{visit.customer.id}"),
            expires_in=7200,
            scope="market:code:europe",
            refresh_token=Secret(f"refresh-{number}") if self.refreshable else None,
            more={"owner_id": visit.customer.id},
        )

    def renew(self, refresh_token: Secret, visit: Visit, deadline: Deadline) -> PlatformToken:
        self.renewed.append(refresh_token.reveal())
        return self.issue(visit, deadline)

    def revoke(self, refresh_token: Secret, deadline: Deadline) -> None:
        if not self.revokes:
            raise Refused(Reason.STORE_UNAVAILABLE, "down")
        self.revoked.append(refresh_token.reveal())


class Scene:
    """Stores by how they take tokens: `server` by secret, `page` by PKCE, `both`, and BigCommerce's `us`."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.issuer = clock, Issuer()
        self.state = MemoryState(clock.now, lambda _: None)
        self.memory = MemoryTokens(self.state, clock.now, counting_token("handle"))
        self._token = counting_token("code")
        self.stores = {
            "server": self._store("server", secrets=SECRETS),
            "other": self._store("other", secrets=(Secret("another store's secret"),)),
            "page": self._store("page", browser_origins=(PAGE,)),
            "both": self._store("both", secrets=SECRETS, browser_origins=(PAGE,)),
            "us": Store(
                name="us", platform="bigcommerce", url="https://store.example.com", connections=("acme",)
            ),
        }
        self.flow = TokenEndpoint(
            stores=self.stores,
            issuers=dict.fromkeys(self.stores, self.issuer),
            codes=self.memory,
            renewals=self.memory,
            throttle=self.memory,
        )

    def _store(self, name: str, **front: object) -> Store:
        storefront = Storefront(delivery="code", return_url=RETURN_URL, **front)  # type: ignore[arg-type]
        return Store(
            name=name, platform="commercelayer", url=PAGE, connections=("acme",), storefront=storefront
        )

    def visit(self, store: str = "server", challenge: str = "", state: str = "") -> Visit:
        """Ada, signed in at the bridge."""
        made = session(store=store)
        self.state.link(link(store=store))
        self.state.record(attempt(store=store), made)
        return Visit(
            customer=CUSTOMER,
            identity=ADA,
            session=made.handle,
            return_to="/cart?a=b c",
            reference="abcdefgh",
            binding=Binding(state=state, code_challenge=challenge),
            client_address="192.0.2.7",
        )

    def code(self, store: str = "server", challenge: str = "", state: str = "") -> str:
        """The code with which Ada's browser arrives at the storefront."""
        by_code = ByCode(store=store, return_url=RETURN_URL, codes=self.memory, token=self._token)
        return query(by_code.hand_off(self.visit(store, challenge, state), self.clock.deadline()))["code"]

    def ask(self, store: str, asker: Asker, **form: str) -> Given:
        return self.flow.give(store, asker, form, self.clock.deadline())

    def redeem(self, store: str, asker: Asker, code: str, **form: str) -> Given:
        return self.ask(store, asker, grant_type="authorization_code", code=code, **form)

    def renew(self, store: str, asker: Asker, handle: str) -> Given:
        return self.ask(store, asker, grant_type="refresh_token", refresh_token=handle)


def server(name: str = "server", secret: str = SECRETS[0].reveal(), **more: str) -> Asker:
    return Asker(address="198.51.100.1", basic=(name, secret), **more)  # type: ignore[arg-type]


def page(origin: str | None = PAGE) -> Asker:
    return Asker(address="192.0.2.7", origin=origin)


def query(hand_off: HandOff) -> dict[str, str]:
    assert isinstance(hand_off, Redirect)
    parts = urlsplit(hand_off.url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == RETURN_URL
    return dict(parse_qsl(parts.query or parts.fragment, strict_parsing=True))


def refusal(act: Callable[[], object]) -> Reason:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason
