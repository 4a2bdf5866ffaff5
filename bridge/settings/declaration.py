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
from bridge.settings.pages import PagesSettings
from bridge.settings.redis_files import CertificateFile, KeyFile
from bridge.settings.secret_values import CookieKeys, OptionalSecretText, RedisUrl
from bridge.settings.server_limits import LimitsSettings
from bridge.settings.store import StoreSettings
from bridge.settings.table import Table
from bridge.settings.values import Collector, FileName, Line, Name, Networks, Origin, Prefix


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
    attempt_fallback: int = Field(
        default=300,
        ge=0,
        le=900,
        description="Seconds after its beginning in which a sign-in that Redis lost (a failover, a restart)"
        " goes on from what the browser carries, sealed with cookie_keys. Later ones, and with 0 all, begin"
        " again.",
        examples=[0],
    )
    otlp_endpoint: Collector = Field(
        default="",
        description="Address of an OpenTelemetry collector (OTLP over HTTP), such as http://collector:4318;"
        " traces go to its /v1/traces. Needs the extra bridge-sso[otel]. Empty: no traces, unless the"
        " environment has OTEL_EXPORTER_OTLP_ENDPOINT.",
        examples=["https://collector.example.com:4318"],
    )
    metrics: Literal["private", "loopback", "public", "off"] = Field(
        default="private",
        description="To whom /metrics answers. private: to addresses of private networks and of the machine"
        " itself that ask the bridge directly, as Prometheus does in a cluster; what a proxy passed on"
        " (X-Forwarded-For, Forwarded, Via, or a Host that is public_url's) is refused. loopback: to the"
        " machine itself; public: to all.",
        examples=["loopback"],
    )
    metrics_token: OptionalSecretText = Field(
        default=None,
        description="Token that /metrics wants (Authorization: Bearer); who has it is answered wherever it"
        " asks from, and nobody else. Not with metrics = off.",
        examples=["env:BRIDGE_METRICS_TOKEN"],
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="The least severe log lines that are written.",
        examples=["warning"],
    )
    decisions: int = Field(
        default=100_000,
        ge=0,
        le=10_000_000,
        description="Records that `bridge explain` tells from, about: two or three for each sign-in, of about"
        " 0.4 kB each in Redis. 0 writes none. See docs/explain.md.",
        examples=[20_000],
    )
    decisions_days: int = Field(
        default=30,
        ge=1,
        le=400,
        description="Days after which such a record is dropped, even where there is room.",
        examples=[7],
    )
    decisions_email_domain: bool = Field(
        default=False,
        description="true: these records may name the domain of somebody's e-mail, the part after the @.",
        examples=[True],
    )
    audit_length: int = Field(
        default=100_000,
        ge=1_000,
        le=10_000_000,
        description="Audit events that are kept, about; the oldest go first. See docs/audit.md.",
        examples=[1_000_000],
    )
    audit_days: int = Field(
        default=400,
        ge=1,
        le=4_000,
        description="Days for which an audit event is kept, where there is room.",
        examples=[90],
    )
    limits: LimitsSettings = Field(
        default=LimitsSettings(), description="How much one address, and one connection, may do in a minute."
    )


class RedisSettings(Table):
    """The Redis that holds all state; every bridge process must use the same one.

    See docs/running-redis.md.
    """

    url: RedisUrl = Field(
        description="Address: redis://HOST:6379/0, rediss:// with TLS, unix:///path/to/socket?db=0,"
        " redis+sentinel://HOST:26379,HOST:26379/NAME/0 (the Sentinels and the name of what they watch) or"
        " redis+cluster://HOST:6379,HOST:6379 (some servers of a Cluster). USER:PASSWORD@ before the hosts"
        " is for the Redis servers. Options after a ?, for one server: protocol=3 for RESP3,"
        " ssl_ca_certs=PATH as ca_file. Best given as env:NAME or file:PATH when it holds a password.",
        examples=["redis://127.0.0.1:6379/0"],
    )
    tls: bool = Field(
        default=False,
        description="true: TLS to every Sentinel and server of redis+sentinel:// and redis+cluster://. For"
        " one server write rediss://.",
        examples=[True],
    )
    ca_file: CertificateFile = Field(
        default="",
        description="Path of a PEM file with the certificates of the authority that servers' certificates are"
        " from; no other is trusted then. Empty for those that the operating system trusts.",
        examples=["redis-ca.pem"],
    )
    client_cert: CertificateFile = Field(
        default="",
        description="Path of a PEM file with the bridge's own certificate, for servers that want one.",
        examples=["redis-client.pem"],
    )
    client_key: KeyFile = Field(
        default="",
        description="Path of a PEM file with the private key of client_cert, without a passphrase.",
        examples=["redis-client-key.pem"],
    )
    sentinel_user: Line = Field(
        default="",
        description="ACL user at the Sentinels; empty for their default user.",
        examples=["bridge"],
    )
    sentinel_password: OptionalSecretText = Field(
        default=None,
        description="Password at the Sentinels, if they want one.",
        examples=["env:SENTINEL_PASSWORD"],
    )
    wait_replicas: int = Field(
        default=0,
        ge=0,
        le=5,
        description="Replicas that must have a new link before its sign-in goes on, so that no failover loses"
        " it. Where they have not within 0.7 s, the sign-in is refused and may be repeated.",
        examples=[1],
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
    pages: PagesSettings = Field(default=PagesSettings(), description="The pages that shoppers see.")

    @model_validator(mode="after")
    def _keys_agree(self) -> Self:
        problems = [f"{shown_path(path)}: {words}" for path, words in problems_between_keys(self)]
        if problems:
            raise WrongValueError("; ".join(problems))
        return self
