"""One bridge and one provider, each told what the other expects of it."""

import json
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urljoin

import redis

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.markup import Markup, read_markup
from bridge.demo.redis_server import start_redis
from bridge.demo.serving import Served
from tests.interop.provider import Asked, Json, NodeProcess, Provider
from tests.journeys.browser import CLICK, Answer, Browser
from tests.journeys.process import BridgeProcess, quiet_port
from tests.journeys.stage import Tables, toml

CLIENT_ID = "a client/of: the 100% bridge"
CLIENT_SECRET = "a secret of enough characters for everybody"

_WITHOUT_SECRET = ("none", "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth")


class Ground:
    """What all meetings share: Redis, a store, and node."""

    def __init__(self, node: str, folder: Path) -> None:
        with ExitStack() as started:
            self.redis_url = started.enter_context(start_redis(folder / "redis")).url
            self.store_options = StoreOptions(
                bridge_login_url="http://127.0.0.1:1/login/us",
                store_hash="interop",
                client_id="store-" + secrets.token_hex(8),
                client_secret=secrets.token_urlsafe(32),
                access_token=secrets.token_urlsafe(24),
            )
            store = create_store(self.store_options)
            self.shop: Shop = store.extensions["demo_store"]
            self.store_url = started.enter_context(Served(store)).url
            self.process = started.enter_context(NodeProcess(node, folder))
            self._started = started.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._started.close()


