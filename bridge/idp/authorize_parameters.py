"""The parameters of an authorization request that makers of providers added, one row each, as data.

An allow-list: a parameter that the bridge does not know could undo one that it relies on. A row holds only
what the maker's own documents say, and where. The standard library only.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Parameter(NamedTuple):
    """One parameter; `answer` is the claim that must confirm it, where the maker has one."""

    maker: str
    meaning: str
    source: str
    answer: str = ""


#: Read on 2026-11-22.
PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "organization": Parameter(
            "Auth0", "the organization to sign in to, by id or name",
            "auth0/docs-v2: manage-users/organizations/custom-development", "org_id or org_name"),
        "invitation": Parameter(
            "Auth0", "the ticket of an invitation to an organization",
            "auth0/docs-v2: manage-users/organizations/configure-organizations/invite-members"),
        "connection": Parameter(
            "Auth0", "the connection to sign in by, without asking", "auth0/docs-v2: api/authentication"),
        "connection_scope": Parameter(
            "Auth0", "scopes for the provider behind that connection", "auth0/docs-v2: api/authentication"),
        "screen_hint": Parameter(
            "Auth0", "the page to begin with, such as signup",
            "auth0/docs-v2: authenticate/login/auth0-universal-login"),
        "audience": Parameter(
            "Auth0", "the API that the access token is for", "auth0/docs-v2: api/authentication"),
        "idp": Parameter(
            "Okta, PingFederate", "the identity provider to go on to",
            "okta/okta-developer-docs: guides/add-an-external-idp;"
            " docs.pingidentity.com: pf_authoriz_endpoint"),
        "pfidpadapterid": Parameter(
            "PingFederate", "the IdP adapter to sign in by", "docs.pingidentity.com: pf_authoriz_endpoint"),
        "domain_hint": Parameter(
            "Microsoft Entra ID, AD FS", "the domain whose sign-in page to go on to",
            "MicrosoftDocs/entra-docs: identity-platform/v2-protocols-oidc"),
        "hd": Parameter(
            "Google", "the Workspace domain to sign in with; * for any",
            "developers.google.com: identity/openid-connect/openid-connect", "hd"),
        "access_type": Parameter(
            "Google", "offline for a refresh token",
            "developers.google.com: identity/openid-connect/openid-connect"),
        "include_granted_scopes": Parameter(
            "Google", "whether earlier consent counts too",
            "developers.google.com: identity/openid-connect/openid-connect"),
        "kc_idp_hint": Parameter(
            "Keycloak", "the identity provider to go on to",
            "keycloak/keycloak: docs/documentation/server_admin/topics/identity-broker/suggested"),
        "identity_provider": Parameter(
            "Amazon Cognito", "the identity provider to go on to, by name",
            "awsdocs/amazon-cognito-developer-guide: authorization-endpoint"),
        "idp_identifier": Parameter(
            "Amazon Cognito", "the same, by an identifier such as a domain",
            "awsdocs/amazon-cognito-developer-guide: authorization-endpoint"),
        "lang": Parameter(
            "Amazon Cognito", "the language of its pages",
            "awsdocs/amazon-cognito-developer-guide: authorization-endpoint"),
        "resource": Parameter(
            "any", "the service that the access token is for", "RFC 8707 section 2"),
        "display": Parameter(
            "any", "the kind of page: page, popup, touch or wap", "OpenID Connect Core 1.0 section 3.1.2.1"),
        "claims_locales": Parameter(
            "any", "languages of the claims' values", "OpenID Connect Core 1.0 section 5.2"),
    }
)  # fmt: skip

#: The bridge's own: set by no table. Where there is a key for one, it is named.
PROTOCOL: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "state", "nonce", "code_challenge", "code_challenge_method", "response_type", "redirect_uri",
                "request_uri", "login_hint", "id_token_hint", "registration", "dpop_jkt", "iss",
                "client_secret", "client_assertion", "client_assertion_type", "authorization_details",
            ),
            "",
        ),
        "client_id": "client_id",
        "scope": "scopes",
        "response_mode": "response_mode",
        "request": "request_objects",
        "prompt": "prompt",
        "max_age": "max_age",
        "acr_values": "acr_values",
        "ui_locales": "ui_locales",
        "claims": "claims",
    }
)  # fmt: skip
