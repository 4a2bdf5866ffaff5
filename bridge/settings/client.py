"""The keys of [connections.NAME] that tell the provider, and who the bridge is to it."""

from datetime import date
from typing import Literal

from pydantic import Field

from bridge.settings.secret_values import DecryptionKeys, PrivateKeys, PrivateKeyText, SecretTexts
from bridge.settings.table import Table
from bridge.settings.values import AppleId, Certificate, Issuer, Line, OptionalDay, Tenants, Word


class ClientSettings(Table):
    """A client at an identity provider, and how it proves itself."""

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
    client_secret_expires: OptionalDay = Field(
        default=None, description="Last day of the newest client_secret.", examples=[date(2027, 1, 31)]
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
        description="ID that Apple gave to the key in client_keys, for client_auth = apple_client_secret.",
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
