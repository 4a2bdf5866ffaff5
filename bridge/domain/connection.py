"""A connection: one client at one identity provider, as configured."""

from dataclasses import dataclass
from typing import Literal

from bridge.domain.secret import Secret

ClientAuth = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
EmailTrust = Literal["verified", "asserted", "never"]
ResponseMode = Literal["query", "form_post"]
UserinfoUse = Literal["when_missing", "always", "never"]

#: Asymmetric signature algorithms only (RFC 7518 3.1, RFC 8037): with "none" or an HMAC
#: whoever can name a key could write the token.
SIGNING_ALGS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Everything the bridge was told about one identity provider."""

    name: str
    label: str
    issuer: str
    client_id: str
    redirect_uri: str
    client_secrets: tuple[Secret, ...] = ()
    client_keys: tuple[Secret, ...] = ()  # private keys in PEM
    client_auth: ClientAuth = "client_secret_basic"
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    domains: tuple[str, ...] = ()
    signing_algs: tuple[str, ...] = ()
    email_trust: EmailTrust = "verified"
    response_mode: ResponseMode = "query"
    userinfo: UserinfoUse = "when_missing"
    clock_tolerance: int = 30  # seconds
    development: bool = False  # loopback endpoints may be plain http

    def speaks_for(self, email_domain: str) -> bool:
        """Whether this provider was configured to speak for addresses of that domain (lower case)."""
        return "*" in self.domains or email_domain in self.domains
