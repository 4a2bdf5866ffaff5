"""The second store of the demonstration: a platform that plays Commerce Layer, and a shop built on it."""

import secrets
from collections.abc import Mapping
from contextlib import ExitStack

from flask import Flask

from bridge.demo.commercelayer import OrganizationOptions, create_platform
from bridge.demo.commercelayer.options import integration, sales_channel
from bridge.demo.commercelayer.organization import Organization
from bridge.demo.commercelayer.storefront import StorefrontOptions, create_storefront
from bridge.demo.commercelayer.storefront.sessions import Sessions
from bridge.demo.serving import Served
from bridge.demo.webhooks import PATH, new_secret

EU = "eu"  # its name in the bridge's configuration
_SCOPE = "market:code:europe"
_LEGACY_LIFETIME = 7200  # seconds

Table = Mapping[str, object]


class Europe:
    """Platform and shop, running. They and the bridge know of each other what their configurations say.

    The shop's host is named, not numbered: its cookies are apart from those of everything on 127.0.0.1.
    """

    def __init__(
        self,
        started: ExitStack,
        bridge_url: str,
        *,
        shop_port: int = 0,
        platform_port: int = 0,
        legacy_sso: bool = False,
        sister: tuple[str, str] = ("", ""),
    ) -> None:
        """Start both; `started` ends them. Port 0 takes a free one. Raises OSError when a port is taken.

        With `legacy_sso` the bridge signs the tokens itself. `sister`: name and address of the other shop.
        """
        self._bridge_url, self._legacy_sso, self._sister = bridge_url, legacy_sso, sister
        self.options = OrganizationOptions(
            sales_channel=sales_channel(secrets.token_urlsafe(24), secrets.token_urlsafe(32)),
            integration=integration(secrets.token_urlsafe(24), secrets.token_urlsafe(32)),
            shared_secret=secrets.token_hex(32) if legacy_sso else "",
            backend_auth=secrets.token_urlsafe(24),
            # The platform's 30 a minute count by shopper; here all of them have the same address.
            oauth_limit=600,
            api_limit=2000,
        )
        platform = Served.knowing_its_url(self._make_platform, port=platform_port)
        self.platform_url = started.enter_context(platform).url
        self.handoff_secret = secrets.token_urlsafe(32)
        self.webhook_secret = new_secret()
        shop = Served(self._make_shop(), host="localhost", port=shop_port)
        self.url = started.enter_context(shop).url

    @property
    def return_url(self) -> str:
        """Where the bridge sends the browser with a code."""
        return f"{self.url}/auth/return"

    def tables(self, connection: str) -> dict[str, Table]:
        """What the bridge's configuration says of this store."""
        options = self.options
        tables: dict[str, Table] = {
            f"stores.{EU}": {
                "platform": "commercelayer",
                "url": self.url,
                "connections": [connection],
                "delivery": "code",
                "return_url": self.return_url,
                "handoff_secret": self.handoff_secret,
            },
            f"stores.{EU}.commercelayer": {
                "mode": "legacy_sso" if self._legacy_sso else "jwt_bearer",
                "slug": options.slug,
                "integration_client_id": options.integration.client_id,
                "integration_client_secret": options.integration.client_secret,
                "auth_url": self.platform_url,
                "api_url": self.platform_url,
                **({} if self._legacy_sso else self._bearer_keys()),
            },
            f"stores.{EU}.customers": {"match_email": True, "create": True},
            f"stores.{EU}.webhook": {"url": self.url + PATH, "secret": self.webhook_secret},
        }
        return {**tables, **(self._legacy_tables() if self._legacy_sso else {})}

    def _bearer_keys(self) -> Table:
        channel = self.options.sales_channel
        return {
            "client_id": channel.client_id,
            "client_secret": channel.client_secret,
            "scope": _SCOPE,
            "backend_auth": self.options.backend_auth,
        }

    def _legacy_tables(self) -> dict[str, Table]:
        options, name = self.options, f"stores.{EU}.commercelayer.legacy_sso"
        channel, market = options.sales_channel, options.markets[0]
        return {
            name: {
                "shared_secret": options.shared_secret,
                "test": options.test,
                "lifetime": _LEGACY_LIFETIME,
            },
            f"{name}.organization": {
                "id": options.id,
                "slug": options.slug,
                "enterprise": options.enterprise,
            },
            f"{name}.application": {"id": channel.id, "kind": channel.kind, "public": channel.public},
            f"{name}.market": {
                "id": [market.id],
                "price_list_id": market.price_list_id,
                "stock_location_ids": list(market.stock_location_ids),
                "allows_external_prices": market.allows_external_prices,
            },
        }

    def _make_platform(self, url: str) -> Flask:
        app = create_platform(self.options, url)
        self.platform: Organization = app.extensions["demo_platform"]
        return app

    def _make_shop(self) -> Flask:
        name, url = self._sister
        options = StorefrontOptions(
            bridge_url=self._bridge_url,
            store=EU,
            bridge_logout_url=f"{self._bridge_url}/logout/{EU}",
            handoff_secret=self.handoff_secret,
            webhook_secret=self.webhook_secret,
            api_url=self.platform_url,
            auth_url=self.platform_url,
            client_id=self.options.sales_channel.client_id,
            sister_name=name,
            sister_url=url,
        )
        app = create_storefront(options)
        self.name = options.name
        self.sessions: Sessions = app.extensions["demo_storefront"]
        return app
