"""Customers' tokens by the JWT bearer grant: what is asked, what is taken, and what is kept."""

import json
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import PlatformToken
from bridge.domain.http import FailureKind, HttpReply, HttpRequest
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from bridge.net.bulkhead import Bulkheads
from bridge.platforms.commercelayer.assertion import bearer_assertion
from bridge.platforms.commercelayer.tokens import SPARE, TokenKey, Tokens
from tests.contracts.state import all_at_once
from tests.contracts.world import NOON, FakeClock

from .conftest import ADA, World, fails, reason, refused, says, visit
from .organization import BACKEND, BEARER, CHANNEL, JSON, SCOPE, Row, decoded


def issued(world: World, **more: Any) -> PlatformToken:
    return world.platform.issue(visit(**more), world.clock.deadline())


class TestAsking:
    def test_the_customer_gets_a_token_of_their_own(self, world: World) -> None:
        token = issued(world)
        assert token.access_token.reveal().startswith("customer.AAAAAAAAAA.")
        assert (token.expires_in, token.token_type, token.scope) == (14400, "Bearer", SCOPE)
        assert token.refresh_token is not None
        assert token.more == {"owner_id": "AAAAAAAAAA", "owner_type": "customer"}

    def test_the_request_is_the_documented_one(self, world: World) -> None:
        issued(world)
        (body,) = world.organization.bodies
        assertion = body.pop("assertion")
        assert body == {
            "grant_type": BEARER,
            "client_id": CHANNEL[0],
            "client_secret": CHANNEL[1],
            "scope": SCOPE,
        }
        assert decoded(assertion.split(".")[0]) == {"alg": "HS512", "typ": "JWT"}

    def test_the_assertion_names_the_customer_and_nothing_that_is_secret_or_a_person(
        self, world: World
    ) -> None:
        issued(world, session="handle-of-a-cookie")
        (claims,) = world.organization.assertions
        about = claims["https://commercelayer.io/claims"]
        assert about["owner"] == {"type": "Customer", "id": "AAAAAAAAAA"}
        assert about["custom_claim"].keys() == {"session", "identity"}
        assert about["custom_claim"]["identity"] == ADA.digest
        assert claims.keys() == {"https://commercelayer.io/claims", "iat"}
        assert claims["iat"] == int(NOON)
        for told in ("handle-of-a-cookie", ADA.subject, ADA.issuer, CHANNEL[1]):
            assert told not in json.dumps(claims)

    def test_no_two_assertions_are_signed_alike(self) -> None:
        """By a key that is thrown away, and by no secret of ours."""
        one, two = (bearer_assertion(visit(), NOON) for _ in range(2))
        assert one.rpartition(".")[0] == two.rpartition(".")[0]
        assert one.rpartition(".")[2] != two.rpartition(".")[2]

    def test_an_assertion_too_large_for_the_platform_is_refused_here(self, world: World) -> None:
        assert reason(lambda: issued(world, customer="x" * 4000)) is Reason.CUSTOMER_REJECTED
        assert world.organization.requests == []

    def test_who_is_no_customer_there_is_refused(self, world: World) -> None:
        said = refused(lambda: issued(world, customer="ZZZZZZZZZZ"))
        assert said.reason is Reason.CUSTOMER_REJECTED
        assert "invalid_assertion" in said.detail


