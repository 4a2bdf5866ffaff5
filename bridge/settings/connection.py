"""The keys of [connections.NAME]."""

from typing import Annotated, Literal

from pydantic import Field

from bridge.settings.secret_values import PrivateKeys, SecretTexts
from bridge.settings.table import Table
from bridge.settings.values import (
    Domains,
    FileName,
    Issuer,
    Line,
    Scopes,
    SigningAlgs,
    Word,
    not_yet,
)


class ConnectionSettings(Table):
    """One client at one identity provider. Register PUBLIC_URL/callback/NAME there as its redirect URI."""

    provider: Literal[
        "okta", "auth0", "entra", "google", "keycloak", "ping", "onelogin", "cognito", "oidc"
    ] = Field(
        default="oidc",
        description="The identity provider's make: what it is known to do differently becomes the default of"
        " other keys, and issuers of a form it does not have are refused; oidc for any other.",
        examples=["okta"],
    )
    label: Line = Field(
        default="",
        description="What shoppers read where they choose between connections; empty for the connection's"
        " name.",
        examples=["Acme staff"],
    )
    issuer: Issuer = Field(
        description="Issuer identifier, exactly as the provider writes it (a slash at the end counts). Its"
        " metadata is read from ISSUER/.well-known/openid-configuration.",
        examples=["https://acme.okta.com/oauth2/default"],
    )
    client_id: Word = Field(
        description="Client id that the provider gave to the bridge.",
        examples=["0oa1b2c3d4e5f6g7h8i9"],
    )
    client_secret: SecretTexts = Field(
        default=(),
        description="Client secret, or a list of secrets, newest first. Not used with client_auth = none or"
        " private_key_jwt.",
        examples=["env:ACME_SECRET"],
    )
    client_auth: Annotated[
        Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
        not_yet("tls_client_auth"),
    ] = Field(
        default="client_secret_basic",
        description="How the bridge proves itself at the token endpoint; private_key_jwt: by a signature of"
        " client_keys; none for a public client (PKCE alone).",
        examples=["client_secret_post"],
    )
    client_keys: PrivateKeys = Field(
        default=(),
        description="Private keys in PEM for client_auth = private_key_jwt, newest first: RSA from 2048 bits,"
        " EC P-256, P-384 or P-521, or Ed25519. The first one signs; the public halves of all are at"
        " PUBLIC_URL/.well-known/jwks.json, so that a key can be changed without cutting anybody off.",
        examples=[["file:acme-client.pem"]],
    )
    scopes: Scopes = Field(
        default=("openid", "profile", "email"),
        description="Scopes to ask for; openid must be among them.",
        examples=[["openid", "profile", "email", "groups"]],
    )
    domains: Domains = Field(
        default=(),
        description="E-mail domains this provider may speak for. People with such an address are routed to"
        ' it, and only for these may it link or create a customer by e-mail. ["*"] where one'
        " provider serves everyone.",
        examples=[["acme.com"]],
    )
    signing_algs: SigningAlgs = Field(
        default=(),
        description="Signature algorithms accepted on ID tokens; empty for what the provider's metadata"
        " offers among those named here.",
        examples=[["RS256"]],
    )
    email_trust: Literal["verified", "asserted", "never"] = Field(
        default="verified",
        description="When an e-mail counts as the person's own. verified: email_verified must be true;"
        " asserted: it may also be absent, but not false; never: e-mail is not used to find"
        " customers.",
        examples=["asserted"],
    )
    response_mode: Literal["query", "form_post"] = Field(
        default="query",
        description="How the provider hands its answer to the browser.",
        examples=["form_post"],
    )
    userinfo: Literal["when_missing", "always", "never"] = Field(
        default="when_missing",
        description="When the userinfo endpoint is called. when_missing: if a wanted claim is not in the ID"
        " token.",
        examples=["always"],
    )
    clock_tolerance: int = Field(
        default=30,
        ge=0,
        le=300,
        description="Seconds by which the provider's clock may differ from the bridge's.",
        examples=[60],
    )
    allow_private_network: bool = Field(
        default=False,
        description="true for a provider inside your own network, whose address is a private one.",
        examples=[True],
    )
    ca_file: FileName = Field(
        default="",
        description="Path of a PEM bundle to trust for this provider, beside the system's. Relative to this"
        " file's folder; empty for the system's alone.",
        examples=["acme-ca.pem"],
    )
