"""LEGACY: the token of "JWT SSO", which the vendor retired in November 2024.

Here the bridge makes the customer's access token itself, with the secret it shares with the organization,
and the storefront sends it to the API as if the platform had made it. Organizations of today do not take it
(docs.commercelayer.io: Core > Authentication > How to migrate): for those who run what still does.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import PlatformToken, Visit
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.platforms.commercelayer.account import Legacy, Market
from bridge.platforms.commercelayer.hs512 import signed

KEY_LENGTH = 64  # bytes: what HS512 should have at least (RFC 7518 section 3.2)
KINDS = ("sales_channel", "integration", "webapp")
_ID = re.compile(r"[\x21-\x7e]{1,128}")


class LegacyIssuer:
    """A `TokenIssuer` that asks nobody."""

    def __init__(self, legacy: Legacy, now: Callable[[], float], random: Callable[[], float]) -> None:
        """`random`: from 0 to below 1."""
        self._legacy = legacy
        self._now = now
        self._random = random

    def issue(self, visit: Visit, deadline: Deadline) -> PlatformToken:  # noqa: ARG002 - asks nobody
        """See the port."""
        legacy = self._legacy
        exp = int(self._now()) + legacy.lifetime
        claims = legacy_claims(legacy, visit.customer, exp=exp, rand=self._random())
        return PlatformToken(
            access_token=Secret(sign(claims, legacy.shared_secret)), expires_in=legacy.lifetime
        )

    def renew(
        self,
        refresh_token: Secret,  # noqa: ARG002 - these tokens have none
        visit: Visit,
        deadline: Deadline,
    ) -> PlatformToken:
        """See the port."""
        return self.issue(visit, deadline)

    def revoke(self, refresh_token: Secret, deadline: Deadline) -> None:
        """Nothing: these tokens have no refresh token, and nobody keeps a list of them."""


def legacy_claims(legacy: Legacy, customer: Customer, *, exp: int, rand: float) -> dict[str, Any]:
    """Every claim of the token. Raises `Refused` for what the platform would not take.

    `exp` is in seconds since the epoch; `rand` makes two tokens of one second differ.
    """
    organization, application = legacy.organization, legacy.application
    claims: dict[str, Any] = {
        "organization": {
            "id": organization.id,
            "slug": organization.slug,
            "enterprise": organization.enterprise,
        },
        "owner": {"id": customer.id, "type": "Customer"},
        "application": {"id": application.id, "kind": application.kind, "public": application.public},
        "exp": exp,
        "rand": rand,
        "test": legacy.test,
    }
    if legacy.market is not None:
        claims["market"] = _market(legacy.market)
    faults = list(claim_faults(claims, reads_skus=legacy.reads_skus))
    if faults:
        raise Refused(Reason.STORE_MISCONFIGURED, f"the legacy token: {'; '.join(faults)}")
    return claims


def claim_faults(claims: Mapping[str, Any], *, reads_skus: bool) -> Iterator[str]:
    """What the documented table does not allow, each as `member: what it must be`; no value is repeated."""
    organization, owner = _members(claims, "organization"), _members(claims, "owner")
    application, market = _members(claims, "application"), _members(claims, "market")
    kind = application.get("kind")
    sells = kind == "sales_channel" and reads_skus
    rules: list[tuple[str, bool, str]] = [
        ("organization.id", _is_id(organization.get("id")), "a text"),
        ("organization.slug", _is_id(organization.get("slug")), "a text"),
        ("organization.enterprise", type(organization.get("enterprise")) is bool, "true or false"),
        ("owner.id", _is_id(owner.get("id")), "a text"),
        ("owner.type", owner.get("type") == "Customer", "Customer"),
        ("application.id", _is_id(application.get("id")), "a text"),
        ("application.kind", kind in KINDS, f"one of {', '.join(KINDS)}"),
        ("application.public", type(application.get("public")) is bool, "true or false"),
        ("exp", type(claims.get("exp")) is int and claims["exp"] > 0, "whole seconds since the epoch"),
        ("rand", _is_share(claims.get("rand")), "a number from 0 to below 1"),
        ("test", type(claims.get("test")) is bool, "true or false"),
        ("market", "market" in claims or not sells, "there for a sales channel that reads SKUs"),
    ]
    if "market" in claims:
        locations = market.get("stock_location_ids", [])
        geocoder = market.get("geocoder_id")
        rules += [
            ("market.id", _are_ids(market.get("id")) and bool(market["id"]), "a list of at least one text"),
            ("market.price_list_id", _is_id(market.get("price_list_id")), "a text"),
            (
                "market.allows_external_prices",
                type(market.get("allows_external_prices")) is bool,
                "true or false",
            ),
            ("market.geocoder_id", geocoder is None or _is_id(geocoder), "a text or null"),
            ("market.stock_location_ids", _are_ids(locations), "a list of texts"),
            (
                "market.stock_location_ids",
                bool(locations) or not sells,
                "of at least one for a sales channel that reads SKUs",
            ),
        ]
    yield from (f"{member} must be {wanted}" for member, fulfilled, wanted in rules if not fulfilled)


def sign(claims: Mapping[str, Any], shared_secret: Secret) -> str:
    """The token: HS512 with the secret as raw text, and `{"alg": "HS512", "typ": "JWT"}` as header."""
    return signed(claims, shared_secret.reveal().encode())


def _market(market: Market) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "id": list(market.ids),
        "price_list_id": market.price_list_id,
        "allows_external_prices": market.allows_external_prices,
        "geocoder_id": market.geocoder_id or None,
    }
    if market.stock_location_ids:
        claims["stock_location_ids"] = list(market.stock_location_ids)
    return claims


def _members(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = claims.get(name)
    return value if isinstance(value, Mapping) else {}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _are_ids(values: object) -> bool:
    return isinstance(values, list) and all(_is_id(value) for value in values)


def _is_share(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value < 1  # type: ignore[operator]