class TestAddresses:
    def test_with_backend_auth_requests_count_by_the_shopper(self, clock: FakeClock) -> None:
        world = World(clock, backend_auth=Secret(BACKEND))
        for number in range(70):
            address = "2001:db8::1" if number % 2 else "192.0.2.7"
            world.organization.limit = 40
            issued(world, session=f"s{number}", client_address=address)
        assert world.organization.requests[0].headers["x-true-client-ip"] == "192.0.2.7"

    @pytest.mark.parametrize(
        "address", ["", "unknown", "192.0.2.7, 10.0.0.1", "192.0.2.7\r\nx: y", "::1%eth0\n"]
    )
    def test_never_one_header_without_the_other(self, clock: FakeClock, address: str) -> None:
        world = World(clock, backend_auth=Secret(BACKEND))
        issued(world, client_address=address)
        assert {name for name in world.organization.requests[0].headers if name.startswith("x-")} == set()

    def test_without_the_secret_no_address_is_told(self, world: World) -> None:
        issued(world, client_address="192.0.2.7")
        assert world.organization.requests[0].headers == {"Accept": JSON, "Content-Type": JSON}


class TestKeeping:
    def test_the_same_token_serves_a_session_again_with_what_is_left_of_it(self, world: World) -> None:
        first = issued(world)
        world.clock.advance(1000)
        again = issued(world)
        assert again.access_token == first.access_token
        assert again.expires_in == first.expires_in - 1000
        assert world.token_requests() == 1

    def test_one_that_ends_soon_does_not(self, world: World) -> None:
        first = issued(world)
        world.clock.advance(first.expires_in - SPARE)
        assert issued(world).access_token != first.access_token

    def test_one_that_is_short_from_the_beginning_is_never_kept(self, world: World) -> None:
        world.organization.lifetime = SPARE
        issued(world)
        issued(world)
        assert world.token_requests() == 2

    @pytest.mark.parametrize("other", [{"customer": "BBBBBBBBBB"}, {"session": "handle-2"}])
    def test_attack_nobody_gets_anothers_token(self, world: World, other: dict[str, str]) -> None:
        """Neither another customer's, nor one that another browser's signing out would end."""
        world.organization.rows["BBBBBBBBBB"] = Row("BBBBBBBBBB", "bob@acme.example")
        mine, theirs = issued(world), issued(world, **other)
        assert mine.access_token != theirs.access_token
        assert theirs.access_token.reveal().split(".")[1] == other.get("customer", "AAAAAAAAAA")

    def test_another_process_has_a_token_of_its_own(self, world: World) -> None:
        issued(world)
        world.another().issue(visit(), world.clock.deadline())
        assert world.token_requests() == 2

    def test_a_refused_token_is_not_kept(self, world: World) -> None:
        world.organization.more = {"owner_id": "BBBBBBBBBB"}
        assert reason(lambda: issued(world)) is Reason.CUSTOMER_REJECTED
        world.organization.more = {}
        assert issued(world).more["owner_id"] == "AAAAAAAAAA"

    def test_many_who_want_the_same_token_at_once_cost_one_request(self, world: World) -> None:
        tokens = all_at_once(20, lambda _: issued(world).access_token)
        assert len(set(tokens)) == 1
        assert world.token_requests() == 1

    def test_others_do_not_wait_for_them(self, world: World) -> None:
        asked, go_on = threading.Event(), threading.Event()

        def stall(request: HttpRequest) -> HttpReply | None:
            if not asked.is_set():
                asked.set()
                assert go_on.wait(5)
            return None

        world.organization.fault = stall
        slow = threading.Thread(target=issued, args=(world,))
        slow.start()
        try:
            assert asked.wait(5)
            issued(world, session="somebody-else")
            late = Deadline(0.05, world.clock.monotonic)
            assert reason(lambda: world.platform.issue(visit(), late)) is Reason.STORE_UNAVAILABLE
        finally:
            go_on.set()
            slow.join(5)

    def test_the_oldest_make_room(self) -> None:
        tokens = Tokens(FakeClock().monotonic, size=2)
        keys = [TokenKey("c", "s", str(number), "h") for number in range(3)]
        for key in keys[:2]:
            tokens.put(key, PlatformToken(access_token=Secret(key.customer_id), expires_in=9999))
        assert tokens.get(keys[0]) is not None
        tokens.put(keys[2], PlatformToken(access_token=Secret("2"), expires_in=9999))
        assert [tokens.get(key) is not None for key in keys] == [True, False, True]

    def test_nothing_shows_a_token_or_a_handle(self, world: World) -> None:
        token = issued(world, session="planted-handle")
        key = TokenKey("c", "s", "1", "planted-handle")
        assert "planted" not in repr(key)
        assert "customer." not in repr(token)


