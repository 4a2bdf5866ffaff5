"""The keys of [connections.NAME]."""

from typing import Literal

from pydantic import Field

from bridge.domain.limits import SESSION_LIFE
from bridge.settings.request_values import (
    AcrValues,
    AuthorizeParameters,
    ClaimsAsked,
    Prompts,
    RequiredClaims,
    UiLocales,
)
from bridge.settings.secret_values import DecryptionKeys, PrivateKeys, PrivateKeyText, SecretTexts
from bridge.settings.table import Table
from bridge.settings.values import (
    AppleId,
    Certificate,
    Domains,
    FileName,
    Issuer,
    Line,
    Scopes,
    SigningAlgs,
    Tenants,
    Word,
)


class ConnectionSettings(Table):
    """One client at one identity provider. Register PUBLIC_URL/callback/NAME there as its redirect URI."""

    provider: Literal[
        "okta", "auth0", "entra", "google", "keycloak", "ping", "onelogin", "cognito", "adfs", "apple", "oidc"
    ] = Field(
        default="oidc",
        description="The identity provider's make: what it is known to do differently becomes the default of"
        " other keys, and issuers of a form it does not have are refused; oidc for any other.",
        examples=["okta"],
    )
    profile: Literal["oidc", "fapi2"] = Field(
        default="oidc",
        description="fapi2: what the FAPI 2.0 Security Profile asks of a client becomes the default of other"
        " keys, and what contradicts it is refused: no shared secret, pushed requests, tokens bound to the"
        " bridge, signatures by PS256, ES256 or EdDSA, the issuer named in every answer and in every proof.",
        examples=["fapi2"],
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
    tenants: Tenants = Field(
        default=(),
        description="Where the issuer is an address for many tenants (provider = entra, organizations or"
        " common): the IDs of those whose people may sign in. All others are refused.",
        examples=[["8eaef023-2b34-4da1-9baa-8bc8c9d6a490"]],
    )
    client_id: Word = Field(
        description="Client id that the provider gave to the bridge.",
        examples=["0oa1b2c3d4e5f6g7h8i9"],
    )
    client_secret: SecretTexts = Field(
        default=(),
        description="Client secret, or a list of secrets, newest first. Not used with client_auth = none,"
        " nor with one that proves itself by a key.",
        examples=["env:ACME_SECRET"],
    )
    client_auth: Literal[
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
        "apple_client_secret",
        "none",
    ] = Field(
        default="client_secret_basic",
        description="How the bridge proves itself at the token endpoint; private_key_jwt: by a signature of"
        " client_keys; tls_client_auth and self_signed_tls_client_auth: by client_certificate;"
        " apple_client_secret: by a secret that client_keys sign for Apple; none for a public client (PKCE"
        " alone).",
        examples=["client_secret_post"],
    )
    client_keys: PrivateKeys = Field(
        default=(),
        description="Private keys in PEM for client_auth = private_key_jwt or request_objects, newest first:"
        " RSA from 2048 bits, EC P-256, P-384 or P-521, or Ed25519. The first one signs; the public halves of"
        " all are at PUBLIC_URL/.well-known/jwks.json, so that a key can be changed without cutting anybody"
        " off. A certificate in the same file names the key to providers that were given that one (Entra).",
        examples=[["file:acme-client.pem"]],
    )
    apple_team_id: AppleId = Field(
        default="",
        description="Team ID of the Apple developer account, for client_auth = apple_client_secret.",
        examples=["A1B2C3D4E5"],
    )
    apple_key_id: AppleId = Field(
        default="",
        description="ID that Apple gave to the one key in client_keys, for client_auth ="
        " apple_client_secret.",
        examples=["F6G7H8I9J0"],
    )
    client_rsa_alg: Literal["RS256", "PS256"] = Field(
        default="RS256",
        description="How RSA keys among client_keys sign. Keys of other kinds have one way only.",
        examples=["PS256"],
    )
    assertion_audience: Literal["token_endpoint", "issuer"] = Field(
        default="token_endpoint",
        description="For whom proofs by client_keys are made: the token endpoint's address, or the issuer."
        " With a pushed request it is always the issuer.",
        examples=["issuer"],
    )
    client_certificate: Certificate = Field(
        default="",
        description="The client's certificate in PEM, its own first, then those up to the root. It is shown"
        " to the endpoints that give or take tokens, and to no other (RFC 8705).",
        examples=["file:acme-certificate.pem"],
    )
    client_certificate_key: PrivateKeyText = Field(
        default=(),
        description="Private key in PEM of client_certificate.",
        examples=["file:acme-certificate-key.pem"],
    )
    dpop: bool = Field(
        default=False,
        description="true: tokens are bound to a key of the bridge (DPoP, RFC 9449), and those that are bound"
        " to nothing are refused.",
        examples=[True],
    )
    decryption_keys: DecryptionKeys = Field(
        default=(),
        description="Private keys in PEM for ID tokens and userinfo that the provider encrypts, newest first:"
        " RSA from 2048 bits (RSA-OAEP-256) or EC P-256, P-384 or P-521 (ECDH-ES). Their public halves"
        " are at PUBLIC_URL/.well-known/jwks.json.",
        examples=[["file:acme-decryption.pem"]],
    )
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
