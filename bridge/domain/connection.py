"""A connection: one client at one identity provider, as configured."""

from dataclasses import dataclass
from typing import Literal

from bridge.domain.asking import PLAIN, Asking
from bridge.domain.limits import SESSION_LIFE
from bridge.domain.secret import Secret

ClientAuth = Literal[
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "apple_client_secret",
    "none",
]
EmailTrust = Literal["verified", "asserted", "never"]
IssParameter = Literal["auto", "require", "off"]
ResponseMode = Literal["query", "form_post"]
UserinfoUse = Literal["when_missing", "always", "never"]
AssertionAudience = Literal["token_endpoint", "issuer"]
RsaAlg = Literal["RS256", "PS256"]
Logout = Literal["auto", "local"]
LogoutStyle = Literal["openid", "auth0", "cognito", "none"]
ExtraAudiences = Literal["with_azp", "never"]

#: Asymmetric signature algorithms only (RFC 7518 3.1, RFC 8037): with "none" or an HMAC
#: whoever can name a key could write the token.
SIGNING_ALGS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    "Ed25519",
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
    client_rsa_alg: RsaAlg = "RS256"  # what RSA keys among client_keys sign with
    client_certificate: str = ""  # PEM chain (RFC 8705), shown by the HTTP client; empty for none
    assertion_audience: AssertionAudience = "token_endpoint"
    dpop: bool = False  # RFC 9449: tokens are bound to a key of ours
    decryption_keys: tuple[Secret, ...] = ()  # private keys in PEM
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    domains: tuple[str, ...] = ()
    signing_algs: tuple[str, ...] = ()
    extra_audiences: ExtraAudiences = "with_azp"
    email_trust: EmailTrust = "verified"
    response_mode: ResponseMode = "query"
    userinfo: UserinfoUse = "when_missing"
    clock_tolerance: int = 30  # seconds
    logout_tokens_without_exp: bool = False  # borne, as drafts of Back-Channel Logout allowed
    session_lifetime: int = SESSION_LIFE  # seconds
    session_idle: int = 0  # seconds; 0 for no such end
    iss_parameter: IssParameter = "auto"  # RFC 9207
    logout: Logout = "auto"  # local: a sign-out at a storefront leaves the provider's session alone
    asking: Asking = PLAIN
    mapped_claims: tuple[str, ...] = ()  # which stores of it map to their customers' profiles
    tells_domain: bool = False  # whether records for operators may name the domain of somebody's e-mail
    development: bool = False  # loopback endpoints may be plain http
    tenants: tuple[str, ...] = ()  # GUIDs in small letters, where `issuer` stands for many tenants
    apple_team_id: str = ""
    apple_key_id: str = ""
    # What the make decides and no key of the file:
    issuer_template: str = ""  # what metadata and tokens name where `issuer` stands for many tenants
    issuer_aliases: tuple[str, ...] = ()  # other words of the same issuer for itself, in ID tokens
    verified_claim: str = ""  # the claim that says of the token's e-mail what email_verified says elsewhere
    required_id_token_claims: tuple[tuple[str, str], ...] = ()
    frontchannel_without_iss: bool = False  # its frames name the session only
    names_in_callback: bool = False  # names come, unsigned, in a form field beside the code
    logout_style: LogoutStyle = "openid"  # how it is asked to end its session
    logout_needs_hint: bool = False  # it answers an ID token's absence with an error page
    logout_hint_claim: str = ""  # the ID token's claim that is sent as logout_hint
    prompt_after_sign_out: str = "login"  # by which it asks who somebody is; empty where no prompt does

    @property
    def has_own_domains(self) -> bool:
        """Whether it serves the addresses of certain domains only."""
        return bool(self.domains) and "*" not in self.domains

    def speaks_for(self, email_domain: str) -> bool:
        """Whether this provider was configured to speak for addresses of that domain (lower case)."""
        return "*" in self.domains or email_domain in self.domains
