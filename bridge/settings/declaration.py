"""Every key of the configuration, declared once.

The reader, the example file, the JSON Schema and the reference in the docs all come from these classes: what
a key does, its unit, its default, an example. The tables with most keys have a file each: connection.py and
store.py. The check of one value is its type (values.py, secret_values.py); what several keys must agree on is
in agreement.py.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from bridge.settings.agreement import problems_between_keys
from bridge.settings.connection import ConnectionSettings
from bridge.settings.faults import WrongValueError, shown_path
from bridge.settings.secret_values import CookieKeys, RedisUrl
from bridge.settings.store import StoreSettings
from bridge.settings.table import Table
from bridge.settings.values import FileName, Name, Networks, Origin, Prefix


class ServerSettings(Table):
    """The bridge's own address, its cookies and what stands in front of it."""

    public_url: Origin = Field(
        description="Address at which browsers reach the bridge: scheme and host, without a path. All"
        " redirect URIs derive from it (PUBLIC_URL/callback/CONNECTION), never from request"
        " headers.",
        examples=["https://sso.example.com"],
    )
    cookie_keys: CookieKeys = Field(
        description="Keys that sign and encrypt cookies, newest first, at least 32 characters each. The"
        " first one is used; older ones still verify, so that a key can be changed without"
        " cutting anybody off.",
        examples=[["env:BRIDGE_COOKIE_KEY"]],
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="Networks of the proxies in front of the bridge whose X-Forwarded-For counts. It is"
        " used for the client's address only.",
        examples=[["10.0.0.0/8"]],
    )
    development: bool = Field(
        default=False,
        description="true: plain http is allowed for loopback addresses and cookies lose Secure. For trying"
        " out on one's own machine; never in production.",
        examples=[True],
    )
    theme_css: FileName = Field(
        default="",
        description="Path of a CSS file with variables that override the look of the bridge's pages."
        " Relative to this file's folder; empty for the built-in look.",
        examples=["theme.css"],
    )
    attempt_lifetime: int = Field(
        default=900,
        ge=60,
        le=3600,
        description="Seconds a shopper has to sign in at the identity provider.",
        examples=[600],
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="The least severe log lines that are written.",
        examples=["warning"],
    )


class RedisSettings(Table):
    """The Redis server that holds all state; every bridge process must use the same one."""

    url: RedisUrl = Field(
        description="Address of the server: redis://HOST:6379/0, rediss:// with TLS, or"
        " unix:///path/to/socket?db=0. Options after a ?: protocol=2 for servers and proxies"
        " without RESP3, ssl_ca_certs=PATH with rediss://. It may hold a password, and is then"
        " best given as env:NAME or file:PATH.",
        examples=["redis://127.0.0.1:6379/0"],
    )
    prefix: Prefix = Field(
        default="bridge",
        description="What the names of all Redis keys begin with. Change it where several bridges share a"
        " server.",
        examples=["bridge-staging"],
    )


class Settings(Table):
    """The whole configuration. A value of this type has no faults, however it was made."""

    server: ServerSettings = Field(description="The bridge itself.")
    redis: RedisSettings = Field(description="Where state lives.")
    connections: dict[Name, ConnectionSettings] = Field(
        min_length=1,
        description="The identity providers by name: small letters, digits, _ and -, at most 64 characters.",
    )
    stores: dict[Name, StoreSettings] = Field(
        min_length=1,
        description="The storefronts by name: small letters, digits, _ and -, at most 64 characters.",
    )

    @model_validator(mode="after")
    def _keys_agree(self) -> Self:
        problems = [f"{shown_path(path)}: {words}" for path, words in problems_between_keys(self)]
        if problems:
            raise WrongValueError("; ".join(problems))
        return self