class Meeting:
    """Made by the fixture `meet`; the bridge is running."""

    def __init__(self, ground: Ground, folder: Path, client: Json, provider: Json, connection: Json) -> None:
        """`client`: its registration at the provider; `provider`: what that is told (provider.mjs);
        `connection`: the keys of [connections.acme] beside issuer, client_id and domains."""
        self._ground = ground
        self._folder = folder
        self._port = quiet_port()
        self._prefix = "interop-" + secrets.token_hex(8)  # ports come again, and links must not
        self._bridge: BridgeProcess | None = None
        self.bridge_url = f"http://127.0.0.1:{self._port}"
        self.client = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [f"{self.bridge_url}/callback/acme"],
            **{name: self._placed(value) for name, value in client.items()},
        }
        configuration = {**provider.get("configuration", {}), "clients": [self.client]}
        self.provider = Provider(ground.process, {**provider, "configuration": configuration})
        self._asked: list[Asked] = []
        self.restart(**connection)

    def _placed(self, value: Any) -> Any:
        """BRIDGE in an address stands for that of the bridge."""
        if isinstance(value, list):
            return [self._placed(one) for one in value]
        return value.replace("BRIDGE", self.bridge_url) if isinstance(value, str) else value

    def restart(self, **connection: Any) -> None:
        """The bridge anew, with these keys of its connection."""
        self.stop()
        path = self._folder / "bridge.toml"
        path.write_text(toml(self._tables(connection)), encoding="utf-8")
        self._bridge = BridgeProcess(path, self._port)

    def stop(self) -> None:
        if self._bridge is not None:
            self._bridge.kill()

    def walk(
        self, browser: Browser, login: str, query: Mapping[str, str] | None = None, *, back: bool = True
    ) -> Answer:
        """A click on "sign in", and what a person does then who is called `login`; the last page.

        Nobody (an empty `login`) presses Cancel. Without `back` it stops at the redirect that leads back.
        """
        until = "\0" if back else f"{self.bridge_url}/callback"
        start = f"{self.bridge_url}/login/us?{urlencode({'return_to': '/cart', **(query or {})})}"
        answer = browser.walk(start, until=until)
        while answer.url.startswith(self.provider.issuer):
            page = read_markup(answer.text)
            if answer.status != 200 and not page.submits_itself:  # an error is posted with its own status
                break
            if login or page.submits_itself:
                answer = browser.walk(
                    urljoin(answer.url, answer.form.action), until=until, form=_filled(page, login)
                )
            else:
                (cancel,) = [link.href for link in page.links if "Cancel" in link.label]
                answer = browser.walk(urljoin(answer.url, cancel), until=until)
        return answer

    def signs_in(self, login: str = "ada", *, browser: Browser | None = None, **query: str) -> None:
        """Asserts that a person ends in the store, signed in by one of its own tokens."""
        browser = browser or Browser()
        end = self.walk(browser, login, query)
        through = any(
            answer.url.startswith(f"{self._ground.store_url}/login/token/") for answer in browser.seen
        )
        assert through, self.story(end)
        assert end.url == f"{self._ground.store_url}/cart", self.story(end)
        assert "Signed in" in end.text
        email = login if "@" in login else f"{login}@acme.example"
        assert len(self._ground.shop.customers.find(emails=[email])) == 1

    def refusal(self, login: str = "ada", **query: str) -> str:
        """The code with which the bridge refuses a person."""
        end = self.walk(Browser(), login, query)
        assert end.refusal, self.story(end)
        return end.refusal

    def leaves(self, browser: Browser) -> Answer:
        """A click on the store's "sign out"; the page at which it ends without a word of the person's."""
        headers = {**CLICK, "Referer": f"{self._ground.store_url}/", "Sec-Fetch-Site": "same-site"}
        return browser.walk(f"{self.bridge_url}/logout/us?return_to=%2F", headers=headers)

    def signed_in(self) -> list[str]:
        """The subject of each session that this bridge keeps."""
        with redis.Redis.from_url(self._ground.redis_url, decode_responses=True) as server:
            texts = [str(server.get(name)) for name in server.scan_iter(f"{self._prefix}:session:*")]
            server.connection_pool.disconnect()
        return sorted(json.loads(text)[3] for text in texts)

    def lives(self) -> list[int]:
        """For how many seconds more each of them does."""
        with redis.Redis.from_url(self._ground.redis_url, decode_responses=True) as server:
            found = [int(server.ttl(name)) for name in server.scan_iter(f"{self._prefix}:session:*")]
            server.connection_pool.disconnect()
        return found

    def asked(self, route: str) -> list[Asked]:
        """What the provider was asked there until now (names of routes are oidc-provider's)."""
        self._asked += self.provider.asked()
        return [one for one in self._asked if one.route == route]

    @property
    def log(self) -> str:
        """What this bridge wrote since it was started last."""
        assert self._bridge is not None
        return self._bridge.output()

    def story(self, end: Answer) -> str:
        """For the reader of a failure: both sides' own words."""
        self._asked += self.provider.asked()
        faults = [f"{one.route} {one.status} {one.fault}" for one in self._asked if one.fault]
        refused = [line for line in self.log.splitlines() if "refused" in line or "fault" in line]
        visible = read_markup(end.text).visible[:300]
        return "\n".join([f"{end.status} {end.url} {end.refusal}", visible, *refused[-2:], *faults])

    def _tables(self, connection: Json) -> Tables:
        store, url = self._ground.store_options, self._ground.store_url
        secret = {} if connection.get("client_auth") in _WITHOUT_SECRET else {"client_secret": CLIENT_SECRET}
        acme = {"issuer": self.provider.issuer, "client_id": CLIENT_ID, "domains": ["acme.example"]}
        return {
            "server": {
                "public_url": self.bridge_url,
                "cookie_keys": [secrets.token_urlsafe(32)],
                "development": True,
            },
            "redis": {"url": self._ground.redis_url, "prefix": self._prefix},
            **_nested("connections.acme", {**acme, **secret, **connection}),
            "stores.us": {"platform": "bigcommerce", "url": url, "connections": ["acme"]},
            "stores.us.bigcommerce": {
                "store_hash": store.store_hash,
                "client_id": store.client_id,
                "client_secret": store.client_secret,
                "access_token": store.access_token,
                "channel_id": store.channel_id,
                "api_url": url,
            },
        }


def _nested(name: str, table: Json) -> Tables:
    """A table and those in it, each by its whole name."""
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    tables = {name: {key: value for key, value in table.items() if key not in inner}}
    for key, value in inner.items():
        tables |= _nested(f"{name}.{key}", value)
    return tables


def _filled(page: Markup, login: str) -> list[tuple[str, str]]:
    """The one form of a page, filled in."""
    (form,) = page.forms
    typed = {"login": login, "password": "any"}
    return [(name, value or typed.get(name, "")) for name, value in form.fields]
