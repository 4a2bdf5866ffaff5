"""The suite's provider and a real bridge that has a connection for each module."""

import secrets
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.redis_server import start_redis
from bridge.demo.serving import Served
from bridge.net.kept import RETRY_GAP
from tests.conformance.module import Module
from tests.conformance.provider import create_provider
from tests.journeys.browser import CLICK, Answer, Browser
from tests.journeys.process import BridgeProcess, quiet_port
from tests.journeys.stage import toml

STORE = "shop"


class Suite:
    """Runs from the moment it is made. The bridge has fetched nothing yet of a module that was not run,
    since that one is hidden from it until then.

    The suite proper has one issuer, and wants the bridge's caches emptied before each module; an issuer
    for each module comes to the same.
    """

    def __init__(self, folder: Path, response_modes: Mapping[str, str]) -> None:
        """`response_modes`: that of each module, by its alias."""
        port = quiet_port()
        self.bridge_url = f"http://127.0.0.1:{port}"
        self.modules: dict[str, Module] = {}
        with ExitStack() as started:
            redis = started.enter_context(start_redis(folder / "redis"))
            provider = started.enter_context(Served(create_provider(self.modules)))
            for alias, response_mode in response_modes.items():
                self.modules[alias] = Module(alias, provider.url, self.bridge_url, response_mode)
            options = StoreOptions(
                bridge_login_url=f"{self.bridge_url}/login/{STORE}",
                store_hash="conformance",
                client_id="store-" + secrets.token_hex(8),
                client_secret=secrets.token_urlsafe(32),
                access_token=secrets.token_urlsafe(24),
            )
            store = started.enter_context(Served(create_store(options)))
            self.store_url = store.url
            config = folder / "bridge.toml"
            config.write_text(toml(self._tables(redis.url, store.url, options)), encoding="utf-8")
            bridge = BridgeProcess(config, port)
            started.callback(bridge.kill)
            self._started = started.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._started.close()

    def sign_in(self, module: Module) -> Answer:
        """A click on the storefront's "sign in"; the page on which the browser ends."""
        return self.sign_in_with(Browser(), module)

    def sign_in_with(self, browser: Browser, module: Module) -> Answer:
        """The same in this browser."""
        return self._walk(module, f"login/{STORE}?connection={module.alias}", browser)

    def initiate(self, module: Module) -> Answer:
        """The same, begun by the provider: it sends the browser to the initiate_login_uri."""
        return self._walk(module, f"initiate/{STORE}?{urlencode({'iss': module.issuer})}")

    def tell(self, module: Module, logout_token: str) -> Answer:
        """The provider's POST of a logout token, with an unknown parameter beside it."""
        form = {"logout_token": logout_token, "unknown": "to be ignored"}
        return Browser().fetch(f"{self.bridge_url}/backchannel-logout/{module.alias}", form=form, headers={})

    def sign_out(self, module: Module, browser: Browser) -> Answer:
        """A click on the storefront's "sign out" by somebody who signed in by the module before."""
        url = f"{self.bridge_url}/logout/{STORE}?return_to=/cart"
        return browser.walk(url, headers={**CLICK, "Referer": f"{self.store_url}/"})

    def _walk(self, module: Module, path: str, browser: Browser | None = None) -> Answer:
        """All that a browser does by itself."""
        browser, give_up = browser or Browser(), time.monotonic() + 2 * RETRY_GAP
        module.is_hidden = False
        answer = browser.walk(f"{self.bridge_url}/{path}")
        while answer.refusal == "idp_unavailable" and not module.requests and time.monotonic() < give_up:
            time.sleep(0.1)  # the bridge asked in vain a moment ago
            answer = browser.walk(f"{self.bridge_url}/{path}")
        if answer.url.startswith(module.issuer) and answer.status == 200:  # response_mode=form_post
            answer = browser.walk(answer.form.action, form=answer.form.fields)
        return answer

    def _tables(self, redis_url: str, store_url: str, store: StoreOptions) -> dict[str, dict[str, Any]]:
        key = secrets.token_urlsafe(32)
        tables: dict[str, dict[str, Any]] = {
            "server": {"public_url": self.bridge_url, "cookie_keys": [key], "development": True},
            "redis": {"url": redis_url, "prefix": "conformance"},
            f"stores.{STORE}": {
                "platform": "bigcommerce",
                "url": store_url,
                "connections": list(self.modules),
            },
            f"stores.{STORE}.bigcommerce": {
                "store_hash": store.store_hash,
                "client_id": store.client_id,
                "client_secret": store.client_secret,
                "access_token": store.access_token,
                "channel_id": store.channel_id,
                "api_url": store_url,
            },
        }
        for module in self.modules.values():
            tables[f"connections.{module.alias}"] = {
                "issuer": module.issuer,
                "client_id": module.client_id,
                "client_secret": module.client_secret,
                "response_mode": module.response_mode,
                "domains": ["example.com"],
                **({"signing_algs": ["RS256"]} if "backchannel" in module.alias else {}),
            }
        return tables
