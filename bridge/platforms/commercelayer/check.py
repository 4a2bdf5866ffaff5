"""What `bridge check` says of a Commerce Layer store."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.quoting import error_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.strict_json import parse_object
from bridge.platforms.commercelayer.account import Account, Client, Legacy
from bridge.platforms.commercelayer.api import Api
from bridge.platforms.commercelayer.customers import Customers
from bridge.platforms.commercelayer.grants import Grants
from bridge.platforms.commercelayer.legacy_token import KEY_LENGTH, legacy_claims

_CREDENTIALS = "Commerce Layer dashboard > Developers > API credentials"
_NOBODY_NEW = "People whom the store does not know yet cannot be looked up or created."
_NO_TOKEN = "Nobody would get a token: each sign-in would end in store_misconfigured."  # noqa: S105 - words
_SLUG = re.compile(r"[a-z0-9-]{1,63}")


def check_legacy(subject: str, legacy: Legacy) -> Iterator[Finding]:
    """Raises `Refused` where no token could be made."""
    yield Finding(
        "warning",
        subject,
        "mode = legacy_sso: Commerce Layer retired this in November 2024; organizations of today refuse it",
        'Change to mode = "jwt_bearer" (docs/platforms/commercelayer.md).',
    )
    legacy_claims(legacy, Customer("bridge-check"), exp=1, rand=0)
    length = len(legacy.shared_secret.reveal().encode())
    if length < KEY_LENGTH:
        yield Finding(
            "warning",
            subject,
            f"legacy_sso.shared_secret has {length} bytes; HS512 wants {KEY_LENGTH} or more (RFC 7518 3.2)",
            f"Have Commerce Layer replace the organization's shared secret by one of {KEY_LENGTH} bytes and"
            " more.",
            "A short key can be guessed, and who knows it can sign in as any customer.",
        )


def check_client(
    subject: str, account: Account, client: Client, grants: Grants, deadline: Deadline
) -> Iterator[Finding]:
    """Raises `Refused` when the authentication server does not answer."""
    try:
        token = grants.client_credentials(client, account.scope, deadline)
    except Refused as refused:
        if refused.reason is not Reason.STORE_MISCONFIGURED:
            raise
        yield _refused_client(subject, account, refused)
        return
    about = claims_of(token.access_token)
    kind, slug = kind_of(about), slug_of(about)
    if slug and account.slug and slug != account.slug:
        yield _other_organization(subject, "client_id", slug)
    if kind and kind != "sales_channel":
        yield Finding(
            "failed",
            subject,
            f"client_id is that of an application of kind {kind}, not of a sales channel",
            f"Put the sales channel's credentials into {subject}.commercelayer.client_id and client_secret,"
            f" the integration's into integration_client_id and integration_client_secret ({_CREDENTIALS}).",
            "Storefronts and hosted apps refuse tokens of any other kind.",
        )
    yield Finding(
        "ok", subject, f"the sales channel may use the scope {account.scope} (tokens of {token.expires_in} s)"
    )
    yield Finding("ok", subject, _budget(account))


def check_customers(
    subject: str, account: Account, api: Api, customers: Customers, deadline: Deadline
) -> Iterator[Finding]:
    """Raises `Refused` when the platform does not answer."""
    try:
        token = api.token.ask(deadline)
    except Refused as refused:
        if refused.reason is not Reason.STORE_MISCONFIGURED:
            raise
        yield Finding(
            "failed",
            subject,
            f"the integration's credentials are not accepted ({refused.detail})",
            f"Compare {subject}.commercelayer.integration_client_id and integration_client_secret with the"
            f" integration ({_CREDENTIALS}).",
            _NOBODY_NEW,
        )
        return
    slug = slug_of(claims_of(token.access_token))
    if slug and account.slug and slug != account.slug:
        yield _other_organization(subject, "integration_client_id", slug)
    try:
        customers.find("bridge-check@example.invalid", deadline)
    except Refused as refused:
        yield _refused_look_up(subject, account, refused)
        return
    yield Finding("ok", subject, "the Core API answers, and the integration may look customers up")


def no_integration(subject: str) -> Finding:
    """Nobody is looked up or created."""
    return Finding(
        "warning",
        subject,
        "no integration credentials: only known customers sign in",
        f"Create an API credential of kind integration ({_CREDENTIALS} > Add new > Integration), and set"
        f" {subject}.commercelayer.integration_client_id and integration_client_secret.",
        _NOBODY_NEW,
    )


def _refused_client(subject: str, account: Account, refused: Refused) -> Finding:
    key = f"{subject}.commercelayer"
    if "invalid_scope" in refused.detail:
        return Finding(
            "failed",
            subject,
            f"the sales channel may not use the scope {account.scope} (invalid_scope)",
            f"Set {key}.scope to a market of this organization that the sales channel may sell in, as"
            " market:code:CODE or market:id:ID (Commerce Layer dashboard > Markets > the market), or give the"
            f" sales channel that market ({_CREDENTIALS}). A private market opens to its group only.",
            _NO_TOKEN,
        )
    return Finding(
        "failed",
        subject,
        f"the sales channel's credentials are not accepted ({refused.detail})",
        f"Compare {key}.client_id and client_secret with the sales channel ({_CREDENTIALS}); test and live"
        " mode have credentials of their own.",
        _NO_TOKEN,
    )


def _refused_look_up(subject: str, account: Account, refused: Refused) -> Finding:
    key = f"{subject}.commercelayer"
    if " 403 " in refused.detail or "unauthorized" in refused.detail:
        return Finding(
            "failed",
            subject,
            f"the integration may not look customers up ({refused.detail})",
            "Give the integration a role that may read and create customers: Commerce Layer dashboard >"
            f" Settings > Roles; then choose it at the integration ({_CREDENTIALS}).",
            _NOBODY_NEW,
        )
    words = refused.reason.words
    resolves = "resolve" not in refused.detail
    slug = f"Compare {key}.slug with the organization's subdomain (Commerce Layer dashboard > Settings >"
    return Finding(
        "failed",
        subject,
        f"the Core API at {account.api_url} cannot be used ({refused.detail})",
        f"{slug} Organization). {words.remedy if resolves else 'The host of a wrong one does not resolve.'}",
        _NOBODY_NEW,
    )


def _other_organization(subject: str, key: str, slug: str) -> Finding:
    return Finding(
        "failed",
        subject,
        f"slug is not that of the organization whose credentials these are: {key} belongs to {slug}",
        f'Set {subject}.commercelayer.slug = "{slug}", or take the credentials of the other organization'
        f" ({_CREDENTIALS}).",
        "Tokens of one organization are of no use at the API of another.",
    )


def claims_of(token: Secret) -> Mapping[str, Any]:
    """What a token of the platform's says of itself, for words to an operator alone: nothing is verified."""
    try:
        payload = token.reveal().split(".")[1]
        return parse_object(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}


def slug_of(claims: Mapping[str, Any]) -> str:
    """The organization that a token is of; empty where it does not say."""
    organization = claims.get("organization")
    slug = organization.get("slug") if isinstance(organization, dict) else None
    return slug if isinstance(slug, str) and _SLUG.fullmatch(slug) else ""


def kind_of(claims: Mapping[str, Any]) -> str:
    """The kind of application that a token was given to; empty where it does not say."""
    application = claims.get("application")
    kind = application.get("kind") if isinstance(application, dict) else None
    return kind if isinstance(kind, str) and error_name(kind) == kind else ""


def _budget(account: Account) -> str:
    if account.backend_auth is not None:
        return "token requests count by the shopper's own address (backend_auth)"
    return (
        "30 token requests a minute for all shoppers together, each sign-in takes one: beyond that they are"
        " refused with store_busy; backend_auth makes them count by shopper"
    )
