"""What each make of identity provider is known to do differently: one row each, as data.

A row holds only what the vendor's own documents (or a project that had to repair it) say, and where.
Only defaults that differ from the generic ones are named. The settings apply them where the file is silent
and ask `issuer_fault`; nothing else in the bridge asks for the make. The standard library only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

_READ = "2026-11-22"
_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ENTRA_FORM = (
    "https://login.microsoftonline.com/TENANT/v2.0 with the Directory (tenant) ID, a GUID, as TENANT"
)


class Mistake(NamedTuple):
    """A form of issuer that is surely wrong, and what to write instead."""

    pattern: str
    remedy: str


_WRONG_FOR_ALL = (
    Mistake(
        r"/\.well-known/openid-configuration/?\Z",
        "must be the issuer alone, without /.well-known/openid-configuration at the end: the bridge adds it",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One make. Patterns and words never depend on a value, so that a message can never repeat one."""

    title: str
    issuer: str
    """The form of its issuers, to follow the words "must be"."""
    source: str
    """Where the row is from."""
    date: str
    """The day on which the sources were read."""

    hosts: str = r"(?!)"
    """The vendor's own hosts: only there is an issuer that does not fit the form surely wrong."""
    fits: str = ""
    """What an issuer on such a host must match as a whole."""
    wrong: tuple[Mistake, ...] = ()
    """Known mistakes with their own remedies, asked before the form, on any host."""

    client_auth: str | None = None
    email_trust: str | None = None
    response_mode: str | None = None
    scopes: tuple[str, ...] | None = None
    userinfo: str | None = None

    def defaults(self) -> dict[str, str | tuple[str, ...]]:
        """Return the keys of a connection for which this make has a default of its own."""
        values = {
            "client_auth": self.client_auth,
            "email_trust": self.email_trust,
            "response_mode": self.response_mode,
            "scopes": self.scopes,
            "userinfo": self.userinfo,
        }
        return {key: value for key, value in values.items() if value is not None}

    def issuer_fault(self, issuer: str) -> str | None:
        """Say why `issuer`, a web address, is surely wrong for this make; None where it may be right.

        Vendors offer domains of the customer's own, so an address on any other host passes.
        """
        for mistake in (*_WRONG_FOR_ALL, *self.wrong):
            if re.search(mistake.pattern, issuer):
                return mistake.remedy
        if re.match(_on(self.hosts), issuer) and not re.fullmatch(self.fits, issuer):
            return f"must be {self.issuer}"
        return None


def _on(hosts: str) -> str:
    """Match the begin of an address on one of `hosts`, in whatever case and with whatever port."""
    return rf"https://(?i:{hosts})(?::[0-9]+)?(?=/|\Z)"


