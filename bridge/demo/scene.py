"""The whole demonstration but the bridge: Redis, identity provider, stores, the bridge's configuration."""

import atexit
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from flask import Flask

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.configuration import configuration
from bridge.demo.europe import EU, Europe
from bridge.demo.idp import Client, IdpOptions, Tile, create_idp
from bridge.demo.idp.memory import Memory
from bridge.demo.redis_server import start_redis
from bridge.demo.rehearsal import Rehearsal
from bridge.demo.serving import Served
from bridge.demo.webhooks import new_secret

STORE, CONNECTION = "us", "acme"  # their names in the bridge's configuration
#: The same shop for the people of two companies, whose e-mail addresses show the way.
COMPANIES, OTHER_CONNECTION = "companies", "globex"


class Scene:
    """Everything that a bridge on `bridge_port` needs; it runs from its making until `stop()`.

    Secrets are new each time. `idp` and `store` are the state of the two apps, for tests in this process.
    """

    def __init__(
        self,
        bridge_port: int,
        *,
        work_dir: Path | None = None,
        idp_port: int = 0,
        store_port: int = 0,
        europe_port: int = 0,
        platform_port: int = 0,
        legacy_sso: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Start it all; port 0 takes a free one. Without `work_dir` a temporary folder is used and removed.

        `legacy_sso`: the bridge signs the second store's tokens itself. `environ` may hold REDIS_URL.
        Raises NoRedisServer, or OSError when a port is taken.
        Then nothing is left running.
        """
        self.bridge_url = f"http://127.0.0.1:{bridge_port}"
        with ExitStack() as started:
            if work_dir is None:
                work_dir = Path(tempfile.mkdtemp(prefix="bridge-demo-"))
                started.callback(shutil.rmtree, work_dir, ignore_errors=True)
            self.redis = started.enter_context(start_redis(work_dir / "redis", environ=environ))
            self.store_options = StoreOptions(
                bridge_login_url=f"{self.bridge_url}/login/{STORE}",
                bridge_logout_url=f"{self.bridge_url}/logout/{STORE}",
                store_hash="demo" + secrets.token_hex(3),
                client_id="demo-" + secrets.token_hex(8),
                client_secret=secrets.token_urlsafe(32),
                access_token=secrets.token_urlsafe(24),
                webhook_secret=new_secret(),
            )
            store_app = create_store(self.store_options)
            self.store: Shop = store_app.extensions["demo_store"]
            self.store_url = started.enter_context(Served(store_app, port=store_port)).url
            self.europe = Europe(
                started,
                self.bridge_url,
                shop_port=europe_port,
                platform_port=platform_port,
                legacy_sso=legacy_sso,
                sister=(self.store_options.name, self.store_url),
            )
            self.store.sister_name, self.store.sister_url = self.europe.name, self.europe.url
            self.client = self._client()
            served = Served.knowing_its_url(self._make_idp, port=idp_port)
            self.idp_url = started.enter_context(served).url
            self.config_path = work_dir / "bridge.toml"
            self._write_configuration()
            self._started = started.pop_all()
        atexit.register(self.stop)

    @property
    def companies_url(self) -> str:
        """Where the people of two companies sign in."""
        return f"{self.bridge_url}/login/{COMPANIES}"

    def check(self, print_line: Callable[[str], None]) -> bool:
        """Walk through the sign-ins and sign-outs with the running bridge; True if all of it worked."""
        rehearsal = Rehearsal(self.store_url, self.idp_url, self.store, self.companies_url, self.europe)
        return rehearsal.run(print_line)

    def stop(self) -> None:
        """End everything that was started here. Stopping twice is allowed."""
        atexit.unregister(self.stop)
        self._started.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _client(self) -> Client:
        ends = [
            f"{self.bridge_url}/{path}" for path in ("signed-out", f"signed-out/{STORE}", f"logout/{STORE}")
        ]
        ends += [f"{self.bridge_url}/{path}" for path in (f"signed-out/{EU}", f"logout/{EU}")]
        ends += [f"{self.store_url}/", f"{self.store_url}/login.php?action=logout", f"{self.europe.url}/"]
        return Client(
            client_id="bridge",
            # Characters that must be form-encoded in HTTP Basic: a secret that hides no such mistake.
            client_secret=secrets.token_urlsafe(24) + "+/%:=",
            redirect_uris=tuple(
                f"{self.bridge_url}/callback/{name}" for name in (CONNECTION, OTHER_CONNECTION)
            ),
            post_logout_redirect_uris=tuple(ends),
            backchannel_logout_uri=f"{self.bridge_url}/backchannel-logout/{CONNECTION}",
            name="Office Shops",  # one client for both: single sign-on is the provider's to give
        )

    def _make_idp(self, url: str) -> Flask:
        app = create_idp(IdpOptions(issuer=url, clients=(self.client,), tiles=self._tiles(url)))
        self.idp: Memory = app.extensions["demo_idp"]
        return app

    def _tiles(self, issuer: str) -> tuple[Tile, ...]:
        """The portal of the people at Acme: a tile for each store.

        One begins at the bridge (third-party-initiated login), the other at the shop's own sign-in: a shop
        that redeems codes takes only those that it asked for.
        """
        initiate = f"{self.bridge_url}/initiate/{STORE}?{urlencode({'iss': issuer})}"
        return (
            Tile(self.store_options.name, "Office supply, on BigCommerce", initiate),
            Tile(self.europe.name, "Coffee for offices, on Commerce Layer", f"{self.europe.url}/sign-in"),
        )

    def _write_configuration(self) -> None:
        text = configuration(
            public_url=self.bridge_url,
            redis_url=self.redis.url,
            issuer=self.idp_url,
            client=self.client,
            store_url=self.store_url,
            store=self.store_options,
            names=(STORE, CONNECTION),
            companies=(COMPANIES, OTHER_CONNECTION),
            more=self.europe.tables(CONNECTION),
        )
        self.config_path.touch(mode=0o600)  # before the secrets are in it
        self.config_path.write_text(text, encoding="utf-8")
