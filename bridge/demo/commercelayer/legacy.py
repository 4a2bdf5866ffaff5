"""LEGACY: judge a token that a bridge signed itself, by the table that the vendor once published."""

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from bridge.demo.commercelayer.compact import Compact
from bridge.demo.commercelayer.customers import Customer
from bridge.demo.commercelayer.options import OrganizationOptions
from bridge.demo.commercelayer.tokens import UnknownTokenError


def judge_legacy(
    token: Compact,
    options: OrganizationOptions,
    customer: Callable[[str], Customer | None],
    now: float,
) -> Mapping[str, Any]:
    """The claims. Raises UnknownTokenError with the first rule that is broken."""
    if not options.shared_secret:
        raise UnknownTokenError("the organization has no shared secret (legacy SSO is off)")
    if token.header != {"alg": "HS512", "typ": "JWT"}:
        raise UnknownTokenError("the header must be alg HS512 and typ JWT, and nothing else")
    expected = hmac.digest(options.shared_secret.encode(), token.signed, "sha512")
    if not hmac.compare_digest(expected, token.signature):
        raise UnknownTokenError("not signed with the organization's shared secret")
    claims = token.claims
    exp, rand = claims.get("exp"), claims.get("rand")
    if not isinstance(exp, int) or isinstance(exp, bool):
        raise UnknownTokenError("exp must be an integer")
    _require(exp > now, "the token has expired")
    if not isinstance(rand, int | float) or isinstance(rand, bool) or not 0 <= rand < 1:
        raise UnknownTokenError("rand must be a number from 0 to below 1")
    _require(claims.get("test") is options.test, f"test must be {str(options.test).lower()} here")
    _check_organization(claims.get("organization"), options)
    _check_application(claims.get("application"), options)
    sells = claims["application"]["kind"] == "sales_channel" and options.reads_skus
    if "market" in claims or sells:
        _check_market(claims.get("market"), options, sells=sells)
    if "owner" in claims:
        _check_owner(claims["owner"], customer)
    return claims


def _check_organization(told: Any, options: OrganizationOptions) -> None:
    _require(isinstance(told, dict), "organization is missing")
    _require(told.get("id") == options.id, "organization.id is another organization's")
    _require(told.get("slug") == options.slug, "organization.slug is another organization's")
    _require(told.get("enterprise") is options.enterprise, "organization.enterprise is not as it is")


def _check_application(told: Any, options: OrganizationOptions) -> None:
    _require(isinstance(told, dict), "application is missing")
    known = [one for one in (options.sales_channel, options.integration) if one.id == told.get("id")]
    _require(bool(known), "application.id is not one of the organization's")
    _require(told.get("kind") == known[0].kind, "application.kind is not the application's")
    _require(told.get("public") is known[0].public, "application.public is not the application's")


def _check_market(told: Any, options: OrganizationOptions, *, sells: bool) -> None:
    _require(isinstance(told, dict), "market is missing, and a sales channel reads SKUs")
    ids = told.get("id")
    _require(isinstance(ids, list) and bool(ids), "market.id must be a list of at least one id")
    markets = [market for market in options.markets if market.id in ids]
    _require(len(markets) == len(ids), "market.id names a market that does not exist")
    listed = all(market.price_list_id == told.get("price_list_id") for market in markets)
    _require(listed, "market.price_list_id is not that of all the markets")
    external = told.get("allows_external_prices")
    _require(isinstance(external, bool), "market.allows_external_prices must be true or false")
    allowed = all(market.allows_external_prices for market in markets)
    _require(external is allowed, "market.allows_external_prices is true only if it is in every market")
    geocoders = [None, *(market.geocoder_id for market in markets)]
    _require(told.get("geocoder_id") in geocoders, "market.geocoder_id is not the markets'")
    locations = told.get("stock_location_ids", [])
    _require(isinstance(locations, list), "market.stock_location_ids must be a list")
    known = [location for market in markets for location in market.stock_location_ids]
    theirs = all(location in known for location in locations)
    _require(theirs, "market.stock_location_ids names a location that is not the markets'")
    _require(bool(locations) or not sells, "a sales channel needs market.stock_location_ids")


def _check_owner(told: Any, customer: Callable[[str], Customer | None]) -> None:
    _require(isinstance(told, dict), "owner must be an object")
    _require(told.get("type") in {"User", "Customer"}, "owner.type must be User or Customer")
    _require(isinstance(told.get("id"), str), "owner.id must be a text")
    exists = told["type"] == "User" or customer(told["id"]) is not None
    _require(exists, "owner.id is no customer of the organization")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise UnknownTokenError(otherwise)
