"""Customers by the Core API: found by what proves them, created once, and every trouble by its name."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.domain.customer import Customer, Profile
from bridge.domain.http import FailureKind, HttpReply, HttpRequest
from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from bridge.platforms.commercelayer.account import Client
from tests.contracts.state import all_at_once
from tests.contracts.world import FakeClock

from .conftest import ADA, World, fails, reason, refused, says
from .organization import API, INTEGRATION, JSON_API, Row

EVE_KEY = IdentityKey("https://idp.acme.example", "eve|1")
EVE = Profile(email="eve@acme.example", first_name="Eve", last_name="Adams", identity=EVE_KEY)
CALLS: dict[str, Callable[[World], object]] = {
    "find": lambda world: world.platform.find("ada@acme.example", world.clock.deadline()),
    "find_by_identity": lambda world: world.platform.find_by_identity(ADA, world.clock.deadline()),
    "exists": lambda world: world.platform.exists(Customer("AAAAAAAAAA"), world.clock.deadline()),
    "create": lambda world: world.platform.create(EVE, world.clock.deadline()),
}


def created(world: World, profile: Profile = EVE) -> Row:
    made = world.platform.create(profile, world.clock.deadline())
    return world.organization.rows[made.id]


def by_identity(world: World, identity: IdentityKey = EVE_KEY) -> Customer | None:
    return world.platform.find_by_identity(identity, world.clock.deadline())


class TestFinding:
    def test_the_query_is_the_documented_one(self, world: World) -> None:
        world.platform.find("eve+shop@acme.example", world.clock.deadline())
        (request,) = world.organization.asked("/api/")
        query = parse_qs(urlsplit(request.url).query)
        assert query == {"filter[q][email_eq]": ["eve+shop@acme.example"], "page[size]": ["25"]}
        assert request.headers.keys() == {"Accept", "Authorization"}

    def test_two_with_one_address_are_both_found(self, world: World) -> None:
        world.organization.rows["BBBBBBBBBB"] = Row("BBBBBBBBBB", "ada@acme.example")
        assert len(world.platform.find("ada@acme.example", world.clock.deadline())) == 2

    def test_an_answer_with_another_address_is_nobody(self, world: World) -> None:
        """A platform that ignored the filter would hand everybody the first customer it has."""
        row = {"id": "AAAAAAAAAA", "type": "customers", "attributes": {"email": "other@acme.example"}}
        world.organization.fault = says(200, json.dumps({"data": [row]}).encode(), "/api/")
        assert world.platform.find("ada@acme.example", world.clock.deadline()) == []

    @pytest.mark.parametrize("customer", ["", "../x", "a/b", "a?b", "a b", "ä", "x" * 65, "a%2Fb", "A\n"])
    def test_attack_a_claim_is_no_way_to_another_path(self, world: World, customer: str) -> None:
        assert not world.platform.exists(Customer(customer), world.clock.deadline())
        assert world.organization.requests == []

    def test_an_answer_about_somebody_else_is_no_proof(self, world: World) -> None:
        row = {"id": "BBBBBBBBBB", "type": "customers", "attributes": {}}
        world.organization.fault = says(200, json.dumps({"data": row}).encode(), "/api/")
        assert not world.platform.exists(Customer("AAAAAAAAAA"), world.clock.deadline())


class TestFindingWhatWasCreated:
    def test_who_was_created_for_an_identity_is_found_by_it(self, world: World) -> None:
        row = created(world)
        assert by_identity(world) == Customer(row.id)
        assert world.another().find_by_identity(EVE_KEY, world.clock.deadline()) == Customer(row.id)

    @pytest.mark.parametrize(
        "other", [IdentityKey(EVE_KEY.issuer, "eve"), IdentityKey("https://other", "eve|1")]
    )
    def test_and_by_no_other(self, world: World, other: IdentityKey) -> None:
        created(world)
        assert by_identity(world, other) is None

    @pytest.mark.parametrize(
        "metadata", [None, {}, {"bridge": "x" * 22}, {"bridge": 7}, {"bridge": "ä"}, "bridge"]
    )
    def test_attack_a_customer_made_by_somebody_with_my_reference_is_not_mine(
        self, world: World, metadata: object
    ) -> None:
        """The storefront's public client id is all it takes to create one, with a password one knows."""
        about = {"reference": EVE_KEY.subject, "reference_origin": EVE_KEY.issuer, "metadata": metadata}
        world.organization.rows["EEEEEEEEEE"] = Row("EEEEEEEEEE", "eve@acme.example", about)
        assert by_identity(world) is None

    def test_attack_nor_is_one_with_the_mark_of_another_customer(self, world: World) -> None:
        mark = created(world).attributes["metadata"]
        about = {"reference": ADA.subject, "reference_origin": ADA.issuer, "metadata": mark}
        world.organization.rows["EEEEEEEEEE"] = Row("EEEEEEEEEE", "x@acme.example", about)
        assert by_identity(world, ADA) is None

    def test_two_that_are_mine_are_not_guessed_between(self, world: World) -> None:
        row = created(world)
        world.organization.rows["EEEEEEEEEE"] = replace(row, id="EEEEEEEEEE")
        assert reason(lambda: by_identity(world)) is Reason.CUSTOMER_AMBIGUOUS


