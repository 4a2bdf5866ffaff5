"""The whole demonstration but the bridge: Redis, identity provider, store, the bridge's configuration."""

import atexit
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from flask import Flask

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.configuration import configuration
from bridge.demo.idp import Client, IdpOptions, create_idp
from bridge.demo.idp.memory import Memory
from bridge.demo.redis_server import start_redis
from bridge.demo.rehearsal import Rehearsal
from bridge.demo.serving import Served

STORE, CONNECTION = "us", "acme"  # their names in the bridge's configuration


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
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Start it all; port 0 takes a free one. Without `work_dir` a temporary folder is used and removed.

        `environ` may hold REDIS_URL. Raises NoRedisServer, or OSError when a port is taken.
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
                store_hash="demo" + secrets.token_hex(3),
                client_id="demo-" + secrets.token_hex(8),
                client_secret=secrets.token_urlsafe(32),
                access_token=secrets.token_urlsafe(24),
            )
            store_app = create_store(self.store_options)
            self.store: Shop = store_app.extensions["demo_store"]
            self.store_url = started.enter_context(Served(store_app, port=store_port)).url
            self.client = self._client()
            served = Served.knowing_its_url(self._make_idp, port=idp_port)
            self.idp_url = started.enter_context(served).url
            self.config_path = work_dir / "bridge.toml"
            self._write_configuration()
            self._started = started.pop_all()
        atexit.register(self.stop)

    def check(self, print_line: Callable[[str], None]) -> bool:
        """Walk through the sign-ins and sign-outs with the running bridge; True if all of it worked."""
        rehearsal = Rehearsal(self.store_url, self.idp_url, self.store)
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
        ends += [f"{self.store_url}/", f"{self.store_url}/login.php?action=logout"]
        return Client(
            client_id="bridge",
            # Characters that must be form-encoded in HTTP Basic: a secret that hides no such mistake.
            client_secret=secrets.token_urlsafe(24) + "+/%:=",
            redirect_uris=(f"{self.bridge_url}/callback/{CONNECTION}",),
            post_logout_redirect_uris=(
                *ends,
                f"{self.store_url}/",
                f"{self.store_url}/login.php?action=logout",
            ),
            backchannel_logout_uri=f"{self.bridge_url}/backchannel-logout/{CONNECTION}",
            name="Ledgerleaf",
        )

    def _make_idp(self, url: str) -> Flask:
        app = create_idp(IdpOptions(issuer=url, clients=(self.client,)))
        self.idp: Memory = app.extensions["demo_idp"]
        return app

    def _write_configuration(self) -> None:
        text = configuration(
            public_url=self.bridge_url,
            redis_url=self.redis.url,
            issuer=self.idp_url,
            client=self.client,
            store_url=self.store_url,
            store=self.store_options,
            names=(STORE, CONNECTION),
        )
        self.config_path.touch(mode=0o600)  # before the secrets are in it
        self.config_path.write_text(text, encoding="utf-8")
