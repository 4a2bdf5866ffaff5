"""What the promises are judged on: a store with the platform under test, and a platform made of it."""

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar
from unittest import SkipTest

from bridge.domain.hand_off import FormPost
from bridge.domain.sign_out import Leave, signs_out
from bridge.domain.store_platform import delivers, issues
from bridge.platform_api import (
    Customer,
    Deadline,
    Details,
    Http,
    HttpFailure,
    HttpReply,
    HttpRequest,
    IdentityKey,
    Offer,
    Profile,
    Redirect,
    Refused,
    Secret,
    StoreContext,
    StorePlatform,
    Tree,
    Visit,
    table,
)
from bridge.settings import ConfigFaults, Settings, read_settings
from bridge.settings.store import PLATFORMS
from bridge.settings.toml import toml_value
from bridge.wiring.platforms import platform_of

IDENTITY = IdentityKey("https://idp.example.com", "the-contract")
_SHORT = 6  # characters: less would be found anywhere
NOBODY = "nobody-at-all@contract.example"
NO_IDS = ("", "a b", "ä", "x" * 200, "a\nb")


class NoServer:
    """A platform that is away. `sent` counts what was asked of it."""

    sent = 0

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        """See the port `Http`."""
        del request, deadline
        self.sent += 1
        raise HttpFailure("unreachable", "there is no such server")


class Ground:
    """What an author fills in, and what the promises are made of."""

    name: ClassVar[str] = ""
    """The name of the entry point."""
    store: ClassVar[Mapping[str, Any]] = {}
    """The keys of [stores.NAME], its platform's table among them; `platform` and `connections` are put in."""
    customer: ClassVar[str] = ""
    """An id that a customer of the platform could have."""
    known: ClassVar[str] = ""
    """The e-mail, in small letters, of the customer that `http` has under that id; empty for none."""
    hosts: ClassVar[tuple[str, ...]] = ()
    """Where else than on `url` the one-time address may be."""

    def http(self) -> Http:
        """A stand-in for the platform, made anew for each promise; by default one that is away."""
        return NoServer()

    @property
    def offer(self) -> Offer[Any]:
        offer = PLATFORMS[self.name].offer
        assert offer is not None, PLATFORMS[self.name].fault
        return offer

    @property
    def keys(self) -> dict[str, Any]:
        return dict(self.store[self.name])

    def read(self, keys: Mapping[str, Any] | None = None) -> Settings:
        store: dict[str, Any] = {**self.store, "platform": self.name, "connections": ["idp"]}
        if keys is not None:
            store[self.name] = keys
        tree: dict[str, dict[str, Any]] = {
            "server": {"public_url": "https://sso.example.com", "cookie_keys": ["k" * 32]},
            "redis": {"url": "redis://127.0.0.1:6379/0"},
            "connections.idp": {"issuer": IDENTITY.issuer, "client_id": "c", "client_auth": "none"},
            "stores.shop": store,
        }
        lines = (
            f"\n[{name}]\n" + "\n".join(f"{key} = {toml_value(value)}" for key, value in one.items())
            for name, one in tree.items()
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bridge.toml"
            path.write_text("\n".join(lines), encoding="utf-8")
            return read_settings(path, {})

    def faults(self, keys: Mapping[str, Any]) -> list[str]:
        """The paths of the faults that this table of the platform's has."""
        try:
            self.read(keys)
        except ConfigFaults as faults:
            self.hides(str(faults), "a fault")
            return [fault.key_path for fault in faults.faults]
        return []

    def made(self, http: Http) -> StorePlatform:
        store = self.read().stores["shop"]
        context = StoreContext(
            subject="stores.shop",
            url=store.url,
            http=http,
            now=time.time,
            monotonic=time.monotonic,
            pause=lambda _seconds: None,
            token=lambda: secrets.token_urlsafe(32),
        )
        return platform_of(store, context)

    def ready(self) -> StorePlatform:
        """One that had time to look at its surroundings."""
        platform = self.made(self.http())
        with suppress(Refused):
            list(platform.check(soon()))
        return platform

    def with_customers(self) -> StorePlatform:
        if not self.known:
            raise SkipTest("`known` names no customer that `http` has")
        return self.ready()

    def visit(self, customer: str | None = None, return_to: str = "/cart") -> Visit:
        who = Customer(self.customer if customer is None else customer)
        profile = Profile(email=who.id, first_name="Ada", last_name="Lovelace", identity=IDENTITY)
        return Visit(
            customer=who,
            identity=IDENTITY,
            session="a-session",
            return_to=return_to,
            provider_clock=0.0,
            profile=profile if self.offer.email_is_identity else None,
        )

    def address(self, return_to: str) -> str:
        platform = self.ready()
        if not delivers(platform):
            raise SkipTest("it has no one-time address")
        made = platform.hand_off(self.visit(return_to=return_to), soon())
        assert isinstance(made, Redirect | FormPost)
        assert made.url not in repr(made)
        return made.url

    def questions(
        self, platform: StorePlatform, deadline: Deadline | None = None
    ) -> Iterator[tuple[str, Callable[[], object]]]:
        """Everything that can be asked, by its name."""
        end, who = deadline or soon(), Customer(self.customer)
        profile = Profile(email=NOBODY, first_name="No", last_name="Body", identity=IDENTITY)
        yield "find", lambda: list(platform.find(NOBODY, end))
        yield "find_by_identity", lambda: platform.find_by_identity(IDENTITY, end)
        yield "exists", lambda: platform.exists(who, end)
        yield "create", lambda: platform.create(profile, end)
        yield "update", lambda: platform.update(who, Details(plain={"first_name": "Ada"}), end)
        yield "check", lambda: list(platform.check(end))
        if delivers(platform):
            yield "hand_off", lambda: platform.hand_off(self.visit(), end)
        if signs_out(platform):
            yield "sign_out", lambda: platform.sign_out(Leave(customer=who, return_to="/"), end)
        if issues(platform):
            yield "issue", lambda: platform.issue(self.visit(), end)
            yield "renew", lambda: platform.renew(Secret("r" * 43), self.visit(), end)
            yield "revoke", lambda: platform.revoke(Secret("r" * 43), end)

    def hides(self, shown: str, where: str) -> None:
        for secret in _secrets(table(self.read().stores["shop"].account)):
            assert len(secret) < _SHORT or secret not in shown, f"{where} shows a secret"


def soon() -> Deadline:
    return Deadline(5, time.monotonic)


def leaves(tree: Tree) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if below := table(value):
            yield from leaves(below)
        else:
            yield key, value


def _secrets(tree: Tree) -> Iterator[str]:
    for _, value in leaves(tree):
        several = value if isinstance(value, tuple) else (value,)
        yield from (one.reveal() for one in several if isinstance(one, Secret))