class TestRenewing:
    def test_by_the_refresh_token_both_tokens_are_new(self, world: World) -> None:
        first = issued(world)
        assert first.refresh_token is not None
        renewed = world.platform.renew(first.refresh_token, visit(), world.clock.deadline())
        assert renewed.access_token != first.access_token
        assert renewed.refresh_token not in (None, first.refresh_token)
        assert world.organization.bodies[-1] == {
            "grant_type": "refresh_token",
            "refresh_token": first.refresh_token.reveal(),
            "client_id": CHANNEL[0],
            "client_secret": CHANNEL[1],
            "scope": SCOPE,
        }
        assert issued(world).access_token == renewed.access_token

    def test_where_it_is_no_longer_taken_a_fresh_grant_serves(self, world: World) -> None:
        token = world.platform.renew(Secret("long-gone"), visit(), world.clock.deadline())
        assert [body["grant_type"] for body in world.organization.bodies] == ["refresh_token", BEARER]
        assert token.more["owner_id"] == "AAAAAAAAAA"

    def test_two_with_the_same_old_refresh_token_cost_one_request(self, world: World) -> None:
        first = issued(world)
        old = first.refresh_token
        assert old is not None
        renewed = all_at_once(2, lambda _: world.platform.renew(old, visit(), world.clock.deadline()))
        assert len({token.access_token for token in renewed}) == 1
        assert world.token_requests() == 2

    def test_attack_a_refresh_token_of_somebody_else_renews_nobody(self, world: World) -> None:
        world.organization.rows["BBBBBBBBBB"] = Row("BBBBBBBBBB", "bob@acme.example")
        bobs = issued(world, customer="BBBBBBBBBB").refresh_token
        assert bobs is not None
        token = world.platform.renew(bobs, visit(), world.clock.deadline())
        assert token.more["owner_id"] == "AAAAAAAAAA"
        assert token.access_token.reveal().startswith("customer.AAAAAAAAAA.")

    def test_a_platform_in_trouble_is_not_asked_for_more(self, world: World) -> None:
        world.organization.fault = says(503)
        act = lambda: world.platform.renew(Secret("r"), visit(), world.clock.deadline())  # noqa: E731
        assert reason(act) is Reason.STORE_UNAVAILABLE
        assert world.token_requests() == 1


class TestRevoking:
    def test_it_is_ended_there_and_forgotten_here(self, world: World) -> None:
        token = issued(world)
        assert token.refresh_token is not None
        world.platform.revoke(token.refresh_token, world.clock.deadline())
        assert world.organization.revoked == [token.refresh_token.reveal()]
        assert issued(world).access_token != token.access_token

    @pytest.mark.parametrize(
        ("status", "expected"), [(401, Reason.STORE_MISCONFIGURED), (503, Reason.STORE_UNAVAILABLE)]
    )
    def test_a_platform_that_does_not_end_it_is_told_of(
        self, world: World, status: int, expected: Reason
    ) -> None:
        world.organization.fault = says(status, on="/revoke")
        assert reason(lambda: world.platform.revoke(Secret("r"), world.clock.deadline())) is expected

    def test_forgotten_even_when_the_platform_is_away(self, world: World) -> None:
        token = issued(world)
        refresh_token = token.refresh_token
        assert refresh_token is not None
        world.organization.fault = fails("timeout", "/revoke")
        act = lambda: world.platform.revoke(refresh_token, world.clock.deadline())  # noqa: E731
        assert reason(act) is Reason.STORE_UNAVAILABLE
        assert issued(world).access_token != token.access_token


