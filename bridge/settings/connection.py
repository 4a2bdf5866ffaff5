"""The keys of [connections.NAME]; the first of them are in client.py."""

from typing import Literal

from pydantic import Field

from bridge.domain.limits import SESSION_LIFE
from bridge.settings.client import ClientSettings
from bridge.settings.request_values import (
    AcrValues,
    AuthorizeParameters,
    ClaimsAsked,
    Prompts,
    RequiredClaims,
    UiLocales,
)
from bridge.settings.values import Domains, FileName, Scopes, SigningAlgs


class ConnectionSettings(ClientSettings):
    """One client at one identity provider. Register PUBLIC_URL/callback/NAME there as its redirect URI."""

    scopes: Scopes = Field(
        default=("openid", "profile", "email"),
        description="Scopes to ask for; openid must be among them.",
        examples=[["openid", "profile", "email", "groups"]],
    )
    domains: Domains = Field(
        default=(),
        description="E-mail domains this provider may speak for. People with such an address are routed to"
        " it, people with another address are refused, and only for these may it link or create a"
        ' customer by e-mail. ["*"] where one provider serves everyone.',
        examples=[["acme.com"]],
    )
    signing_algs: SigningAlgs = Field(
        default=(),
        description="Signature algorithms accepted on ID tokens; empty for what the provider's metadata"
        " offers among those named here.",
        examples=[["RS256"]],
    )
    extra_audiences: Literal["with_azp", "never"] = Field(
        default="with_azp",
        description="Whether an ID token may be for others as well. with_azp: if it names the bridge as its"
        " authorized party.",
        examples=["never"],
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
    session_lifetime: int = Field(
        default=SESSION_LIFE,
        ge=60,
        le=90 * 86400,
        description="Seconds after which a session of the bridge ends at the latest. The provider may say an"
        " earlier time (session_expiry). The store's own session is the store's.",
        examples=[28800],
    )
    session_idle: int = Field(
        default=0,
        ge=0,
        le=90 * 86400,
        description="Seconds after which a session ends that its storefront neither renewed nor asked for;"
        " 0 for never.",
        examples=[3600],
    )
    logout_tokens_without_exp: bool = Field(
        default=False,
        description="true: logout tokens may lack an expiry (exp), as drafts of OpenID Connect Back-Channel"
        " Logout allowed. Only for a provider that leaves it out.",
        examples=[True],
    )
    logout: Literal["auto", "local"] = Field(
        default="auto",
        description="What a sign-out at a storefront ends. auto: the provider's session as well, where its"
        " make can. local: that of the bridge and of the store, and nothing at the provider. Register"
        " PUBLIC_URL/signed-out/STORE there for each store of the connection.",
        examples=["local"],
    )
    prompt: Prompts = Field(
        default=(),
        description="What the provider is to ask the person, session or not. After login an auth_time from"
        " before the request is refused; only max_age makes providers send one.",
        examples=[["select_account"]],
    )
    max_age: int = Field(
        default=-1,
        ge=-1,
        le=31536000,
        description="Seconds since the person last proved who they are; longer ago, the provider is to ask"
        " again. 0 for every time, -1 not to ask for it. The ID token must then hold a fitting auth_time.",
        examples=[3600],
    )
    acr_values: AcrValues = Field(
        default=(),
        description="Authentication classes to ask for, best first, such as one with a second factor. The ID"
        " token's acr must be one of them.",
        examples=[["urn:acme:mfa"]],
    )
    ui_locales: UiLocales = Field(
        default=(),
        description="Languages for the provider's pages, best first (BCP 47).",
        examples=[["de-CH", "en"]],
    )
    claims: ClaimsAsked = Field(
        default={},
        description="Claims to ask for by name (OpenID Connect Core 5.5): tables id_token and userinfo, in"
        " each a table for each claim with essential, value or values, or an empty one. An ID token that"
        " lacks an essential claim, or has another value of one than those asked for, is refused.",
        examples=[{"id_token": {"auth_time": {"essential": True}}, "userinfo": {"given_name": {}}}],
    )
    required_claims: RequiredClaims = Field(
        default={},
        description="Claims without which nobody signs in, each with a value or a list of values of which one"
        " must be there, alone or in a list. Looked for in the ID token, then in userinfo.",
        examples=[{"groups": ["buyers", "staff"]}],
    )
    authorize_parameters: AuthorizeParameters = Field(
        default={},
        description="Further parameters that makers of providers know, such as organization, hd, domain_hint,"
        " idp or kc_idp_hint. With organization or hd the ID token must confirm it.",
        examples=[{"organization": "org_a1B2c3D4e5F6g7H8"}],
    )
    pushed_authorization_requests: Literal["when_required", "always"] = Field(
        default="when_required",
        description="Whether the request is sent to the provider behind the browser's back (RFC 9126)."
        " when_required: if the provider's metadata demands it.",
        examples=["always"],
    )
    request_objects: bool = Field(
        default=False,
        description="true: the request is signed by the first of client_keys (RFC 9101).",
        examples=[True],
    )
    iss_parameter: Literal["auto", "require", "off"] = Field(
        default="auto",
        description="Whether the provider's answer must name its issuer (RFC 9207). auto: where its metadata"
        " promises so; off: never. A wrong name is refused in any case.",
        examples=["require"],
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
