"""The world of a journey: Redis, identity providers that come and go, a store, and bridges as processes."""

import json
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis
from flask import Flask

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.idp import Client, IdpOptions, create_idp
from bridge.demo.idp.memory import Memory
from bridge.demo.markup import read_markup
from bridge.demo.redis_server import start_redis
from bridge.demo.serving import Served
from tests.journeys.browser import Answer, Browser
from tests.journeys.process import BridgeProcess, quiet_port

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Tables = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Heard:
    """A request that arrived at a provider; `answer` is filled for the token endpoint only."""

    path: str
    query: str
    body: str
    authorization: str
    answer: bytearray


#: With their connections.
STORES = {
    "us": ["acme"],
    "post": ["globex"],
    "both": ["acme", "globex"],
    "list": ["acme-any", "globex-any"],
    "mixed": ["acme", "acme-any", "globex-any"],
}


class Provider:
    """A demo identity provider with a notebook; it can go away and come back at the same address."""

    def __init__(self, name: str, public_url: str, **options: Any) -> None:
        self.name = name
        self.client = Client(
            client_id=f"client-{name}",
            client_secret=secrets.token_urlsafe(24) + "+/%:=",
            redirect_uris=(f"{public_url}/callback/{name}", f"{public_url}/callback/{name}-any"),
            post_logout_redirect_uris=tuple(f"{public_url}/signed-out/{store}" for store in STORES),
        )
        self.heard: list[Heard] = []
        self._options = {"silent": True, **options}
        self._served: Served = Served.knowing_its_url(self._make, port=quiet_port())
        self.url = self._served.url

    def _make(self, url: str) -> "WSGIApplication":
        app: Flask = create_idp(IdpOptions(issuer=url, clients=(self.client,), **self._options))
        self.memory: Memory = app.extensions["demo_idp"]
        self._app = self._with_notebook(app)
        return self._app

    def _with_notebook(self, app: Flask) -> "WSGIApplication":
        def noting(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            heard = Heard(
                environ["PATH_INFO"],
                environ.get("QUERY_STRING", ""),
                body.decode(),
                environ.get("HTTP_AUTHORIZATION", ""),
                bytearray(),
            )
            self.heard.append(heard)
            answer = app.wsgi_app(environ, start)
            return _noted(answer, heard.answer) if heard.path == "/token" else answer

        return noting

    def requests(self, path: str) -> list[Heard]:
        return [heard for heard in self.heard if heard.path == path]

    def go_away(self) -> None:
        self._served.stop()

    def come_back(self) -> None:
        self._served = Served(self._app, port=urlsplit(self.url).port or 0)

    stop = go_away


def _noted(chunks: Iterable[bytes], notes: bytearray) -> Iterable[bytes]:
    for chunk in chunks:
        notes.extend(chunk)
        yield chunk


class Stage:
    """Everything but the bridges is running from the start; `serve` starts those.

    Stores: `us` with the connection acme, `post` with globex (form_post), `both` with the two. `list` has
    acme-any and globex-any, the same for addresses of every domain, and `mixed` these and acme.
    """

    def __init__(self, folder: Path, *, public_url: str = "", **idp_options: Any) -> None:
        self.folder = folder
        self.port = quiet_port()
        self.bridge_url = f"http://127.0.0.1:{self.port}"
        self.public_url = public_url or self.bridge_url
        self._started = ExitStack()
        with ExitStack() as started:
            self.redis_server = started.enter_context(start_redis(folder / "redis"))
            self.redis: redis.Redis = redis.Redis.from_url(self.redis_server.url, decode_responses=True)
            started.callback(self.redis.close)
            options = StoreOptions(
                bridge_login_url=f"{self.bridge_url}/login/us",
                store_hash="hash" + secrets.token_hex(3),
                client_id="store-" + secrets.token_hex(8),
                client_secret=secrets.token_urlsafe(32),
                access_token=secrets.token_urlsafe(24),
                slow_seconds=2.0,
            )
            self.store_options = options
            store = create_store(options)
            self.shop: Shop = store.extensions["demo_store"]
            self.store_url = started.enter_context(Served(store)).url
            self.providers = {name: self._provider(started, name, idp_options) for name in ("acme", "globex")}
            self.acme, self.globex = self.providers["acme"], self.providers["globex"]
            self.tables = self._tables()
            self._started = started.pop_all()

    def _provider(self, started: ExitStack, name: str, options: dict[str, Any]) -> Provider:
        provider = Provider(name, self.public_url, **options)
        started.callback(provider.stop)
        return provider

    def _tables(self) -> Tables:
        tables: Tables = {
            "server": {
                "public_url": self.public_url,
                "cookie_keys": [secrets.token_urlsafe(32)],
                "development": True,
            },
            "redis": {"url": self.redis_server.url, "prefix": "bridge"},
        }
        domains = {"acme": ["acme.example"], "globex": ["elsewhere.example"]}
        for name, provider in self.providers.items():
            tables[f"connections.{name}"] = {
                "label": f"{name.title()} staff",
                "issuer": provider.url,
                "client_id": provider.client.client_id,
                "client_secret": provider.client.client_secret,
                "domains": domains[name],
            }
        tables["connections.globex"]["response_mode"] = "form_post"
        for name in self.providers:
            tables[f"connections.{name}-any"] = {**tables[f"connections.{name}"], "domains": ["*"]}
        store = self.store_options
        for name, connections in STORES.items():
            tables[f"stores.{name}"] = {
                "platform": "bigcommerce",
                "url": self.store_url,
                "connections": connections,
            }
            tables[f"stores.{name}.bigcommerce"] = {
                "store_hash": store.store_hash,
                "client_id": store.client_id,
                "client_secret": store.client_secret,
                "access_token": store.access_token,
                "channel_id": store.channel_id,
                "api_url": self.store_url,
            }
        return tables

    def write_configuration(self, name: str = "bridge.toml") -> Path:
        """The configuration as `tables` say it now."""
        path = self.folder / name
        path.write_text(toml(self.tables), encoding="utf-8")
        return path

    def serve(self, *, port: int = 0, workers: int = 1, expect_ready: bool = True) -> BridgeProcess:
        """One more bridge; without a port at the public address."""
        config = self.write_configuration()
        bridge = BridgeProcess(config, port or self.port, workers=workers, expect_ready=expect_ready)
        self._started.callback(bridge.kill)
        return bridge

    def login_url(self, store: str = "us", **query: str) -> str:
        return f"{self.bridge_url}/login/{store}?{urlencode(query)}"

    def depart(self, browser: Browser, store: str = "us", return_to: str = "/cart", **query: str) -> Answer:
        """The bridge's answer to a click on "sign in": it leads to the provider."""
        answer = browser.fetch(self.login_url(store, return_to=return_to, **query))
        assert answer.status == 303, (answer.status, answer.refusal)
        return answer

    def at_provider(self, browser: Browser, url: str, person: str = "Ada Lovelace") -> Answer:
        """Signs `person` in at the provider; its answer leads back to the bridge, or is the form that does."""
        answer = browser.walk(url, until=f"{self.public_url}/callback")
        asked = answer.status == 200 and not read_markup(answer.text).submits_itself
        return press(browser, answer, person) if asked else answer

    def callback_url(self, browser: Browser, person: str = "Ada Lovelace", **start: Any) -> str:
        """A sign-in up to the moment at which the browser would return to the bridge."""
        return self.at_provider(browser, self.depart(browser, **start).location, person).location

    def sign_in(self, browser: Browser, person: str = "Ada Lovelace", **start: Any) -> Answer:
        """A whole sign-in, up to the bridge's last answer."""
        return browser.fetch(self.callback_url(browser, person, **start))

    def callback_form(self, browser: Browser, person: str = "Eve Outsider") -> Answer:
        """The same through globex: the page whose form would post the answer to the bridge."""
        return self.at_provider(browser, self.depart(browser, "post").location, person)

    def sign_in_by_post(self, browser: Browser, person: str = "Eve Outsider") -> Answer:
        """A whole sign-in through globex."""
        form = self.callback_form(browser, person).form
        return browser.fetch(form.action, form=form.fields)

    def pending(self) -> list[str]:
        """The keys of all attempts that Redis holds."""
        return sorted(str(key) for key in self.redis.scan_iter("bridge:attempt:*"))

    def expire(self, state: str) -> None:
        """What time does to an attempt: its record goes, and its ticket is too old to stand for it, as if used."""
        assert self.redis.delete(f"bridge:attempt:{state}") == 1
        self.redis.set(f"bridge:taken:{{bridge:attempt:{state}}}", "1", ex=60)

    def customers(self, email: str) -> int:
        return len(self.shop.customers.find(emails=[email]))

    def stop(self) -> None:
        self._started.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def press(browser: Browser, page: Answer, label: str) -> Answer:
    """Presses the button of `page` that says `label`."""
    for form in read_markup(page.text).forms:
        for button in form.buttons:
            if label in button.label:
                fields = [*form.fields, (button.name, button.value)]
                return browser.fetch(_absolute(page.url, form.action), form=fields)
    raise AssertionError(f"no button says {label!r} at {page.url}: {page.status}")


def _absolute(base: str, action: str) -> str:
    parts = urlsplit(base)
    return action if "//" in action else f"{parts.scheme}://{parts.netloc}{action}"


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def toml(tables: Tables) -> str:
    """JSON's texts, lists, numbers and booleans are TOML's as well."""
    return "".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items()) + "\n"
        for name, table in tables.items()
    )


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits until something holds."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "it never came to hold"
        time.sleep(0.02)
