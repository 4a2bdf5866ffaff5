"""A third bridge, whose stores take their tokens from the browser: by query, by fragment, by form."""

import secrets
import tomllib
from pathlib import Path
from typing import Any

from flask import Flask, request

from bridge.demo.europe import EU
from bridge.demo.idp import Client, IdpOptions, create_idp
from bridge.demo.scene import Scene
from bridge.demo.serving import Served
from tests.browser.choices import as_toml
from tests.journeys.process import BridgeProcess, quiet_port

WAYS = ("query", "fragment", "form_post")


class Deliveries:
    """One store for each way, all of the scene's Commerce Layer organization, and the page they return to."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        port = quiet_port()
        self.url = f"http://bridge.localhost:{port}"
        self.posted: list[dict[str, str]] = []  # the fields that arrived by form
        self._client = Client(
            client_id="deliveries",
            client_secret=secrets.token_urlsafe(24),
            redirect_uris=(f"{self.url}/callback/acme",),
            name="Morgenrot",
        )
        self._served = [Served(self._storefront(), host="localhost"), Served.knowing_its_url(self._idp)]
        self.store_url, issuer = (served.url for served in self._served)
        try:
            config = folder / "bridge.toml"
            config.write_text(self._configuration(scene, issuer), encoding="utf-8")
            self._process = BridgeProcess(config, port)
        except BaseException:
            self._stop_served()
            raise

    @property
    def return_url(self) -> str:
        return f"{self.store_url}/auth/return"

    def stop(self) -> None:
        self._process.kill()
        self._stop_served()

    def _stop_served(self) -> None:
        for served in self._served:
            served.stop()

    def _storefront(self) -> Flask:
        app = Flask("storefront")

        @app.route("/auth/return", methods=["GET", "POST"])
        def arrived() -> str:
            if request.method == "POST":
                self.posted.append(request.form.to_dict())
            return "<!doctype html><title>Shop</title><h1>Welcome</h1>"

        return app

    def _idp(self, url: str) -> Flask:
        return create_idp(IdpOptions(issuer=url, clients=(self._client,), name="Acme Identity"))

    def _configuration(self, scene: Scene, issuer: str) -> str:
        tables: dict[str, Any] = tomllib.loads(scene.config_path.read_text(encoding="utf-8"))
        tables["server"] |= {"public_url": self.url}
        tables["redis"]["prefix"] += "-deliveries"
        like = tables["connections"]["acme"]
        client = {"client_id": self._client.client_id, "client_secret": self._client.client_secret}
        tables["connections"] = {"acme": {**like, **client, "issuer": issuer}}
        store = tables.pop("stores")[EU]
        del store["handoff_secret"]  # of delivery = "code"
        front = {"url": self.store_url, "return_url": self.return_url, "connections": ["acme"]}
        tables["stores"] = {way.replace("_", "-"): {**store, **front, "delivery": way} for way in WAYS}
        return as_toml(tables)
