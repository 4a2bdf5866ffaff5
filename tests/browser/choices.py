"""A second bridge whose stores have several connections; its site is not the site of provider and store."""

import json
import secrets
import tomllib
from pathlib import Path
from typing import Any

from flask import Flask

from bridge.demo.idp import Client, IdpOptions, create_idp
from bridge.demo.scene import STORE, Scene
from bridge.demo.serving import Served
from tests.journeys.process import BridgeProcess, quiet_port

FEW = {"globex": "Globex employees", "initech": "Initech, all offices"}
MANY = {
    **FEW,
    "institute": "Bundesanstalt für Materialforschung und -prüfung, Außenstelle Berlin-Adlershof",
    "shipping": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "yamada": "株式会社山田商事",
    **{f"branch-{number:02}": f"Branch office {number}" for number in range(1, 26)},
}
OWN = {"acme": "acme.example", "wayne": "wayne.example"}  # domains, by connection
ACCENT = "rgb(10, 107, 75)"  # of the operator's own theme


class Choices:
    """Stores with several connections; one provider stands behind them all.

    `few` has two, `many` has thirty, for addresses of every domain; the two of `typed` have domains of their
    own, and `mixed` has these and the two of `few`.
    """

    def __init__(self, scene: Scene, folder: Path) -> None:
        # To a browser bridge.localhost and 127.0.0.1 are different sites, as bridge, provider and store
        # are in real life: SameSite cookies show whether they may cross.
        port = quiet_port()
        self.url = f"http://bridge.localhost:{port}"
        self._client = Client(
            client_id="several",
            client_secret=secrets.token_urlsafe(24),
            redirect_uris=tuple(f"{self.url}/callback/{name}" for name in (*MANY, *OWN)),
            name="Ledgerleaf",
        )
        self._idp = Served.knowing_its_url(self._make_idp)
        try:
            (folder / "theme.css").write_text(
                f":root {{ --bridge-accent: {ACCENT}; --bridge-accent-text: #fff; }}", encoding="utf-8"
            )
            config = folder / "bridge.toml"
            config.write_text(self._configuration(scene), encoding="utf-8")
            self._process = BridgeProcess(config, port)
        except BaseException:
            self._idp.stop()
            raise

    def stop(self) -> None:
        self._process.kill()
        self._idp.stop()

    def _make_idp(self, url: str) -> Flask:
        return create_idp(IdpOptions(issuer=url, clients=(self._client,), name="Globex Identity"))

    def _configuration(self, scene: Scene) -> str:
        """The scene's own, with other connections and stores."""
        tables: dict[str, Any] = tomllib.loads(scene.config_path.read_text(encoding="utf-8"))
        tables["server"] |= {"public_url": self.url, "theme_css": "theme.css"}
        tables["redis"]["prefix"] += "-choices"
        like = tables.pop("connections").popitem()[1]
        client = {"client_id": self._client.client_id, "client_secret": self._client.client_secret}
        connections = {
            name: {**like, **client, "label": label, "issuer": self._idp.url, "domains": ["*"]}
            for name, label in MANY.items()
        }
        for name, domain in OWN.items():
            connections[name] = {
                **connections["globex"],
                "label": f"{name.title()} staff",
                "domains": [domain],
            }
        store = tables.pop("stores")[STORE]
        ways = {"few": FEW, "many": MANY, "typed": OWN, "mixed": OWN | FEW}
        stores = {name: {**store, "connections": list(of)} for name, of in ways.items()}
        return as_toml({**tables, "connections": connections, "stores": stores})


def as_toml(table: dict[str, Any], name: str = "") -> str:
    """JSON's texts, lists, numbers and booleans are TOML's as well."""
    own = "".join(
        f"{key} = {json.dumps(value)}\n" for key, value in table.items() if not isinstance(value, dict)
    )
    inner = (
        as_toml(value, f"{name}.{key}".lstrip(".")) for key, value in table.items() if isinstance(value, dict)
    )
    return (f"[{name}]\n{own}" if own else "") + "".join(inner)
