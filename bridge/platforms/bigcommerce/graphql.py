"""The GraphQL Storefront API: signs a customer in without a browser, for headless storefronts."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import PlatformToken
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.platforms.bigcommerce.account import Account

#: Takes the same token as the browser's access point, once as well.
_LOGIN = """mutation Login($jwt: String!, $cart: String) {
  loginWithCustomerLoginJwt(jwt: $jwt, guestCartEntityId: $cart) {
    customer { entityId }
    customerAccessToken { value expiresAt }
    cart { entityId }
  }
}"""
TOKEN_TYPE = "customer_access_token"  # noqa: S105 - a kind, no token
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,2000}")
_ENTITY = re.compile(r"[A-Za-z0-9-]{1,64}")
#: What is said of a failure is prose of the store's; of it only what we know is repeated.
_KNOWN = ("INSUFFICIENT_ACCESS_SCOPE", "JWT is expired", "JWT channel id doesn't match channel id of the URL")


class StorefrontApi:
    """Calls with the storefront's private token (scope Customer), which no browser ever sees."""

    def __init__(self, account: Account, token: Secret, http: Http, now: Callable[[], float]) -> None:
        self._url = account.graphql_url or _permanent_url(account)
        self._token = token
        self._http = http
        self._now = now

    def login(self, jwt: str, customer: Customer, cart: str, deadline: Deadline) -> PlatformToken:
        """For the header X-Bc-Customer-Access-Token; a guest's `cart` is taken over. Raises `Refused`."""
        variables = {"jwt": jwt, "cart": cart} if cart else {"jwt": jwt}
        answer = self._ask({"query": _LOGIN, "variables": variables}, deadline)
        data = _members(answer.get("data"))
        result = _members(data.get("loginWithCustomerLoginJwt"))
        _check_errors(answer.get("errors"))
        if _members(result.get("customer")).get("entityId") != int(customer.id):
            raise Refused(Reason.CUSTOMER_REJECTED, "the store signed nobody in, or somebody else")
        given = _members(result.get("customerAccessToken"))
        value, ends = given.get("value"), _time(given.get("expiresAt"))
        if not isinstance(value, str) or not _TOKEN.fullmatch(value) or ends is None:
            raise Refused(Reason.STORE_UNAVAILABLE, "the GraphQL API's answer holds no usable token")
        more = {"expires_at": str(given["expiresAt"])}
        entity = _members(result.get("cart")).get("entityId")
        if isinstance(entity, str) and _ENTITY.fullmatch(entity):
            more["cart_id"] = entity
        left = max(0, int(ends - self._now()))
        return PlatformToken(access_token=Secret(value), expires_in=left, token_type=TOKEN_TYPE, more=more)

    def _ask(self, question: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._token.reveal()}",
        }
        try:
            reply = self._http.send(
                HttpRequest("POST", self._url, headers, json.dumps(question).encode(), kind="graphql"),
                deadline,
            )
        except HttpFailure as failure:
            reason = Reason.STORE_BUSY if failure.kind == "busy" else Reason.STORE_UNAVAILABLE
            raise Refused(reason, f"the GraphQL API: {failure}") from None
        return _document(reply)


def _document(reply: HttpReply) -> dict[str, Any]:
    if reply.status in (401, 403):
        seen = _known(reply.body.decode("utf-8", "replace"))
        raise Refused(Reason.STORE_MISCONFIGURED, f"the GraphQL API answered {reply.status}{seen}")
    if reply.status == 429:
        raise Refused(Reason.STORE_BUSY, "the GraphQL API is rate limited")
    if reply.status != 200:
        raise Refused(Reason.STORE_UNAVAILABLE, f"the GraphQL API answered {reply.status}")
    try:
        return parse_object(reply.body)
    except JsonFault as fault:
        raise Refused(Reason.STORE_UNAVAILABLE, f"the GraphQL API: {fault}") from None


def _check_errors(errors: object) -> None:
    """Any error is a failure, but for one of the cart alone: the customer is signed in all the same."""
    if not errors:
        return
    listed = errors if isinstance(errors, list) else [errors]
    if all("cart" in _path(error) for error in listed):
        return
    texts = _known(json.dumps(errors))
    if "INSUFFICIENT_ACCESS_SCOPE" in texts:
        raise Refused(Reason.STORE_MISCONFIGURED, f"the GraphQL API refused{texts}")
    raise Refused(Reason.CUSTOMER_REJECTED, f"the GraphQL API refused to sign the customer in{texts}")


def _path(error: object) -> Iterable[Any]:
    path = _members(error).get("path")
    return path if isinstance(path, list) else ()


def _known(text: str) -> str:
    found = [one for one in _KNOWN if one in text]
    return f": {', '.join(found)}" if found else ""


def _members(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _time(value: object) -> float | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.timestamp() if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _permanent_url(account: Account) -> str:
    """The channel's own address at BigCommerce, which outlives the store's changes of domain."""
    channel = "" if account.channel_id == 1 else f"-{account.channel_id}"
    return f"https://store-{account.store_hash}{channel}.mybigcommerce.com/graphql"