_OKTA = r"[^/:]+\.okta\.com"
_AUTH0 = r"[^/:]+\.auth0\.com"
_ENTRA = r"login\.microsoftonline\.com"
_GOOGLE = r"accounts\.google\.com"
_PINGONE = r"auth\.pingone\.[a-z.]+"
_ONELOGIN = r"[^/:]+\.onelogin\.com"
_COGNITO = r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com"
_COGNITO_DOMAIN = r"[^/:]+\.amazoncognito\.com"

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "okta": Preset(
            title="Okta",
            issuer="https://ORG.okta.com or https://ORG.okta.com/oauth2/SERVER, without a slash at the end",
            source="okta/okta-developer-docs: concepts/auth-servers",
            date=_READ,
            hosts=_OKTA,
            fits=rf"{_on(_OKTA)}(?:/oauth2/(?!v1\Z)[^/]+)?",
            wrong=(
                Mistake(
                    rf"\A{_on(_OKTA)}(?:/oauth2/[^/]+)?/\Z", "must not end with a slash: Okta's never do"
                ),
            ),
        ),
        "auth0": Preset(
            title="Auth0",
            issuer="https://TENANT.REGION.auth0.com/, with the slash at the end and no path",
            source="auth0/docs-v2: authenticate-with-private-key-jwt, quickstart/backend (the slash);"
            " customize/custom-domains (other hosts)",
            date=_READ,
            hosts=_AUTH0,
            fits=rf"{_on(_AUTH0)}/",
            wrong=(
                Mistake(
                    rf"\A{_on(_AUTH0)}\Z", "must end with a slash: Auth0's issuer has one, and it counts"
                ),
            ),
        ),
        "entra": Preset(
            title="Microsoft Entra ID",
            issuer=_ENTRA_FORM,
            source="MicrosoftDocs/entra-docs: identity-platform/v2-protocols-oidc (issuer; discovery lists"
            " client_secret_post and private_key_jwt, not basic), id-token-claims-reference (no"
            " email_verified; email is mutable and not for authorization)",
            date=_READ,
            hosts=_ENTRA,
            fits=rf"{_on(_ENTRA)}/{_GUID}/v2\.0",
            wrong=(
                Mistake(
                    rf"\A{_on(_ENTRA)}/(?i:common|organizations|consumers)(?:/|\Z)",
                    "must name one tenant: common, organizations and consumers stand for many, whose tokens"
                    f" come from as many issuers, and that is not in this version yet; write {_ENTRA_FORM}",
                ),
                Mistake(
                    rf"\A{_on(_ENTRA)}/{_GUID}/?\Z",
                    "must end with /v2.0: without it the address is that of the v1 endpoint, whose tokens"
                    " come from another issuer",
                ),
                Mistake(rf"\A{_on(_ENTRA)}/{_GUID}/v2\.0/\Z", "must not end with a slash: Entra's never do"),
                Mistake(
                    rf"\A{_on(_ENTRA)}/(?!v[0-9.]+/?\Z)[^/]*\.[^/]*(?:/v2\.0)?/?\Z",
                    "must hold the tenant's GUID, not its domain name: Entra's tokens name the GUID;"
                    f" write {_ENTRA_FORM}",
                ),
            ),
            client_auth="client_secret_post",
            email_trust="never",
        ),
        "google": Preset(
            title="Google",
            issuer="https://accounts.google.com, without a slash at the end and without a path",
            source="developers.google.com: identity/openid-connect/reference,"
            " identity/sign-in/web/backend-auth",
            date=_READ,
            hosts=_GOOGLE,
            fits=_on(_GOOGLE),
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
            fits=rf"{_on(_PINGONE)}/[^/]+/as",
        ),
        "onelogin": Preset(
            title="OneLogin",
            issuer="https://SUBDOMAIN.onelogin.com/oidc/2, without a slash at the end",
            source="developers.onelogin.com: openid-connect; public guides that show the issuer",
            date=_READ,
            hosts=_ONELOGIN,
            fits=rf"{_on(_ONELOGIN)}/oidc/2",
            wrong=(
                Mistake(
                    rf"\A{_on(_ONELOGIN)}/oidc/?\Z",
                    "must end with /oidc/2: /oidc alone is OneLogin's first version, which is retired",
                ),
            ),
        ),
        "cognito": Preset(
            title="Amazon Cognito",
            issuer="https://cognito-idp.REGION.amazonaws.com/POOL with the user pool's ID (REGION_…),"
            " without a slash at the end",
            source="awsdocs/amazon-cognito-developer-guide: amazon-cognito-user-pools-using-the-id-token",
            date=_READ,
            hosts=_COGNITO,
            fits=rf"{_on(_COGNITO)}/[a-z0-9-]+_[0-9A-Za-z]+",
            wrong=(
                Mistake(
                    rf"\A{_on(_COGNITO_DOMAIN)}",
                    "must not be the user pool's domain, where people sign in; the issuer is"
                    " https://cognito-idp.REGION.amazonaws.com/POOL with the user pool's ID",
                ),
            ),
        ),
        "oidc": Preset(
            title="Any other",
            issuer="what the provider's metadata calls issuer, byte for byte",
            source="OpenID Connect Discovery 1.0, section 4.3",
            date=_READ,
        ),
    }
)
