"""Write the bridge's configuration for the demonstration."""

import json
import secrets
from collections.abc import Mapping

from bridge.demo.bigcommerce import StoreOptions
from bridge.demo.idp import Client
from bridge.demo.webhooks import PATH


def configuration(
    *,
    public_url: str,
    redis_url: str,
    issuer: str,
    client: Client,
    store_url: str,
    store: StoreOptions,
    names: tuple[str, str],
    companies: tuple[str, str],
    more: Mapping[str, Mapping[str, object]],
) -> str:
    """The TOML text; `names` are those of the store and the connection.

    `companies` are those of a second store with both connections, and of the second connection.
    `more` are further tables.
    """
    store_name, connection = names
    second_store, second_connection = companies
    tables: dict[str, dict[str, object]] = {
        "server": {
            "public_url": public_url,
            "cookie_keys": [secrets.token_urlsafe(32)],
            "development": True,
        },
        # A prefix of its own: a Redis that is not started for the demo may hold an earlier one's links.
        "redis": {"url": redis_url, "prefix": "bridge-demo-" + secrets.token_hex(3)},
        f"connections.{connection}": {
            "provider": "oidc",
            "label": "Acme staff",
            "issuer": issuer,
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "scopes": ["openid", "profile", "email"],
            "domains": ["acme.example"],
        },
        f"stores.{store_name}": {
            "platform": "bigcommerce",
            "url": store_url,
            "connections": [connection],
        },
        f"stores.{store_name}.bigcommerce": {
            "store_hash": store.store_hash,
            "client_id": store.client_id,
            "client_secret": store.client_secret,
            "access_token": store.access_token,
            "channel_id": store.channel_id,
            "api_url": store_url,
        },
        f"stores.{store_name}.customers": {"match_email": True, "create": True},
        f"stores.{store_name}.webhook": {"url": store_url + PATH, "secret": store.webhook_secret},
    }
    tables[f"connections.{second_connection}"] = {
        **tables[f"connections.{connection}"],
        "label": "Globex staff",
        "domains": ["elsewhere.example"],
    }
    for part in ("", ".bigcommerce", ".customers", ".webhook"):
        tables[f"stores.{second_store}{part}"] = {**tables[f"stores.{store_name}{part}"]}
    tables[f"stores.{second_store}"]["connections"] = [connection, second_connection]
    tables |= {name: {**table} for name, table in more.items()}
    head = "# Written by the demo at its start; everything in it is made up and new each time.\n"
    return head + "".join(f"\n[{name}]\n{_lines(table)}" for name, table in tables.items())


def _lines(table: dict[str, object]) -> str:
    # JSON's texts, lists, numbers and booleans are TOML's as well.
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
