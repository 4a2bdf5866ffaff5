"""The login token: every claim as the platform documents it, by the store's own clock."""

import hmac
import json
import time
from base64 import urlsafe_b64decode
from typing import Any
from uuid import UUID

import jwt
import pytest

from bridge.domain.finding import Finding
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.net.client import HttpClient, Trust
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.clock import SUSPICIOUS
from bridge.platforms.bigcommerce.platform import BigCommerce
from tests.contracts.world import FakeClock

from .conftest import OPTIONS, Says, World, soon, store


def part(url: str, number: int) -> dict[str, Any]:
    text = url.rpartition("/")[2].split(".")[number]
    read: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return read


def refusal(world: World, *arguments: Any) -> Reason:
    with pytest.raises(Refused) as caught:
        world.url_for(*arguments)
    return caught.value.reason


class TestClaims:
    def test_the_token_holds_exactly_what_the_platform_documents(self, world: World) -> None:
        url = world.url_for("101", "/cart?x=1")
        claims = part(url, 1)
        UUID(claims.pop("jti"))
        assert claims == {
            "iss": OPTIONS.client_id,
            "iat": int(world.clock.now()),
            "operation": "customer_login",
            "store_hash": OPTIONS.store_hash,
            "customer_id": 101,
            "channel_id": 1,
            "redirect_to": "/cart?x=1",
        }
        assert type(claims["iat"]) is int
        assert type(claims["customer_id"]) is int
        assert url.startswith(f"{world.url}/login/token/")

    def test_the_header_is_the_one_that_is_accepted(self, world: World) -> None:
        assert part(world.url_for(), 0) == {"typ": "JWT", "alg": "HS256"}

    def test_the_signature_is_by_the_client_secret_as_it_is_written(self, world: World) -> None:
        signed, _, signature = world.url_for().rpartition("/")[2].rpartition(".")
        expected = hmac.digest(OPTIONS.client_secret.encode(), signed.encode(), "sha256")
        assert urlsafe_b64decode(signature + "=") == expected

    def test_the_token_is_the_one_that_the_library_writes(self, world: World) -> None:
        token = world.url_for("101", "/\u00fc").rpartition("/")[2]
        claims = jwt.decode(token, OPTIONS.client_secret, ["HS256"], options={"verify_iat": False})
        assert token == jwt.encode(claims, OPTIONS.client_secret, algorithm="HS256")

    def test_every_token_has_an_id_of_its_own(self, world: World) -> None:
        assert len({part(world.url_for(), 1)["jti"] for _ in range(50)}) == 50

    @pytest.mark.parametrize(
        "return_to",
        ["", "https://evil.example/", "//evil.example", "/\\evil.example", "cart", "/%2fevil.example"],
    )
    def test_a_target_that_is_no_path_is_left_to_the_store(self, world: World, return_to: str) -> None:
        url = world.url_for("101", return_to)
        assert "redirect_to" not in part(url, 1)
        assert world.visit(url) == "/account.php"

    def test_the_channel_is_named_on_every_storefront(self, clock: FakeClock) -> None:
        with store(clock, channel_id=2) as world:
            assert part(world.url_for("102"), 1)["channel_id"] == 2
            assert world.visit(world.url_for("102")) == "/cart"

    @pytest.mark.parametrize("customer", ["abc", "", "-1", "1.0", "\u0661", "0", "01", "1" * 40, "1 ", "+1"])
    def test_a_customer_id_that_is_none_of_the_platforms_is_refused(
        self, world: World, customer: str
    ) -> None:
        assert refusal(world, customer) is Reason.STORE_REJECTED


class TestTheStoresWord:
    def test_the_store_signs_the_customer_in_once(self, world: World) -> None:
        url = world.url_for("101", "/products/desk?color=oak")
        assert world.visit(url) == "/products/desk?color=oak"
        assert world.visit(url) == "replayed"

    def test_a_path_beyond_ascii_arrives(self, world: World) -> None:
        assert world.visit(world.url_for("101", "/schr\u00e4nke")) == "/schr%C3%A4nke"

    @pytest.mark.parametrize("seconds", [0, 29, 30])
    def test_a_shopper_on_a_slow_line_is_signed_in(self, world: World, seconds: int) -> None:
        url = world.url_for()
        world.clock.advance(seconds)
        assert world.visit(url) == "/cart"

    def test_a_token_for_another_store_signs_nobody_in(self, clock: FakeClock) -> None:
        with store(clock, {"store_hash": "another"}) as world:
            assert world.visit(world.url_for()) == "wrong_store"


