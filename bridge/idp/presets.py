"""What each make of identity provider is known to do differently: one row each, as data.

A row holds only what the vendor's own documents (or a project that had to repair it) say, and where.
Only defaults that differ from the generic ones are named. The settings apply them where the file is silent
and ask `issuer_fault`; nothing else in the bridge asks for the make. The standard library only.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bridge.idp.preset import ForMany, Mistake, Preset, on

_READ = "2026-11-22"
_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ENTRA_BASE = "https://login.microsoftonline.com"
_ENTRA_FORM = f"{_ENTRA_BASE}/TENANT/v2.0 with the Directory (tenant) ID, a GUID, as TENANT"
#: Microsoft's own tenant, which every personal account belongs to.
_PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"


_OKTA = r"[^/:]+\.okta\.com"
_AUTH0 = r"[^/:]+\.auth0\.com"
_ENTRA = r"login\.microsoftonline\.com"
_GOOGLE = r"accounts\.google\.com"
_PINGONE = r"auth\.pingone\.[a-z.]+"
_ONELOGIN = r"[^/:]+\.onelogin\.com"
_COGNITO = r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com"
_APPLE = r"(?:appleid|account)\.apple\.com"
_COGNITO_DOMAIN = r"[^/:]+\.amazoncognito\.com"

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "okta": Preset(
            title="Okta",
            issuer="https://ORG.okta.com or https://ORG.okta.com/oauth2/SERVER, without a slash at the end",
            source="okta/okta-developer-docs: concepts/auth-servers",
            date=_READ,
            # OpenIDC/mod_auth_openidc#908: 400 without an ID token
            logout_needs_hint=True,
            hosts=_OKTA,
            fits=rf"{on(_OKTA)}(?:/oauth2/(?!v1\Z)[^/]+)?",
            wrong=(
                Mistake(rf"\A{on(_OKTA)}(?:/oauth2/[^/]+)?/\Z", "must not end with a slash: Okta's never do"),
            ),
        ),
        "auth0": Preset(
            title="Auth0",
            issuer="https://TENANT.REGION.auth0.com/, with the slash at the end and no path",
            source="auth0/docs-v2: authenticate-with-private-key-jwt, quickstart/backend (the slash);"
            " customize/custom-domains (other hosts)",
            date=_READ,
            # auth0/docs-v2: logout/log-users-out-of-auth0, logout/redirect-users-after-logout
            logout_style="auth0",
            logout_hint_claim="sid",
            assertion_audience="issuer",
            hosts=_AUTH0,
            fits=rf"{on(_AUTH0)}/",
            # auth0/docs-v2: configure-organizations/invite-members, configure-default-login-routes
            portal_parameters=("organization", "invitation"),
            wrong=(
                Mistake(rf"\A{on(_AUTH0)}\Z", "must end with a slash: Auth0's issuer has one, and it counts"),
            ),
        ),
        "entra": Preset(
            title="Microsoft Entra ID",
            frontchannel_without_iss=True,
            issuer=_ENTRA_FORM,
            source="MicrosoftDocs/entra-docs: identity-platform/v2-protocols-oidc (issuer; discovery lists"
            " client_secret_post and private_key_jwt, not basic), id-token-claims-reference (no"
            " email_verified; email is mutable and not for authorization), claims-validation and"
            " authlib/authlib#605 (many tenants: template and tid), optional-claims-reference (xms_edov),"
            " certificate-credentials (PS256)",
            date=_READ,
            # v2-protocols-oidc: logout_hint, from the optional claim login_hint, avoids the account picker
            logout_hint_claim="login_hint",
            prompt_after_sign_out="select_account",
            hosts=_ENTRA,
            fits=rf"{on(_ENTRA)}/(?:{_GUID}|organizations|common)/v2\.0",
            wrong=(
                Mistake(
                    rf"\A{on(_ENTRA)}/(?i:consumers)(?:/|\Z)",
                    f"must be {_ENTRA_BASE}/{_PERSONAL}/v2.0: consumers is that one tenant",
                ),
                Mistake(
                    rf"\A{on(_ENTRA)}/(?!(?:organizations|common)/v2\.0\Z)(?i:organizations|common)(?:/|\Z)",
                    f"must be {_ENTRA_BASE}/organizations/v2.0 (or common in its place) for many tenants,"
                    f" listed in `tenants`; for one tenant write {_ENTRA_FORM}",
                ),
                Mistake(
                    rf"\A{on(_ENTRA)}/{_GUID}/?\Z",
                    "must end with /v2.0: without it the address is that of the v1 endpoint, whose tokens"
                    " come from another issuer",
                ),
                Mistake(rf"\A{on(_ENTRA)}/{_GUID}/v2\.0/\Z", "must not end with a slash: Entra's never do"),
                Mistake(
                    rf"\A{on(_ENTRA)}/(?!v[0-9.]+/?\Z)[^/]*\.[^/]*(?:/v2\.0)?/?\Z",
                    "must hold the tenant's GUID, not its domain name: Entra's tokens name the GUID;"
                    f" write {_ENTRA_FORM}",
                ),
            ),
            client_auth="client_secret_post",
            client_rsa_alg="PS256",
            email_trust="never",
            for_many=ForMany(
                (f"{_ENTRA_BASE}/organizations/v2.0", f"{_ENTRA_BASE}/common/v2.0"),
                f"{_ENTRA_BASE}/{{tenantid}}/v2.0",
            ),
            verified_claim="xms_edov",
        ),
        "google": Preset(
            title="Google",
            issuer="https://accounts.google.com, without a slash at the end and without a path",
            source="developers.google.com: identity/openid-connect/reference,"
            " identity/sign-in/web/backend-auth",
            date=_READ,
            # none of the documented metadata; of prompts none, consent and select_account alone
            logout_style="none",
            prompt_after_sign_out="select_account",
            hosts=_GOOGLE,
            fits=on(_GOOGLE),
            aliases=(("https://accounts.google.com", "accounts.google.com"),),
        ),
        "keycloak": Preset(
            title="Keycloak",
            issuer="https://HOST/realms/REALM, without a slash at the end (before Keycloak 17:"
            " https://HOST/auth/realms/REALM)",
            source="keycloak/keycloak: docs/documentation/server_admin",
            date=_READ,
            wrong=(
                Mistake(
                    r"/realms/[^/]+/\Z",
                    "must not end with a slash: Keycloak's issuer ends with the realm's name",
                ),
                Mistake(
                    r"/realms/[^/]+/(?:protocol|account)(?:/|\Z)",
                    "must end with the realm's name: what follows it is not part of Keycloak's issuer",
                ),
                Mistake(
                    r"\Ahttps?://[^/]+(?:/auth)?(?:/realms)?/?\Z|/admin/[^/]+/console(?:/|\Z)",
                    "must name the realm: https://HOST/realms/REALM (before Keycloak 17:"
                    " https://HOST/auth/realms/REALM)",
                ),
            ),
        ),
        "ping": Preset(
            title="Ping Identity",
            issuer="https://auth.pingone.REGION/ENVIRONMENT/as with the environment's ID, without a slash at"
            " the end",
            source="developer.pingidentity.com: pingone-api/auth/openid-connect-oauth-2;"
            " pingidentity/terraform-provider-pingfederate: docs/resources (other hosts)",
            date=_READ,
            hosts=_PINGONE,
            fits=rf"{on(_PINGONE)}/[^/]+/as",
        ),
        "onelogin": Preset(
            title="OneLogin",
            issuer="https://SUBDOMAIN.onelogin.com/oidc/2, without a slash at the end",
            source="developers.onelogin.com: openid-connect; public guides that show the issuer",
            date=_READ,
            # as developers.onelogin.com says: openid-connect/api/logout
            logout_needs_hint=True,
            hosts=_ONELOGIN,
            fits=rf"{on(_ONELOGIN)}/oidc/2",
            wrong=(
                Mistake(
                    rf"\A{on(_ONELOGIN)}/oidc/?\Z",
                    "must end with /oidc/2: /oidc alone is OneLogin's first version, which is retired",
                ),
            ),
        ),
        "cognito": Preset(
            title="Amazon Cognito",
            issuer="https://cognito-idp.REGION.amazonaws.com/POOL with the user pool's ID (REGION_…),"
            " without a slash at the end",
            source="awsdocs/amazon-cognito-developer-guide: amazon-cognito-user-pools-using-the-id-token"
            " (issuer, token_use)",
            date=_READ,
            # awsdocs/amazon-cognito-developer-guide: logout-endpoint
            logout_style="cognito",
            hosts=_COGNITO,
            fits=rf"{on(_COGNITO)}/[a-z0-9-]+_[0-9A-Za-z]+",
            wrong=(
                Mistake(
                    rf"\A{on(_COGNITO_DOMAIN)}",
                    "must not be the user pool's domain, where people sign in; the issuer is"
                    " https://cognito-idp.REGION.amazonaws.com/POOL with the user pool's ID",
                ),
            ),
            required_id_token_claims=(("token_use", "id"),),
        ),
        "adfs": Preset(
            title="AD FS",
            frontchannel_without_iss=True,
            issuer="https://HOST/adfs, without a slash at the end",
            source="MicrosoftDocs/windowsserverdocs: ad-fs-faq (userinfo tells the subject alone),"
            " Custom-Id-Tokens-in-AD-FS (form_post, allatclaims), ad-fs-logout-openid-connect (metadata)",
            date=_READ,
            wrong=(
                Mistake(r"/adfs/\Z", "must not end with a slash: AD FS's issuer ends with /adfs"),
                Mistake(
                    r"/adfs/services(?:/|\Z)",
                    "must be https://HOST/adfs: the address with /services/trust is in other tokens of AD FS",
                ),
                Mistake(
                    r"/adfs/(?:oauth2|ls|oidc|discovery)(?:/|\Z)",
                    "must end with /adfs: what follows it is not part of AD FS's issuer",
                ),
                Mistake(r"\Ahttps?://[^/]+/?\Z", "must end with /adfs: https://HOST/adfs"),
            ),
            response_mode="form_post",
            scopes=("openid", "allatclaims"),
            userinfo="never",
        ),
        "apple": Preset(
            title="Sign in with Apple",
            issuer="https://appleid.apple.com, without a slash at the end and without a path",
            source="developer.apple.com: signinwithapplerestapi (authorize: form_post for name and email, the"
            " field user; tokens: the secret, no userinfo); nextauthjs/next-auth:"
            " packages/core/src/providers/apple.ts; supabase/auth#2051 (account.apple.com)",
            date=_READ,
            logout_style="none",  # and no prompt is documented: it asks before each sign-in by itself
            prompt_after_sign_out="",
            hosts=_APPLE,
            fits=r"https://appleid\.apple\.com",
            client_auth="apple_client_secret",
            response_mode="form_post",
            scopes=("openid", "name", "email"),
            userinfo="never",
            form_post_scopes=("name", "email"),
            names_in_callback=True,
        ),
        "oidc": Preset(
            title="Any other",
            issuer="what the provider's metadata calls issuer, byte for byte",
            source="OpenID Connect Discovery 1.0, section 4.3",
            date=_READ,
        ),
    }
)