GOOD = {
    "access_token": "a.b.c",
    "token_type": "bearer",
    "expires_in": 60,
    "scope": SCOPE,
    "owner_id": "AAAAAAAAAA",
}


class TestAnswers:
    @pytest.mark.parametrize(
        "change",
        [
            {"access_token": None}, {"access_token": ""}, {"access_token": 7}, {"access_token": "a b"},
            {"access_token": "a\r\nb"}, {"access_token": "ä"}, {"access_token": "x" * 16001},
            {"token_type": None}, {"token_type": "mac"}, {"token_type": 1},
            {"expires_in": None}, {"expires_in": 0}, {"expires_in": -1}, {"expires_in": "60"}, {"expires_in": 1.5},
            {"expires_in": True}, {"expires_in": 10**12}, {"scope": 7}, {"scope": None}, {"scope": "a\nb"},
            {"refresh_token": ""}, {"refresh_token": 7}, {"refresh_token": "a b"},
        ],
    )  # fmt: skip
    def test_one_that_is_not_a_token_response_is_refused(self, world: World, change: dict[str, Any]) -> None:
        world.organization.fault = says(200, json.dumps({**GOOD, **change}).encode())
        assert reason(lambda: issued(world)) is Reason.STORE_UNAVAILABLE

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7", b"{", b'{"a":1,"a":2}', b"\xff", b"null"])
    def test_nor_is_garbage_one(self, world: World, body: bytes) -> None:
        world.organization.fault = says(200, body)
        assert reason(lambda: issued(world)) is Reason.STORE_UNAVAILABLE

    @pytest.mark.parametrize(
        "change",
        [
            {"owner_id": "BBBBBBBBBB"}, {"owner_id": None}, {"owner_id": ["AAAAAAAAAA"]}, {"owner_id": "aaaaaaaaaa"},
            {"owner_type": "user"}, {"owner_type": None}, {"owner_id": "AAAAAAAAAA", "owner_type": "User"},
        ],
    )  # fmt: skip
    def test_attack_a_token_of_somebody_else_is_refused(self, world: World, change: dict[str, Any]) -> None:
        world.organization.fault = says(200, json.dumps({**GOOD, **change}).encode())
        assert reason(lambda: issued(world)) is Reason.CUSTOMER_REJECTED

    def test_attack_a_token_of_nobody_is_refused(self, world: World) -> None:
        """The vendor leaves owner_id out of tokens that have no owner: the shopper would be a guest."""
        nobodys = {name: value for name, value in GOOD.items() if name != "owner_id"}
        world.organization.fault = says(200, json.dumps(nobodys).encode())
        assert reason(lambda: issued(world)) is Reason.CUSTOMER_REJECTED

    def test_attack_a_token_for_all_markets_is_refused_unless_it_was_asked_for(
        self, clock: FakeClock
    ) -> None:
        body = json.dumps({**GOOD, "scope": "market:all"}).encode()
        world = World(clock)
        world.organization.fault = says(200, body)
        assert reason(lambda: issued(world)) is Reason.STORE_MISCONFIGURED
        world = World(clock, scope="market:all")
        world.organization.fault = says(200, body)
        assert issued(world).scope == "market:all"

    def test_the_least_that_is_enough(self, world: World) -> None:
        body = {name: value for name, value in GOOD.items() if name != "scope"}
        world.organization.fault = says(200, json.dumps(body).encode())
        token = issued(world)
        assert (token.refresh_token, token.scope) == (None, SCOPE)


ERRORS: list[tuple[int, Any, Reason]] = [
    (400, {"errors": [{"code": "BAD_REQUEST", "title": "invalid_assertion"}]}, Reason.CUSTOMER_REJECTED),
    (400, {"errors": {"code": "invalid_assertion", "title": "x"}}, Reason.CUSTOMER_REJECTED),
    (400, {"error": "invalid_grant"}, Reason.CUSTOMER_REJECTED),
    (404, {"errors": [{"code": "RECORD_NOT_FOUND"}]}, Reason.CUSTOMER_REJECTED),
    (401, {"errors": [{"code": "UNAUTHORIZED", "title": "invalid_client"}]}, Reason.STORE_MISCONFIGURED),
    (401, {"errors": {"title": "invalid_client"}}, Reason.STORE_MISCONFIGURED),
    (401, {"error": "invalid_client"}, Reason.STORE_MISCONFIGURED),
    (400, {"errors": [{"title": "invalid_scope"}]}, Reason.STORE_MISCONFIGURED),
    (403, {}, Reason.STORE_MISCONFIGURED),
    (404, {}, Reason.STORE_MISCONFIGURED),
    (400, {"errors": []}, Reason.STORE_MISCONFIGURED),
    (400, {"errors": [7, None, {"code": 7}]}, Reason.STORE_MISCONFIGURED),
    (302, {}, Reason.STORE_UNAVAILABLE),
    (204, {}, Reason.STORE_UNAVAILABLE),
    (408, {}, Reason.STORE_UNAVAILABLE),
    (500, {"errors": [{"title": "invalid_assertion"}]}, Reason.STORE_UNAVAILABLE),
    (502, {}, Reason.STORE_UNAVAILABLE),
    (503, {}, Reason.STORE_UNAVAILABLE),
]


class TestTroubles:
    @pytest.mark.parametrize(("status", "body", "expected"), ERRORS)
    def test_each_error_of_the_platform_has_its_reason(
        self, world: World, status: int, body: Any, expected: Reason
    ) -> None:
        world.organization.fault = says(status, json.dumps(body).encode())
        said = refused(lambda: issued(world))
        assert said.reason is expected
        assert str(status) in said.detail

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("timeout", Reason.STORE_UNAVAILABLE),
            ("unreachable", Reason.STORE_UNAVAILABLE),
            ("tls", Reason.STORE_UNAVAILABLE),
            ("too_large", Reason.STORE_UNAVAILABLE),
            ("circuit_open", Reason.STORE_UNAVAILABLE),
            ("busy", Reason.STORE_BUSY),
        ],
    )
    def test_so_has_no_answer_at_all(self, world: World, kind: FailureKind, expected: Reason) -> None:
        world.organization.fault = fails(kind)
        assert reason(lambda: issued(world)) is expected

    def test_answers_are_asked_for_in_a_size_that_a_token_has(self, world: World) -> None:
        issued(world)
        assert world.organization.requests[0].size_limit <= 64_000

    def test_no_detail_repeats_what_the_platform_wrote_or_what_we_sent(self, world: World) -> None:
        planted = {"code": "planted code!", "title": "Planted-7", "detail": CHANNEL[1], "meta": CHANNEL[1]}
        world.organization.fault = says(400, json.dumps({"errors": [planted], "error": CHANNEL[1]}).encode())
        detail = refused(lambda: issued(world)).detail
        assert "lanted" not in detail
        assert CHANNEL[1] not in detail