class TestTheStoresClock:
    @pytest.mark.parametrize("offset", [120.0, -120.0, 0.0, 3600.4, -3600.6])
    def test_a_store_whose_clock_is_off_takes_the_token(self, clock: FakeClock, offset: float) -> None:
        with store(clock, clock_offset=offset) as world:
            world.measure()
            assert world.visit(world.url_for()) == "/cart"
            assert world.shop.clock_offset == offset

    def test_a_store_whose_clock_was_not_measured_would_not_have(self, clock: FakeClock) -> None:
        with store(clock, clock_offset=120.0) as world:
            assert world.visit(world.url_for()) == "expired"

    @pytest.mark.parametrize("offset", [0.1, 0.5, 0.9, -0.1, -0.5, -0.9, 7.3])
    def test_a_token_is_never_from_the_stores_future(self, clock: FakeClock, offset: float) -> None:
        with store(clock, clock_offset=offset) as world:
            clock.advance(0.35)
            world.measure()
            clock.advance(100.5)
            assert int(world.shop.now()) - 2 <= part(world.url_for(), 1)["iat"] <= int(world.shop.now())

    def test_a_clock_that_drifts_is_measured_again_behind_the_shoppers_back(self, clock: FakeClock) -> None:
        with store(clock, clock_offset=60.0) as world:
            world.measure()
            world.shop.clock_offset = 200.0
            clock.advance(601)
            assert world.visit(world.url_for()) == "expired"
            give_up = time.monotonic() + 5
            while world.visit(world.url_for()) != "/cart":
                assert time.monotonic() < give_up
                time.sleep(0.005)

    @pytest.mark.parametrize("ahead", [SUSPICIOUS + 1, -SUSPICIOUS - 1, 3600.0])
    def test_while_the_stores_clock_is_unknown_a_provider_that_disagrees_stops_the_sign_in(
        self, world: World, ahead: float
    ) -> None:
        assert refusal(world, "101", "/cart", ahead) is Reason.STORE_CLOCK_UNKNOWN

    @pytest.mark.parametrize("ahead", [None, 0.0, SUSPICIOUS, -SUSPICIOUS])
    def test_while_it_is_unknown_a_provider_that_agrees_will_do(
        self, world: World, ahead: float | None
    ) -> None:
        assert world.visit(world.url_for("101", "/cart", ahead)) == "/cart"

    def test_once_the_stores_clock_is_known_the_providers_does_not_matter(self, world: World) -> None:
        world.measure()
        assert world.visit(world.url_for("101", "/cart", 3600.0)) == "/cart"

    def test_an_account_that_may_not_read_the_time_uses_the_date_of_the_answer(
        self, clock: FakeClock
    ) -> None:
        real = FakeClock(time.time())  # the date of an answer is this machine's
        with store(real, {"access_token": None}) as world:
            world.measure()
            offset = world.platform.clock.offset.value
            assert offset is not None
            assert "Date" in offset.source
            assert abs(offset.seconds) < 2


NO_TIME = [
    b"<html>",
    b"[]",
    b"{}",
    b'{"time":null}',
    b'{"time":true}',
    b'{"time":-1}',
    b'{"time":1e400}',
    b'{"time":"1"}',
    b'{"time":1800000000000}',
]


@pytest.mark.parametrize("body", NO_TIME)
class TestNonsenseForTheTime:
    def measured(self, clock: FakeClock, says: Says) -> float:
        account = Account(store_hash="a", client_id="b", client_secret=Secret("c" * 32))
        platform = BigCommerce("https://s", account, says, clock.now, clock.monotonic, "stores.us")
        return platform.clock.offset.get(soon()).seconds

    def test_the_date_of_the_answer_will_do(self, clock: FakeClock, body: bytes) -> None:
        assert self.measured(clock, Says(body, date="Fri, 15 Jan 2027 08:01:00 GMT")) == 60

    @pytest.mark.parametrize("date", ["", "yesterday", "Fri, 15 Jan 99999 08:00:00 GMT"])
    def test_without_a_date_the_clock_stays_unknown(self, clock: FakeClock, body: bytes, date: str) -> None:
        with pytest.raises(Refused) as caught:
            self.measured(clock, Says(body, date=date))
        assert caught.value.reason is Reason.STORE_CLOCK_UNKNOWN


class TestCheckUp:
    def findings(self, world: World) -> list[Finding]:
        return list(world.platform.check(soon()))

    def test_a_good_store_is_good(self, world: World) -> None:
        assert [finding.level for finding in self.findings(world)] == ["ok", "ok", "note"]
        assert world.platform.state == "ok"

    def test_a_clock_that_is_off_is_told_and_how_far(self, clock: FakeClock) -> None:
        with store(clock, clock_offset=-90.0) as world:
            found = self.findings(world)
            assert found[0].level == "warning"
            assert "-90" in found[0].message

    def test_without_an_access_token_the_operator_is_told_what_does_not_work(self, clock: FakeClock) -> None:
        with store(FakeClock(time.time()), {"access_token": None}) as world:
            assert [one.level for one in self.findings(world)][-2:] == ["warning", "note"]

    def test_a_store_that_is_down_is_told_by_name(self, clock: FakeClock) -> None:
        with store(clock) as world:
            account = world.account
        http = HttpClient(Trust(loopback=True, plain_http=True))
        platform = BigCommerce("http://x", account, http, clock.now, clock.monotonic, "stores.us")
        assert platform.state == "not asked yet"
        with pytest.raises(Refused):
            list(platform.check(soon()))
        assert platform.state == "store_unavailable"
