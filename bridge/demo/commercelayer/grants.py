"""Judge a token request: which application asks, for what scope, and by which grant."""

import hmac
import re
from collections.abc import Mapping
from typing import Any

from bridge.demo.commercelayer.compact import MalformedTokenError, read_compact
from bridge.demo.commercelayer.errors import oauth_error
from bridge.demo.commercelayer.ledger import Grant
from bridge.demo.commercelayer.options import Application
from bridge.demo.commercelayer.organization import Organization

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CLAIMS = "https://commercelayer.io/claims"
_LARGEST = 4096  # bytes of an assertion
_EVERYTHING = "market:all"
_RESTRICTION = re.compile(r"(?:store|stock_location):(?:id|code):[A-Za-z0-9._-]{1,128}")


def judge(told: Mapping[str, Any], organization: Organization) -> Grant:
    """What the request is granted. Raises PlatformError with the first rule that it breaks."""
    for name, value in told.items():
        if not isinstance(value, str):
            raise oauth_error(400, "invalid_request", f"{name} must be a text.")
    match told.get("grant_type"):
        case "client_credentials":
            return _client_credentials(told, organization)
        case "refresh_token":
            return _refresh(told, organization)
        case grant_type if grant_type == JWT_BEARER:
            return _jwt_bearer(told, organization)
        case _:
            raise oauth_error(400, "unsupported_grant_type", "The grant type is not supported.")


def client(told: Mapping[str, Any], organization: Organization, *, secret_needed: bool) -> Application:
    """The application, which proved itself if it must or tries to. Raises PlatformError."""
    application = organization.options.application(str(told.get("client_id", "")))
    refused = "Client authentication failed due to unknown client, or wrong credentials."
    if application is None:
        raise oauth_error(401, "invalid_client", refused, why="no application has this client_id")
    secret = told.get("client_secret")
    if secret is None:
        if secret_needed or not application.public:
            raise oauth_error(401, "invalid_client", refused, why="client_secret is missing")
    elif not hmac.compare_digest(str(secret).encode(), application.client_secret.encode()):
        raise oauth_error(401, "invalid_client", refused, why="client_secret is wrong")
    return application


def _client_credentials(told: Mapping[str, Any], organization: Organization) -> Grant:
    application = client(told, organization, secret_needed=False)
    if application.kind == "integration" and "scope" not in told:
        scope = _EVERYTHING  # integrations are bound to no market
    else:
        scope = _scope(told, organization, owner_id="")
    return organization.ledger.grant(application, scope, confidential="client_secret" in told)


def _jwt_bearer(told: Mapping[str, Any], organization: Organization) -> Grant:
    application = client(told, organization, secret_needed=True)
    if application.kind != "sales_channel":
        words = "The client is not authorized to use this grant."
        raise oauth_error(400, "unauthorized_client", words, why="not a sales channel")
    owner_id, custom_claim = _assertion(told, organization)
    scope = _scope(told, organization, owner_id=owner_id)
    return organization.ledger.grant(
        application, scope, owner_id=owner_id, custom_claim=custom_claim, confidential=True
    )


def _refresh(told: Mapping[str, Any], organization: Organization) -> Grant:
    application = client(told, organization, secret_needed=False)
    token = told.get("refresh_token", "")
    if organization.auth_fault == "invalid_refresh":
        raise oauth_error(400, "invalid_grant", "The refresh token is invalid.", why="fault")
    grant = organization.ledger.take_refresh_token(token, application)
    if grant is None:
        words = "The refresh token is invalid, expired, or was used before."
        raise oauth_error(400, "invalid_grant", words)
    if told.get("scope", grant.scope) != grant.scope:
        raise oauth_error(400, "invalid_scope", "The scope is not the one that was granted.")
    if grant.owner_id and organization.customers.get(grant.owner_id) is None:
        raise oauth_error(400, "invalid_grant", "The refresh token is invalid.", why="the owner is gone")
    owner_id = grant.owner_id
    if organization.auth_fault == "other_owner":
        owner_id = _somebody_else(owner_id, organization)
    return organization.ledger.grant(
        application,
        grant.scope,
        owner_id=owner_id,
        custom_claim=grant.custom_claim,
        confidential="client_secret" in told,
        fresh=True,
    )


def _assertion(told: Mapping[str, Any], organization: Organization) -> tuple[str, Mapping[str, Any] | None]:
    """Owner ("" for none) and custom claim. The signature is not looked at: the client proved itself."""
    assertion = told.get("assertion", "")
    if organization.auth_fault == "invalid_assertion":
        raise _bad_assertion("fault")
    if len(assertion.encode()) > _LARGEST:
        raise _bad_assertion(f"the assertion has more than {_LARGEST} bytes")
    try:
        token = read_compact(assertion)
    except MalformedTokenError as wrong:
        raise _bad_assertion(str(wrong)) from None
    if token.header.get("alg") != "HS512" or token.header.get("typ") != "JWT":
        raise _bad_assertion("the header must be alg HS512 and typ JWT")
    claims = token.claims.get(_CLAIMS)
    if not isinstance(claims, dict):
        raise _bad_assertion(f"{_CLAIMS} is missing")
    expires = token.claims.get("exp")
    if isinstance(expires, int | float) and expires <= organization.now():
        raise _bad_assertion("exp is over")
    owner, custom_claim = claims.get("owner"), claims.get("custom_claim")
    if owner is None and custom_claim is None:
        raise _bad_assertion("neither owner nor custom_claim")
    if custom_claim is not None and not isinstance(custom_claim, dict):
        raise _bad_assertion("custom_claim must be an object")
    return _owner(owner, organization) if owner is not None else "", custom_claim


def _owner(owner: Any, organization: Organization) -> str:
    if not isinstance(owner, dict) or owner.get("type") != "Customer":
        raise _bad_assertion("owner.type must be Customer")  # users are none of a storefront's business
    owner_id = owner.get("id")
    if not isinstance(owner_id, str) or organization.customers.get(owner_id) is None:
        raise _bad_assertion("owner.id is no customer of the organization")
    return owner_id if organization.auth_fault != "other_owner" else _somebody_else(owner_id, organization)


def _somebody_else(owner_id: str, organization: Organization) -> str:
    return next((one.id for one in organization.customers.find() if one.id != owner_id), owner_id)


def _scope(told: Mapping[str, Any], organization: Organization, *, owner_id: str) -> str:
    words = str(told.get("scope", "")).split()
    if organization.auth_fault == "market_all":
        return _EVERYTHING
    if not words:
        raise _bad_scope("scope is missing")  # the platform gives all markets; here that is a mistake
    customer = organization.customers.get(owner_id)
    for word in words:
        market = organization.options.market(word)
        if market is None and not _RESTRICTION.fullmatch(word):
            raise _bad_scope(f"{word!r} is not known here")
        if market is not None and market.customer_group:
            group = customer.customer_group if customer is not None else ""
            if group != market.customer_group:
                raise _bad_scope("a market that is open to the members of its group only")
    return " ".join(words)


def _bad_assertion(why: str) -> Exception:
    return oauth_error(400, "invalid_assertion", "The provided assertion is invalid.", why=why)


def _bad_scope(why: str) -> Exception:
    return oauth_error(
        400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.", why=why
    )