class TestRateLimit:
    def test_who_comes_too_late_in_the_minute_waits_a_moment_and_gets_in(self, world: World) -> None:
        answers = iter([HttpReply(429, {}, b"")])
        world.organization.fault = lambda _: next(answers, None)
        issued(world)
        assert world.token_requests() == 2
        assert 1 <= sum(world.pauses) <= 1.5

    def test_or_is_told_to_come_back(self, world: World) -> None:
        world.organization.fault = says(429, b"{}", headers={"x-ratelimit-limit": "30", "x-ratelimit-count": "31", "x-ratelimit-period": "60"})  # fmt: skip
        said = refused(lambda: issued(world))
        assert said.reason is Reason.STORE_BUSY
        assert said.reason.words.status == 503
        assert sum(world.pauses) <= 5
        assert 1 <= world.token_requests() <= 3

    def test_a_long_retry_after_is_respected_by_everybody(self, world: World) -> None:
        world.organization.fault = says(429, headers={"retry-after": "30"})
        assert reason(lambda: issued(world)) is Reason.STORE_BUSY
        world.organization.fault = lambda _: None
        assert reason(lambda: issued(world, session="other")) is Reason.STORE_BUSY
        assert world.token_requests() == 1
        assert world.pauses == []
        world.clock.advance(31)
        issued(world)

    @pytest.mark.parametrize(
        "value", ["", "soon", "-5", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400, "1e9", "٣"]
    )
    def test_one_that_makes_no_sense_does_not_stop_us_for_ever(self, world: World, value: str) -> None:
        world.organization.fault = says(429, headers={"retry-after": value})
        assert reason(lambda: issued(world)) is Reason.STORE_BUSY
        world.organization.fault = lambda _: None
        world.clock.advance(61)
        issued(world)

    def test_a_long_rush_is_told_at_once_and_not_by_asking_again_and_again(self, world: World) -> None:
        world.organization.fault = says(429)
        for number in range(20):
            assert _end(world, number) == str(Reason.STORE_BUSY)
            world.clock.advance(0.5)
        assert world.token_requests() <= 8

    def test_those_who_wait_never_hold_every_thread(self, world: World) -> None:
        """Of two threads one may wait here, so that a used-up limit of one store stops no other store."""
        answers = iter([HttpReply(429, {}, b"")])
        world.organization.fault = lambda _: next(answers, None)
        world.bulkhead = Bulkheads(2).bulkhead()
        with world.bulkhead:
            assert reason(lambda: issued(world)) is Reason.STORE_BUSY
        world.clock.advance(2)
        issued(world)

    def test_nobody_waits_beyond_their_deadline(self, world: World) -> None:
        world.organization.fault = says(429)
        assert reason(lambda: world.platform.issue(visit(), world.clock.deadline(1.5))) is Reason.STORE_BUSY
        assert world.pauses == []

    def test_a_shopper_who_is_counted_alone_stops_nobody_else(self, clock: FakeClock) -> None:
        world = World(clock, backend_auth=Secret(BACKEND))
        world.organization.fault = says(429, headers={"retry-after": "50"})
        assert reason(lambda: issued(world, client_address="192.0.2.7")) is Reason.STORE_BUSY
        world.organization.fault = lambda _: None
        issued(world, session="other", client_address="192.0.2.8")

    def test_a_rush_is_let_in_at_the_platforms_pace(self, world: World) -> None:
        """Sixty people, one by one: thirty get in, few of the others do, and few requests are wasted."""
        ends = [_end(world, number) for number in range(60)]
        assert ends[:30] == ["in"] * 30
        assert set(ends[30:]) <= {"in", str(Reason.STORE_BUSY)}
        assert world.token_requests() <= 30 + 2 * 30
        world.clock.advance(61)
        assert [_end(world, 100 + number) for number in range(30)] == ["in"] * 30


def _end(world: World, number: int) -> str:
    try:
        issued(world, session=f"s{number}")
    except Exception as refused:  # noqa: BLE001 - counted by the test
        return str(getattr(refused, "reason", refused))
    return "in"


@given(body=st.binary(max_size=300) | st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["errors", "code", "title", "error", "access_token", "scope"]), inner, max_size=4), max_leaves=8).map(lambda value: json.dumps(value).encode()), status=st.sampled_from([200, 201, 400, 401, 404, 422, 500]))  # fmt: skip
def test_whatever_the_platform_answers_ends_in_a_refusal(body: bytes, status: int) -> None:
    world = World(FakeClock())
    world.organization.fault = says(status, body)
    refused(lambda: issued(world))


def test_the_id_of_a_customer_is_taken_as_it_is(world: World) -> None:
    assert Customer("AAAAAAAAAA") == visit().customer
