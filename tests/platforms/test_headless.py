"""A headless BigCommerce storefront: a login token, or a customer access token of the GraphQL API."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import PlatformToken, Visit
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.platform import BigCommerce
from tests.contracts.world import FakeClock

from .conftest import OPTIONS, soon

CART = "0a1b2c3d-0000-4000-8000-123456789abc"
VALUE = "ab" * 32 + "_1800003600"
#: One hour after noon by the tests' clock.
ENDS = datetime.fromtimestamp(1_800_003_600, UTC).isoformat().replace("+00:00", "Z")


def result(**changes: Any) -> dict[str, Any]:
    login = {
        "customer": {"entityId": 101},
        "customerAccessToken": {"value": VALUE, "expiresAt": ENDS},
        "cart": None,
    }
    return {"data": {"loginWithCustomerLoginJwt": {**login, **changes}}}


@dataclass
class GraphQl:
    """Answers as it is told, and remembers what it was asked."""

    answer: Any = field(default_factory=result)
    status: int = 200
    failure: HttpFailure | None = None
    asked: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        return HttpReply(self.status, {"content-type": "application/json"}, body)


def platform(clock: FakeClock, http: GraphQl, **account: Any) -> BigCommerce:
    made = Account(
        store_hash="abc123",
        client_id=OPTIONS.client_id,
        client_secret=Secret(OPTIONS.client_secret),
        **{"storefront_token": Secret("private-token"), **account},
    )
    return BigCommerce("https://store.example.com", made, http, clock.now, clock.monotonic, "stores.us")


def visit(cart: str = "") -> Visit:
    return Visit(
        customer=Customer("101"),
        identity=IdentityKey("https://idp.acme.example", "ada"),
        session="session",
        return_to="/cart",
        cart=cart,
    )


def issue(clock: FakeClock, http: GraphQl, cart: str = "", **account: Any) -> PlatformToken:
    one = platform(clock, http, **account)
    one.clock.iat(None)  # asks for the store's time in the background; the answer does not matter here
    return one.issue(visit(cart), soon())


def graphql(http: GraphQl) -> HttpRequest:
    (request,) = [one for one in http.asked if one.method == "POST"]
    return request


def test_the_customer_is_signed_in_without_a_browser(clock: FakeClock) -> None:
    http = GraphQl()
    token = issue(clock, http)
    assert token.access_token == Secret(VALUE)
    assert token.token_type == "customer_access_token"
    assert token.expires_in == 3600
    assert token.more == {"expires_at": ENDS}
    request = graphql(http)
    assert request.url == "https://store-abc123.mybigcommerce.com/graphql"
    assert request.headers["Authorization"] == "Bearer private-token"
    assert request.body is not None
    variables = json.loads(request.body)["variables"]
    assert set(variables) == {"jwt"}
    claims = jwt.decode(
        variables["jwt"], OPTIONS.client_secret, algorithms=["HS256"], options={"verify_iat": False}
    )
    assert (claims["customer_id"], claims["channel_id"]) == (101, 1)


def test_each_channel_has_its_own_address_and_it_can_be_overridden(clock: FakeClock) -> None:
    http = GraphQl()
    issue(clock, http, channel_id=7)
    assert graphql(http).url == "https://store-abc123-7.mybigcommerce.com/graphql"
    http = GraphQl()
    issue(clock, http, graphql_url="https://store.example.com/graphql")
    assert graphql(http).url == "https://store.example.com/graphql"


def test_a_guests_cart_is_taken_over(clock: FakeClock) -> None:
    http = GraphQl(result(cart={"entityId": CART}))
    token = issue(clock, http, CART)
    assert token.more["cart_id"] == CART
    body = graphql(http).body
    assert body is not None
    assert json.loads(body)["variables"]["cart"] == CART


def test_a_cart_that_is_lost_does_not_lose_the_sign_in(clock: FakeClock) -> None:
    errors = [{"message": "Cart not found", "path": ["loginWithCustomerLoginJwt", "cart"]}]
    token = issue(clock, GraphQl({**result(), "errors": errors}), CART)
    assert token.access_token == Secret(VALUE)
    assert "cart_id" not in token.more


@pytest.mark.parametrize("cart", ["", 'x"}', "a b", "x" * 65])
def test_what_is_no_cart_is_not_sent(clock: FakeClock, cart: str) -> None:
    http = GraphQl()
    issue(clock, http, cart)
    body = graphql(http).body
    assert body is not None
    assert "cart" not in json.loads(body)["variables"]


SCOPE = [{"message": "planted", "extensions": {"code": "INSUFFICIENT_ACCESS_SCOPE"}}]


@pytest.mark.parametrize(
    ("http", "reason"),
    [
        (GraphQl({"data": None, "errors": [{"message": "JWT is expired"}]}), Reason.CUSTOMER_REJECTED),
        (GraphQl({**result(), "errors": [{"message": "planted"}]}), Reason.CUSTOMER_REJECTED),
        (GraphQl({**result(), "errors": "planted"}), Reason.CUSTOMER_REJECTED),
        (GraphQl({"data": None, "errors": SCOPE}), Reason.STORE_MISCONFIGURED),
        (GraphQl(result(customer=None)), Reason.CUSTOMER_REJECTED),
        (GraphQl(result(customer={"entityId": 102})), Reason.CUSTOMER_REJECTED),
        (GraphQl(result(customer={"entityId": "101"})), Reason.CUSTOMER_REJECTED),
        (GraphQl(result(customerAccessToken=None)), Reason.STORE_UNAVAILABLE),
        (GraphQl(result(customerAccessToken={"value": "", "expiresAt": ENDS})), Reason.STORE_UNAVAILABLE),
        (
            GraphQl(result(customerAccessToken={"value": VALUE, "expiresAt": "soon"})),
            Reason.STORE_UNAVAILABLE,
        ),
        (GraphQl(result(customerAccessToken={"value": "a b", "expiresAt": ENDS})), Reason.STORE_UNAVAILABLE),
        (GraphQl({"data": {"loginWithCustomerLoginJwt": None}}), Reason.CUSTOMER_REJECTED),
        (GraphQl({"data": []}), Reason.CUSTOMER_REJECTED),
        (GraphQl(b"planted <html>"), Reason.STORE_UNAVAILABLE),
        (GraphQl(b"JWT channel id doesn't match channel id of the URL", 401), Reason.STORE_MISCONFIGURED),
        (GraphQl(b"planted", 500), Reason.STORE_UNAVAILABLE),
        (GraphQl(b"", 302), Reason.STORE_UNAVAILABLE),
        (GraphQl(failure=HttpFailure("timeout", "5 s")), Reason.STORE_UNAVAILABLE),
    ],
)
def test_a_failure_has_its_reason_and_tells_no_secret(
    clock: FakeClock, http: GraphQl, reason: Reason
) -> None:
    with pytest.raises(Refused) as caught:
        issue(clock, http)
    assert caught.value.reason is reason
    for secret in ("planted", "private-token", VALUE, "eyJ"):
        assert secret not in caught.value.detail


def test_what_the_store_says_of_a_known_cause_is_repeated(clock: FakeClock) -> None:
    with pytest.raises(Refused, match="JWT channel id"):
        issue(clock, GraphQl(b"JWT channel id doesn't match channel id of the URL", 401))


def test_without_a_storefront_token_the_login_token_itself_is_handed_over(clock: FakeClock) -> None:
    http = GraphQl()
    token = issue(clock, http, storefront_token=None)
    jwt_text = token.access_token.reveal()
    assert token.more == {"login_token_url": f"https://store.example.com/login/token/{jwt_text}"}
    assert (token.token_type, token.expires_in) == ("customer_login", 30)
    assert not [one for one in http.asked if one.method == "POST"]


def test_a_renewal_is_another_token_and_a_revocation_nothing(clock: FakeClock) -> None:
    one = platform(clock, GraphQl(), storefront_token=None)
    tokens = [one.issue(visit(), soon()), one.renew(Secret("x"), visit(), soon())]
    assert tokens[0].access_token != tokens[1].access_token
    one.revoke(Secret("x"), soon())