class TestCreating:
    def test_the_customer_carries_the_identity_and_no_name(self, world: World) -> None:
        row = created(world)
        assert row.email == "eve@acme.example"
        assert (row.attributes["reference"], row.attributes["reference_origin"]) == ("eve|1", EVE_KEY.issuer)
        assert row.attributes["metadata"].keys() == {"bridge"}
        assert row.group == ""

    def test_passwords_are_long_random_and_nowhere_else(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        one = created(world).attributes["password"]
        two = created(world, replace(EVE, email="two@acme.example")).attributes["password"]
        assert one != two
        assert len(one) >= 43
        assert one not in caplog.text
        assert one not in repr(vars(world.platform))

    def test_without_an_identity_there_is_nothing_to_find_it_by(self, world: World) -> None:
        row = created(world, Profile(email="eve@acme.example", first_name="E", last_name="A"))
        assert row.attributes.keys() == {"password"}

    def test_new_customers_join_the_configured_group(self, clock: FakeClock) -> None:
        assert created(World(clock, customer_group="GGGGGGGGGG")).group == "GGGGGGGGGG"

    def test_when_the_answer_got_lost_the_customer_is_found_and_not_made_again(self, world: World) -> None:
        def lose(request: HttpRequest) -> HttpReply | None:
            if request.method == "POST" and "/api/" in request.url:
                world.organization.fault = lambda _: None
                world.organization.send(request, world.clock.deadline())
                return HttpReply(504, {}, b"")
            return None

        world.organization.fault = lose
        assert reason(lambda: created(world)) is Reason.STORE_UNAVAILABLE
        assert by_identity(world) is not None
        assert len(world.organization.rows) == 2

    def test_a_refusal_that_is_no_duplicate_is_told_with_the_platforms_code(self, world: World) -> None:
        body = {"errors": [{"code": "VALIDATION_ERROR", "detail": "eve@acme.example planted"}]}

        def refuse(request: HttpRequest) -> HttpReply | None:
            return HttpReply(422, {}, json.dumps(body).encode()) if request.method == "POST" and "/api/" in request.url else None  # fmt: skip

        world.organization.fault = refuse
        said = refused(lambda: created(world))
        assert said.reason is Reason.STORE_REJECTED
        assert "validation_error" in said.detail
        assert "eve@" not in said.detail
        assert "planted" not in said.detail

    @pytest.mark.parametrize("body", [b"", b"{}", b'{"data":[]}', b'{"data":{"id":"x"}}', b'{"data":{"id":7,"type":"customers","attributes":{}}}', b'{"data":{"id":"../x","type":"customers","attributes":{}}}', b'{"data":{"id":"x","type":"orders","attributes":{}}}'])  # fmt: skip
    def test_an_answer_that_names_no_customer_is_refused(self, world: World, body: bytes) -> None:
        world.organization.fault = says(201, body, "/api/")
        assert reason(lambda: created(world)) is Reason.STORE_UNAVAILABLE


class TestTheIntegrationsToken:
    def test_one_serves_all_threads_and_calls(self, world: World) -> None:
        all_at_once(10, lambda _: CALLS["find"](world))
        CALLS["exists"](world)
        assert world.token_requests() == 1

    def test_it_is_got_by_the_integrations_credentials(self, world: World) -> None:
        CALLS["find"](world)
        assert world.organization.bodies == [
            {"grant_type": "client_credentials", "client_id": INTEGRATION[0], "client_secret": INTEGRATION[1]}
        ]

    def test_one_that_is_no_longer_taken_is_fetched_anew_once(self, world: World) -> None:
        CALLS["find"](world)
        world.organization.integration_tokens.clear()
        assert by_identity(world) is None
        assert world.token_requests() == 2

    def test_one_that_is_never_taken_ends_in_a_refusal(self, world: World) -> None:
        body = json.dumps({"errors": [{"code": "INVALID_TOKEN"}]}).encode()
        world.organization.fault = says(401, body, "/api/")
        assert reason(lambda: CALLS["find"](world)) is Reason.STORE_MISCONFIGURED
        assert world.token_requests() == 2

    def test_one_that_ran_out_is_not_even_sent(self, world: World) -> None:
        CALLS["find"](world)
        world.clock.advance(7201)
        CALLS["find"](world)
        sent = [request.headers["Authorization"] for request in world.organization.asked("/api/")]
        assert len(set(sent)) == 2

    def test_one_that_is_shorter_than_usual_is_given_up_in_time(self, world: World) -> None:
        world.organization.integration_lifetime = 300
        CALLS["find"](world)
        world.clock.advance(291)
        CALLS["find"](world)
        sent = [request.headers["Authorization"] for request in world.organization.asked("/api/")]
        assert len(set(sent)) == 2

    def test_nonsense_from_the_api_cannot_make_us_use_up_the_limit_of_tokens(self, world: World) -> None:
        body = json.dumps({"errors": [{"code": "INVALID_TOKEN"}]}).encode()
        world.organization.fault = says(401, body, "/api/")
        for _ in range(20):
            refused(lambda: CALLS["find"](world))
        assert world.token_requests() <= 6

    def test_while_none_can_be_had_the_old_one_serves_as_long_as_it_is_good(self, world: World) -> None:
        CALLS["find"](world)
        world.organization.fault = says(503, b"", "/oauth/")
        world.clock.advance(3600)
        CALLS["find"](world)
        world.clock.advance(3601)
        assert reason(lambda: CALLS["find"](world)) is Reason.STORE_UNAVAILABLE

    def test_it_is_never_sent_anywhere_but_to_the_api(self, world: World) -> None:
        for call in CALLS.values():
            call(world)
        for request in world.organization.requests:
            assert ("Authorization" in request.headers) == request.url.startswith(f"{API}/api/")


class TestTroubles:
    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize(
        ("status", "code", "expected"),
        [
            (401, "UNAUTHORIZED", Reason.STORE_MISCONFIGURED), (403, "FORBIDDEN", Reason.STORE_MISCONFIGURED),
            (404, "NOT_FOUND", Reason.STORE_UNAVAILABLE), (406, "", Reason.STORE_UNAVAILABLE),
            (415, "", Reason.STORE_UNAVAILABLE), (429, "", Reason.STORE_BUSY), (302, "", Reason.STORE_UNAVAILABLE),
            (409, "", Reason.STORE_UNAVAILABLE), (422, "", Reason.STORE_UNAVAILABLE),
            (204, "", Reason.STORE_UNAVAILABLE), (500, "", Reason.STORE_UNAVAILABLE),
            (502, "", Reason.STORE_UNAVAILABLE), (503, "", Reason.STORE_UNAVAILABLE),
        ],
    )  # fmt: skip
    def test_each_error_of_the_platform_has_its_reason(
        self, world: World, call: str, status: int, code: str, expected: Reason
    ) -> None:
        world.organization.fault = says(status, json.dumps({"errors": [{"code": code}]}).encode(), "/api/")
        assert reason(lambda: CALLS[call](world)) is expected

    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("timeout", Reason.STORE_UNAVAILABLE),
            ("too_large", Reason.STORE_UNAVAILABLE),
            ("busy", Reason.STORE_BUSY),
        ],
    )
    @pytest.mark.parametrize("where", ["/api/", "/oauth/"])
    def test_so_has_no_answer_at_all(
        self, world: World, call: str, kind: FailureKind, expected: Reason, where: str
    ) -> None:
        world.organization.fault = fails(kind, where)
        assert reason(lambda: CALLS[call](world)) is expected

    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize(
        "body",
        [
            b"", b"<html>", b"[]", b"{}", b'{"data":null}', b'{"data":7}', b'{"data":[7]}', b'{"data":[{}]}',
            b'{"data":[{"id":"x","type":"customers"}]}', b'{"data":[{"id":"x","attributes":{}}]}',
            b'{"data":[{"id":"../x","type":"customers","attributes":{}}]}',
        ],
    )  # fmt: skip
    def test_nonsense_is_a_refusal(self, world: World, call: str, body: bytes) -> None:
        world.organization.fault = says(200, body, "/api/")
        assert reason(lambda: CALLS[call](world)) is Reason.STORE_UNAVAILABLE

    def test_a_used_up_limit_is_waited_for_a_moment(self, world: World) -> None:
        answers = iter([HttpReply(429, {"retry-after": "2"}, b"")])
        world.organization.fault = lambda request: next(answers, None) if "/api/" in request.url else None
        assert world.platform.find("ada@acme.example", world.clock.deadline()) == [Customer("AAAAAAAAAA")]
        assert 2 <= sum(world.pauses) <= 3

    @pytest.mark.parametrize("call", CALLS)
    def test_wrong_credentials_are_the_operators_business(self, clock: FakeClock, call: str) -> None:
        world = World(clock, integration=Client(id=INTEGRATION[0], secret=Secret("planted-wrong")))
        said = refused(lambda: CALLS[call](world))
        assert said.reason is Reason.STORE_MISCONFIGURED
        assert "planted" not in said.detail

    def test_without_an_integration_nobody_is_found_or_made_and_nothing_is_called(
        self, clock: FakeClock
    ) -> None:
        world = World(clock, integration=None)
        for call in ("find", "find_by_identity", "create"):
            assert reason(lambda call=call: CALLS[call](world)) is Reason.CUSTOMER_UNKNOWN  # type: ignore[misc]
        assert world.platform.exists(Customer("AAAAAAAAAA"), clock.deadline())
        assert not world.platform.exists(Customer("a/b"), clock.deadline())
        assert world.organization.requests == []


def test_what_is_sent_and_wanted_is_json_api(world: World) -> None:
    created(world)
    (request,) = [one for one in world.organization.asked("/api/") if one.method == "POST"]
    assert (request.headers["Accept"], request.headers["Content-Type"]) == (JSON_API, JSON_API)
    body: dict[str, Any] = json.loads(request.body or b"")
    assert body.keys() == {"data"}
