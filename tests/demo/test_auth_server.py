"""The demo platform's authentication server: each documented rule, one case."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jwt
import pytest
from flask import Flask

from bridge.demo.commercelayer import OrganizationOptions, create_platform
from bridge.demo.commercelayer.customers import Customer
from bridge.demo.serving import Served

from .organization import ADA, CHARLES, JWT_BEARER, OPTIONS, Platform, assertion, hs512, told
from .web import call


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def serve(options: OrganizationOptions, clock: Clock) -> tuple[Served, Platform]:
    apps: list[Flask] = []

    def make(url: str) -> Flask:
        apps.append(create_platform(options, url, clock=clock))
        return apps[0]

    served = Served.knowing_its_url(make)
    return served, Platform(served.url, apps[0].extensions["demo_platform"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(clock: Clock) -> Iterator[Platform]:
    served, platform = serve(OPTIONS, clock)
    with served:
        yield platform


def read(platform: Platform, token: str) -> dict[str, Any]:
    """The claims of a token that the published key verifies."""
    (key,) = call("GET", f"{platform.url}/.well-known/jwks.json").json["keys"]
    assert jwt.get_unverified_header(token) == {"alg": "RS512", "typ": "JWT", "kid": key["kid"]}
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims: dict[str, Any] = jwt.decode(
        token, jwt.PyJWK(key), algorithms=["RS512"], issuer=platform.url, options=options
    )
    return claims


def test_a_customers_token_says_whose_it_is_and_for_what(platform: Platform, clock: Clock) -> None:
    claim = {"owner": {"type": "Customer", "id": ADA}, "custom_claim": {"session": "s-1"}}
    answer = platform.bearer(assertion=assertion(claim))
    assert answer.status == 200
    given = answer.json
    claims = read(platform, given.pop("access_token"))
    assert claims.pop("rand") < 1
    assert claims == {
        "organization": {"id": "WXlEOFrjnr", "slug": "morgenrot", "enterprise": True, "region": "eu-west-1"},
        "application": {
            "id": OPTIONS.sales_channel.id,
            "client_id": "the-channel",
            "kind": "sales_channel",
            "public": True,
            "confidential": True,
        },
        "market": {
            "id": ["KoaJYhLVzp"],
            "price_list_id": "nZvJYhAlpq",
            "stock_location_ids": ["kpbzgunqrE"],
            "geocoder_id": None,
            "allows_external_prices": False,
        },
        "owner": {"id": ADA, "type": "Customer"},
        "custom_claim": {"session": "s-1"},
        "scope": "market:code:europe",
        "iss": platform.url,
        "test": True,
        "iat": clock.now,
        "exp": clock.now + 4 * 3600,
    }
    assert len(given.pop("refresh_token")) >= 32
    assert given == {
        "token_type": "bearer",
        "expires_in": 4 * 3600,
        "scope": "market:code:europe",
        "created_at": clock.now,
        "owner_id": ADA,
        "owner_type": "customer",
    }


def test_an_integration_needs_no_scope_and_gets_two_hours(platform: Platform) -> None:
    answer = platform.token(
        grant_type="client_credentials",
        client_id="the-integration",
        client_secret="integration-secret",
        scope=None,
    ).json
    assert (answer["expires_in"], answer["scope"]) == (7200, "market:all")
    assert not {"refresh_token", "owner_id"} & set(answer)
    assert read(platform, answer["access_token"])["application"]["kind"] == "integration"


def test_a_sales_channel_gets_a_guests_token_without_its_secret(platform: Platform) -> None:
    answer = platform.token(grant_type="client_credentials").json
    claims = read(platform, answer["access_token"])
    assert claims["application"]["confidential"] is False
    assert "owner" not in claims


def test_a_custom_claim_alone_is_enough_and_owns_nothing(platform: Platform) -> None:
    answer = platform.bearer(assertion=assertion({"custom_claim": {"a": 1}})).json
    assert "owner_id" not in answer
    assert read(platform, answer["access_token"])["custom_claim"] == {"a": 1}


def test_the_assertions_signature_is_not_looked_at(platform: Platform) -> None:
    assert platform.bearer(assertion=assertion(key="anything at all")).status == 200
    assert platform.bearer(assertion=assertion().rpartition(".")[0] + ".AAAA").status == 200


CLAIMS = "https://commercelayer.io/claims"
BAD_ASSERTIONS = {
    "none": "",
    "not a token": "nonsense",
    "two parts": "a.b",
    "not JSON": "AAAA.AAAA.AAAA",
    "padded": assertion() + "=",
    "another algorithm": hs512(
        {CLAIMS: {"owner": {"type": "Customer", "id": ADA}}}, header={"alg": "none", "typ": "JWT"}
    ),
    "no typ": hs512({CLAIMS: {"owner": {"type": "Customer", "id": ADA}}}, header={"alg": "HS512"}),
    "no claims": hs512({"owner": {"type": "Customer", "id": ADA}}),
    "neither owner nor custom claim": assertion({}),
    "nobody": assertion({"owner": {"type": "Customer", "id": "nobody"}}),
    "no owner id": assertion({"owner": {"type": "Customer"}}),
    "owner as a list": assertion({"owner": [ADA]}),
    "another kind of owner": assertion({"owner": {"type": "User", "id": ADA}}),
    "custom claim as a text": assertion({"custom_claim": "text"}),
    "over": assertion(exp=1_700_000_000),
}


@pytest.mark.parametrize("wrong", BAD_ASSERTIONS.values(), ids=BAD_ASSERTIONS)
def test_a_bad_assertion_is_refused_and_only_testers_learn_why(platform: Platform, wrong: str) -> None:
    answer = platform.bearer(assertion=wrong)
    assert told(answer) == (400, "BAD_REQUEST", "invalid_assertion")
    assert answer.json["errors"][0]["detail"] == "The provided assertion is invalid."
    assert answer.json["errors"][0]["meta"] == {}
    log = call("GET", f"{platform.url}/_demo/log", headers={"Accept": "application/json"}).json["requests"]
    assert log[-1]["why"]


def test_an_assertion_has_at_most_four_kilobytes(platform: Platform) -> None:
    def sized(size: int) -> str:
        for padding in range(size):
            made = assertion({"owner": {"type": "Customer", "id": ADA}, "custom_claim": {"a": "x" * padding}})
            if len(made) >= size:
                return made
        raise AssertionError

    largest = sized(4096)
    assert len(largest) == 4096
    assert platform.bearer(assertion=largest).status == 200
    assert told(platform.bearer(assertion=sized(4097)))[2] == "invalid_assertion"


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_secret": "wrong"},
        {"client_secret": None},
        {"client_secret": ""},
        {"client_secret": "integration-secret"},
    ],
)
def test_a_client_proves_itself(platform: Platform, wrong: dict[str, Any]) -> None:
    assert told(platform.bearer(**wrong)) == (401, "UNAUTHORIZED", "invalid_client")


def test_only_a_sales_channel_acts_for_customers(platform: Platform) -> None:
    answer = platform.bearer(client_id="the-integration", client_secret="integration-secret")
    assert told(answer) == (400, "BAD_REQUEST", "unauthorized_client")
    secretless = platform.token(grant_type="client_credentials", client_id="the-integration")
    assert told(secretless)[2] == "invalid_client"


@pytest.mark.parametrize(
    "scope", [None, "", "market:1234", "market:all", "market:code:nowhere", "europe", "market:code:staff"]
)
def test_a_scope_is_needed_and_known_and_open_to_the_customer(platform: Platform, scope: str | None) -> None:
    assert told(platform.bearer(scope=scope)) == (400, "BAD_REQUEST", "invalid_scope")


def test_a_private_market_is_open_to_its_members(platform: Platform, clock: Clock) -> None:
    member = Customer("Member", "member@acme.example", customer_group="xgZVGFVZjv")
    served, private = serve(replace(OPTIONS, customers=(member,)), clock)
    with served:
        claim = {"owner": {"type": "Customer", "id": "Member"}}
        answer = private.bearer(assertion=assertion(claim), scope="market:id:ZbqRvhNOmd store:code:oslo")
        assert answer.status == 200


@pytest.mark.parametrize("grant_type", [None, "password", "authorization_code"])
def test_other_grants_are_not_supported(platform: Platform, grant_type: str | None) -> None:
    assert told(platform.token(grant_type=grant_type))[2] == "unsupported_grant_type"


def test_only_json_is_spoken(platform: Platform) -> None:
    url, form = f"{platform.url}/oauth/token", {"grant_type": "client_credentials"}
    assert call("POST", url, form=form, headers={"Accept": "application/json"}).status == 415
    assert platform.token({"Accept": "text/html"}, grant_type="client_credentials").status == 406
    nonsense: list[Any] = [[], "text", {"grant_type": ["client_credentials"]}]
    for body in nonsense:
        answer = call("POST", url, body=body, headers={"Accept": "application/json"})
        assert told(answer)[2] == "invalid_request"


def test_a_refresh_token_works_once_and_gives_the_next(platform: Platform, clock: Clock) -> None:
    first = platform.bearer().json
    again = {"grant_type": "refresh_token", "client_secret": "channel-secret"}
    second = platform.token(refresh_token=first["refresh_token"], **again)
    assert second.status == 200
    assert second.json["owner_id"] == ADA
    assert second.json["refresh_token"] != first["refresh_token"]
    assert second.json["access_token"] != first["access_token"]
    used = platform.token(refresh_token=first["refresh_token"], **again)
    assert told(used) == (400, "BAD_REQUEST", "invalid_grant")
    clock.now += 14 * 24 * 3600 + 1
    over = platform.token(refresh_token=second.json["refresh_token"], **again)
    assert told(over)[2] == "invalid_grant"


def test_a_refresh_token_is_its_clients_and_for_its_scope(platform: Platform) -> None:
    token = platform.bearer().json["refresh_token"]
    other = {"client_id": "the-integration", "client_secret": "integration-secret"}
    assert (
        told(platform.token(grant_type="refresh_token", refresh_token=token, **other))[2] == "invalid_grant"
    )
    wider = {"refresh_token": token, "scope": "market:id:ZbqRvhNOmd"}
    assert told(platform.token(grant_type="refresh_token", **wider))[2] == "invalid_scope"


def test_a_deleted_customer_is_not_refreshed(platform: Platform) -> None:
    token = platform.bearer().json["refresh_token"]
    platform.state.customers.delete(ADA)
    assert told(platform.token(grant_type="refresh_token", refresh_token=token))[2] == "invalid_grant"


def test_the_same_request_gets_the_same_token_until_fifteen_minutes_are_left(
    platform: Platform, clock: Clock
) -> None:
    first = platform.bearer().json["access_token"]
    clock.now += 4 * 3600 - 901
    again = platform.bearer().json
    assert (again["access_token"], again["expires_in"]) == (first, 901)
    clock.now += 1
    assert platform.bearer().json["access_token"] != first
    other = platform.bearer(assertion=assertion({"owner": {"type": "Customer", "id": CHARLES}})).json
    assert other["owner_id"] == CHARLES


def test_a_revoked_token_is_over_and_so_is_what_renews_it(platform: Platform) -> None:
    given = platform.bearer().json
    assert platform.api("GET", f"/customers/{ADA}", given["access_token"]).status == 200
    answer = platform.revoke(token=given["access_token"])
    assert (answer.status, answer.json) == (200, {})
    assert told(platform.api("GET", f"/customers/{ADA}", given["access_token"]))[1] == "INVALID_TOKEN"
    again = platform.token(grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert told(again)[2] == "invalid_grant"
    assert platform.bearer().json["access_token"] != given["access_token"]


def test_who_revokes_is_the_tokens_client(platform: Platform) -> None:
    token = platform.bearer().json["access_token"]
    other = {"client_id": "the-integration", "client_secret": "integration-secret"}
    assert platform.revoke(token=token, **other).status == 200
    assert platform.api("GET", f"/customers/{ADA}", token).status == 200
    assert told(platform.revoke(token=token, client_id="nobody"))[2] == "invalid_client"
    assert told(platform.revoke())[2] == "invalid_request"


def test_thirty_requests_a_minute_from_one_address(clock: Clock) -> None:
    served, platform = serve(replace(OPTIONS, oauth_limit=30), clock)
    with served:
        answers = [platform.token(grant_type="client_credentials") for _ in range(31)]
        assert [answer.status for answer in answers] == [200] * 30 + [429]
        assert answers[0].headers["x-ratelimit-limit"] == "30"
        assert answers[0].headers["x-ratelimit-remaining"] == "29"
        assert answers[30].headers["x-ratelimit-remaining"] == "0"
        assert told(answers[30]) == (429, "TOO_MANY_REQUESTS", "too_many_requests")
        assert "Retry-After" not in answers[30].headers
        clock.now += 61
        assert platform.token(grant_type="client_credentials").status == 200


def test_a_known_backend_has_its_shoppers_counted(clock: Clock) -> None:
    served, platform = serve(replace(OPTIONS, oauth_limit=1), clock)
    with served:

        def ask(**headers: str) -> int:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return platform.token(sent, grant_type="client_credentials").status

        known = {"x_backend_auth": "known-backend"}
        assert [ask(**known, x_true_client_ip=f"192.0.2.{number}") for number in range(3)] == [200] * 3
        assert ask(**known, x_true_client_ip="192.0.2.1") == 429
        assert ask(x_backend_auth="guess", x_true_client_ip="192.0.2.9") == 200, "counted for the caller"
        assert ask(x_true_client_ip="192.0.2.8") == 429, "anybody can write an address"
        assert ask(**known, x_true_client_ip="not an address") == 429


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        ("down", "service_unavailable"),
        ("500", "server_error"),
        ("429", "too_many_requests"),
        ("invalid_client", "invalid_client"),
        ("invalid_assertion", "invalid_assertion"),
    ],
)
def test_a_fault_stays_until_it_is_cleared(platform: Platform, fault: str, title: str) -> None:
    platform.fault(auth=fault)
    assert [told(platform.bearer())[2] for _ in range(2)] == [title, title]
    platform.fault(auth="")
    assert platform.bearer().status == 200


def test_faults_of_the_answer(platform: Platform) -> None:
    first = platform.bearer().json["refresh_token"]
    platform.fault(auth="other_owner")
    assert platform.bearer().json["owner_id"] == CHARLES
    assert platform.token(grant_type="refresh_token", refresh_token=first).json["owner_id"] == CHARLES
    platform.fault(auth="market_all")
    assert platform.bearer().json["scope"] == "market:all"
    platform.fault(auth="error_object")
    assert platform.bearer(client_id="nobody").json["errors"]["title"] == "invalid_client"
    platform.fault(auth="slow")
    assert platform.bearer().status == 200
    platform.fault(auth="")
    token = platform.bearer().json["refresh_token"]
    platform.fault(auth="invalid_refresh")
    assert told(platform.token(grant_type="refresh_token", refresh_token=token))[2] == "invalid_grant"


def test_nonsense_switches_nothing_and_no_other_site_presses_them(platform: Platform) -> None:
    url = f"{platform.url}/_demo/faults"
    nonsense: list[Any] = [{"api": "x"}, {"auth": ["down"]}, {"oauth_limit": "-1"}, {"oauth_limit": "²"}, []]
    for wrong in nonsense:
        assert call("POST", url, body=wrong).status == 400
    foreign = {"Origin": "https://evil.example"}
    assert call("POST", url, form={"auth": "down"}, headers=foreign).status == 403
    assert call("GET", url).json == {"api": "", "auth": "", "oauth_limit": 1000}
    assert call("POST", url, form={"oauth_limit": "5"}).location == "/_demo/log"


def test_testers_see_requests_and_no_secret_or_token(platform: Platform) -> None:
    given = platform.bearer().json
    page = call("GET", f"{platform.url}/_demo/log")
    told_as_json = call("GET", f"{platform.url}/_demo/log", headers={"Accept": "application/json"})
    assert told_as_json.json["requests"][-1]["grant_type"] == JWT_BEARER
    for shown in (page.body.decode(), json.dumps(told_as_json.json)):
        assert ADA in shown
        assert given["access_token"] not in shown
        assert given["refresh_token"] not in shown
        assert "channel-secret" not in shown


def test_another_host_name_is_refused_before_anything_else(platform: Platform) -> None:
    assert platform.token({"Host": "rebound.example"}, grant_type="client_credentials").status == 403
