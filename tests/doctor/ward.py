"""A set-up in which all is well, on real servers, and the means to spoil one thing of it."""

import json
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from click.testing import CliRunner

from bridge.cli import main
from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.commercelayer import OrganizationOptions, create_platform
from bridge.demo.commercelayer.options import integration, sales_channel
from bridge.demo.idp import Client, IdpOptions, create_idp
from bridge.demo.serving import Served
from tests.journeys.stage import toml

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Instead:
    """An answer in place of the right one."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    location: str = ""


class Meddler:
    """Stands before an application: answers for it, edits its JSON, and sets its clock wrong."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self.instead: dict[str, Instead] = {}
        self.edits: dict[str, Callable[[dict[str, Any]], None]] = {}
        self.clock_ahead = 0.0  # seconds
        self.silent = False  # takes requests, and answers none in time

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if self.silent:
            time.sleep(6)
        if path in self.instead:
            return self._answer(self.instead[path], start)
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def keep(
            status: str, headers: list[tuple[str, str]], _error: object = None
        ) -> Callable[[bytes], None]:
            told.append((status, headers))
            return lambda _data: None

        body = b"".join(self._app(environ, keep))
        ((status, headers),) = told
        if path in self.edits and status.startswith("200"):
            document = json.loads(body)
            self.edits[path](document)
            body = json.dumps(document).encode()
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start(status, [*kept, ("Content-Length", str(len(body))), ("Date", self._date())])
        return [body]

    def _answer(self, instead: Instead, start: "StartResponse") -> Iterable[bytes]:
        headers = [("Content-Type", instead.kind), ("Date", self._date())]
        if instead.location:
            headers.append(("Location", instead.location))
        start(f"{instead.status} Planted", [*headers, ("Content-Length", str(len(instead.body)))])
        return [instead.body]

    def _date(self) -> str:
        return formatdate(time.time() + self.clock_ahead, usegmt=True)


class Ward:
    """One provider, a BigCommerce store `us` and a Commerce Layer store `eu`, and a file that fits them."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder = folder
        self.environ: dict[str, str] = {}
        self.public_url = "http://127.0.0.1:8000"
        self.stack = ExitStack()
        self.client = Client(
            "client-acme", "acme" + secrets.token_hex(24), (f"{self.public_url}/callback/acme",)
        )
        self.idp_options = IdpOptions(issuer="http://127.0.0.1:1", clients=(self.client,), silent=True)
        self.idp_server = self.stack.enter_context(Served.knowing_its_url(self._make_idp))
        self.idp_url = self.idp_server.url
        self.store_options = StoreOptions(
            bridge_login_url=f"{self.public_url}/login/us",
            store_hash="hash" + secrets.token_hex(3),
            client_id="bc" + secrets.token_urlsafe(12),
            client_secret=secrets.token_hex(32),
            access_token="tok" + secrets.token_urlsafe(20),
        )
        self.store_url = self._served_store(self.store_options)
        channel = sales_channel("channel", "sc" + secrets.token_urlsafe(24))
        back = integration("back-office", "in" + secrets.token_urlsafe(24))
        self.organization = OrganizationOptions(channel, back, shared_secret=secrets.token_urlsafe(80))
        self.platform_server = self.stack.enter_context(Served.knowing_its_url(self._make_platform))
        self.tables: dict[str, dict[str, Any]] = self._tables(redis_url)
        self.text = ""  # in place of the tables

    def _make_idp(self, url: str) -> "WSGIApplication":
        self.idp = Meddler(create_idp(replace(self.idp_options, issuer=url)))
        return self.idp

    def _make_platform(self, url: str) -> "WSGIApplication":
        self.platform = Meddler(create_platform(self.organization, url))
        return self.platform

    def _served_store(self, options: StoreOptions) -> str:
        self.store = Meddler(create_store(options))
        return self.stack.enter_context(Served(self.store)).url

    def _tables(self, redis_url: str) -> dict[str, dict[str, Any]]:
        store, organization = self.store_options, self.organization
        platform = self.platform_server.url
        return {
            "server": {
                "public_url": self.public_url,
                "cookie_keys": [secrets.token_urlsafe(48)],
                "development": True,
            },
            "redis": {"url": redis_url, "prefix": "doctor"},
            "connections.acme": {
                "issuer": self.idp_url,
                "client_id": self.client.client_id,
                "client_secret": self.client.client_secret,
                "domains": ["acme.example"],
            },
            "stores.us": {"platform": "bigcommerce", "url": self.store_url, "connections": ["acme"]},
            "stores.us.bigcommerce": {
                "store_hash": store.store_hash,
                "client_id": store.client_id,
                "client_secret": store.client_secret,
                "access_token": store.access_token,
                "api_url": self.store_url,
            },
            "stores.eu": {
                "platform": "commercelayer",
                "url": platform,
                "connections": ["acme"],
                "return_url": f"{platform}/auth/return",
                "handoff_secret": secrets.token_urlsafe(48),
            },
            "stores.eu.commercelayer": {
                "slug": organization.slug,
                "client_id": organization.sales_channel.client_id,
                "client_secret": organization.sales_channel.client_secret,
                "scope": "market:code:europe",
                "integration_client_id": organization.integration.client_id,
                "integration_client_secret": organization.integration.client_secret,
                "auth_url": platform,
                "api_url": platform,
            },
        }

    # -- what is planted --------------------------------------------------------------------

    def set(self, table: str, **values: Any) -> None:
        """Keys of the file; those that are None are taken out, and a secret of another's is none."""
        mine = self.tables.setdefault(table, {})
        mine |= values
        for name in [name for name, value in mine.items() if value is None]:
            del mine[name]

    def another_store(self, **options: Any) -> None:
        """The same store with other options."""
        url = self._served_store(replace(self.store_options, **options))
        self.set("stores.us", url=url)
        self.set("stores.us.bigcommerce", api_url=url)

    def edit(self, path: str, change: Callable[[dict[str, Any]], None]) -> None:
        """What the provider publishes at `path`."""
        self.idp.edits[path] = change

    # -- what is seen -----------------------------------------------------------------------

    @property
    def path(self) -> Path:
        return self.folder / "bridge.toml"

    def write(self) -> Path:
        if not self.path.is_dir():
            self.path.write_text(self.text or toml(self.tables), encoding="utf-8")
            self.path.chmod(0o600)
        return self.path

    def examine(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Exit status and what `bridge check --json` said."""
        ended = CliRunner().invoke(
            main, ["check", "--config", str(self.path), "--json", *words], env=self.environ
        )
        assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exc_info
        return ended.exit_code, json.loads(ended.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stack.close()
