"""Where things stand in each vendor's console, in the vendor's own words: for remedies.

The words are those of the guides in docs/idps, which name their sources; presets.py has what a make does.
The standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """One vendor's. Each text is a path of its menus, or a short sentence."""

    issuer: str
    """Where the issuer is told."""
    client: str
    """Where client id and client secret stand."""
    renewal: str
    """How a new secret is had."""
    method: str
    """Where it is chosen how a client proves itself."""
    redirect_uris: str
    """Where redirect URIs are registered."""
    signing: str
    """Where the algorithm and the keys of ID tokens are chosen."""
    assignment: str
    """Where it is decided who may use the client."""
    secrets_expire: bool = False
    """Whether its secrets always run out some day."""


_ANY = Console(
    issuer="the provider's metadata, opened in a browser (ISSUER/.well-known/openid-configuration)",
    client="the provider's console, at this client",
    renewal="have the provider make a new client secret",
    method="the client's token endpoint authentication method",
    redirect_uris="the client's redirect URIs (callback URLs)",
    signing="the client's ID token signing algorithm, or the provider's signing keys",
    assignment="the client's access policy or assignments",
)
CONSOLES: Mapping[str, Console] = MappingProxyType(
    {
        "okta": Console(
            issuer="Okta Admin Console > Security > API > Authorization Servers, column Issuer URI (the org"
            " server: your Okta domain alone)",
            client="Okta Admin Console > Applications > Applications > the app > General > Client"
            " Credentials",
            renewal="there, Client Secrets > Generate new secret",
            method="Okta Admin Console > the app > General > Client Credentials > Client authentication",
            redirect_uris="Okta Admin Console > Applications > Applications > the app > General > Login >"
            " Sign-in redirect URIs",
            signing="Okta Admin Console > Security > API > Authorization Servers > the server > Signing Key"
            " Rotation",
            assignment="Okta Admin Console > Applications > Applications > the app > Assignments",
        ),
        "auth0": Console(
            issuer="Auth0 Dashboard > Applications > the application > Settings > Domain, as https://DOMAIN/"
            " with the slash",
            client="Auth0 Dashboard > Applications > the application > Settings > Basic Information",
            renewal="there, Settings > Danger Zone > Rotate secret",
            method="Auth0 Dashboard > Applications > the application > Credentials > Authentication Method",
            redirect_uris="Auth0 Dashboard > Applications > the application > Settings > Allowed Callback"
            " URLs",
            signing="Auth0 Dashboard > Applications > the application > Settings > Advanced Settings > OAuth"
            " > JSON Web Token (JWT) Signature Algorithm: RS256",
            assignment="Auth0 Dashboard > Applications > the application > Connections, and Actions >"
            " Triggers > post-login",
        ),
        "entra": Console(
            issuer="Entra admin center > App registrations > the app > Overview > Directory (tenant) ID, as"
            " https://login.microsoftonline.com/TENANT/v2.0",
            client="Entra admin center > App registrations > the app > Overview (Application (client) ID) and"
            " Certificates & secrets (the secret's Value, not its Secret ID)",
            renewal="there, Certificates & secrets > Client secrets > New client secret; copy the Value, note"
            " the day in column Expires",
            method="Entra admin center > App registrations > the app > Certificates & secrets",
            redirect_uris="Entra admin center > App registrations > the app > Authentication > Platform"
            " configurations > Web > Redirect URIs",
            signing="nowhere: Entra signs with RS256",
            assignment="Entra admin center > Enterprise applications > the app > Users and groups",
            secrets_expire=True,
        ),
        "google": Console(
            issuer="nowhere: it is https://accounts.google.com",
            client="Google Cloud console > Google Auth Platform > Clients > the client",
            renewal="there, Add secret",
            method="nowhere: both client_secret_basic and client_secret_post are taken",
            redirect_uris="Google Cloud console > Google Auth Platform > Clients > the client > Authorized"
            " redirect URIs",
            signing="nowhere: Google signs with RS256",
            assignment="Google Cloud console > Google Auth Platform > Audience",
        ),
        "keycloak": Console(
            issuer="Keycloak Admin Console > Realm settings > General > Endpoints > OpenID Endpoint"
            " Configuration (behind a proxy: Keycloak's hostname settings)",
            client="Keycloak Admin Console > the realm > Clients > the client > Credentials",
            renewal="there, Credentials > Client Secret > Regenerate",
            method="Keycloak Admin Console > Clients > the client > Credentials > Client Authenticator",
            redirect_uris="Keycloak Admin Console > Clients > the client > Settings > Valid redirect URIs",
            signing="Keycloak Admin Console > Clients > the client > Advanced > Fine grain OpenID Connect"
            " configuration > ID token signature algorithm; the keys: Realm settings > Keys",
            assignment="Keycloak Admin Console > Authentication > the client's flow (Clients > the"
            " client > Advanced)",
        ),
        "ping": Console(
            issuer="PingOne > Applications > Applications > the application > Overview (Environment ID), as"
            " https://auth.pingone.REGION/ENVIRONMENT/as; PingFederate: its base URL",
            client="PingOne > Applications > Applications > the application > Overview",
            renewal="there, Overview > Client Secret > Generate New Secret",
            method="PingOne > the application > Configuration > Token Endpoint Authentication Method",
            redirect_uris="PingOne > Applications > Applications > the application > Configuration > Redirect"
            " URIs",
            signing="PingOne > the environment's signing keys; PingFederate: ID Token Signing Algorithm",
            assignment="PingOne > Applications > Applications > the application > Access",
        ),
        "onelogin": Console(
            issuer="OneLogin Administration > Applications > the app > SSO > Issuer URL",
            client="OneLogin Administration > Applications > the app > SSO",
            renewal="there, SSO > Client Secret > Regenerate client secret",
            method="OneLogin Administration > Applications > the app > SSO > Token Endpoint",
            redirect_uris="OneLogin Administration > Applications > the app > Configuration > Redirect URI's"
            " (a change may take ten minutes)",
            signing="nowhere: OneLogin signs with RS256",
            assignment="OneLogin Administration > Applications > the app > Access, and Users > the user"
            " > Applications",
        ),
        "cognito": Console(
            issuer="Amazon Cognito console > User pools > the pool > Overview > User pool ID, as"
            " https://cognito-idp.REGION.amazonaws.com/POOL",
            client="Amazon Cognito console > User pools > the pool > App clients > the client",
            renewal="there: make a new app client with a secret, since that of a client does not change",
            method="nowhere: an app client either has a secret or has none",
            redirect_uris="Amazon Cognito console > User pools > the pool > App clients > the client > Login"
            " pages > Allowed callback URLs",
            signing="nowhere: Cognito signs with RS256",
            assignment="Amazon Cognito console > User pools > the pool > Users",
        ),
        "adfs": Console(
            issuer="PowerShell on the AD FS server: Get-AdfsProperties (HostName), as https://HOST/adfs",
            client="AD FS Management > Application Groups > the group > the server application",
            renewal="there, Configure Application Credentials > Reset shared secret",
            method="AD FS Management > Application Groups > the group > the server application > Configure"
            " Application Credentials",
            redirect_uris="AD FS Management > Application Groups > the group > the server application >"
            " Redirect URI",
            signing="AD FS Management > Service > Certificates > Token-signing",
            assignment="AD FS Management > Application Groups > the group > the Web API > Access"
            " control policy",
        ),
        "apple": Console(
            issuer="nowhere: it is https://appleid.apple.com",
            client="Apple developer account > Certificates, Identifiers & Profiles > Identifiers > Services"
            " IDs (client_id is the Services ID), and Keys (Key ID, .p8 file); Membership details (Team ID)",
            renewal="Keys > new key with Sign in with Apple; download its .p8 file",
            method='nowhere: client_auth = "apple_client_secret" alone is taken',
            redirect_uris="Apple developer account > Certificates, Identifiers & Profiles > Identifiers > the"
            " Services ID > Sign in with Apple > Configure > Return URLs",
            signing="nowhere: Apple signs with RS256",
            assignment="nowhere: whoever has an Apple account may sign in, and may decline",
        ),
        "oidc": _ANY,
    }
)


def console_of(make: str) -> Console:
    """Return the words for a make; general ones for a make that has none of its own."""
    return CONSOLES.get(make, _ANY)
