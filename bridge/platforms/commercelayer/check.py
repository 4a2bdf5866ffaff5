"""What `bridge check` says of a Commerce Layer store."""

from collections.abc import Iterator

from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.platforms.commercelayer.account import Account, Client, Legacy
from bridge.platforms.commercelayer.api import Api
from bridge.platforms.commercelayer.customers import Customers
from bridge.platforms.commercelayer.grants import Grants
from bridge.platforms.commercelayer.legacy_token import KEY_LENGTH, legacy_claims


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
            "Have the organization's shared secret replaced by a longer one.",
        )


def check_client(
    subject: str, account: Account, client: Client, grants: Grants, deadline: Deadline
) -> Iterator[Finding]:
    """Raises `Refused` when the sales channel's credentials, or the scope, are not taken."""
    token = grants.client_credentials(client, account.scope, deadline)
    yield Finding(
        "ok", subject, f"the sales channel may use the scope {account.scope} (tokens of {token.expires_in} s)"
    )
    yield Finding("ok", subject, _budget(account))


def check_customers(subject: str, api: Api, customers: Customers, deadline: Deadline) -> Iterator[Finding]:
    """Raises `Refused` when customers cannot be looked up."""
    api.token.ask(deadline)
    customers.find("bridge-check@example.invalid", deadline)
    yield Finding("ok", subject, "the Core API answers, and the integration may look customers up")


def no_integration(subject: str) -> Finding:
    """Nobody is looked up or created."""
    return Finding(
        "warning",
        subject,
        "no integration credentials: only known customers sign in",
        "Create an API credential of kind integration, and configure integration_client_id and"
        " integration_client_secret.",
    )


def _budget(account: Account) -> str:
    if account.backend_auth is not None:
        return "token requests count by the shopper's own address (backend_auth)"
    return (
        "30 token requests a minute for all shoppers together, each sign-in takes one: beyond that they are"
        " refused with store_busy; backend_auth makes them count by shopper"
    )
