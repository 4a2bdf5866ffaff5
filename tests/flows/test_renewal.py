"""A token is renewed while the session lives; and who guesses is slowed down."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bridge.domain.grant import RenewalHandle
from bridge.domain.hand_off import PlatformToken
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from bridge.domain.store import CustomerPolicy
from bridge.flows.profiles import Profiles
from bridge.flows.token import FAILURES, RENEWALS, Asker
from tests.contracts.people import ADA, CUSTOMER
from tests.contracts.world import FakeClock

from .scene import ACME, Shop
from .storefronts import (
    CHALLENGE,
    PAGE,
    SECRETS,
    VERIFIER,
    Scene,
    page,
    refusal,
    server,
)


@pytest.fixture
def scene(clock: FakeClock) -> Scene:
    return Scene(clock)


class TestRenewal:
    def test_a_server_renews_by_its_handle_and_the_platforms_refresh_token_stays_here(
        self, scene: Scene
    ) -> None:
        first = scene.redeem("server", server(), scene.code())
        second = scene.renew("server", server(), first.renewable.handle)
        third = scene.renew("server", server(), second.renewable.handle)
        assert third.renewable.handle == first.renewable.handle
        assert scene.issuer.renewed == ["refresh-1", "refresh-2"]
        assert third.token.access_token != first.token.access_token
        assert len({visit.session for visit in scene.issuer.visits}) == 1

    def test_attack_a_session_that_ends_while_the_platform_renews_gives_no_token(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, renew = scene.redeem("server", server(), scene.code()), scene.issuer.renew

        def slowly(*given: Any) -> PlatformToken:
            scene.state.sessions.clear()
            return renew(*given)

        monkeypatch.setattr(scene.issuer, "renew", slowly)
        again = partial(scene.renew, "server", server(), first.renewable.handle)
        assert refusal(again) is Reason.INVALID_GRANT
        assert scene.issuer.revoked == [f"refresh-{len(scene.issuer.visits)}"]

    def test_a_platform_without_refresh_tokens_gives_a_new_token(self, scene: Scene) -> None:
        scene.issuer.refreshable = False
        first = scene.redeem("server", server(), scene.code())
        second = scene.renew("server", server(), first.renewable.handle)
        assert second.token.access_token == Secret("token-2+for/101")
        assert scene.issuer.renewed == []

    def test_a_page_gets_another_handle_each_time(self, scene: Scene) -> None:
        first = scene.redeem("page", page(), scene.code("page", CHALLENGE), code_verifier=VERIFIER)
        second = scene.renew("page", page(), first.renewable.handle)
        assert second.renewable.handle != first.renewable.handle
        scene.clock.advance(61)
        scene.renew("page", page(), second.renewable.handle)
        scene.clock.advance(61)
        stolen = first.renewable.handle
        assert refusal(lambda: scene.renew("page", page(), stolen)) is Reason.INVALID_GRANT

    def test_whom_the_store_has_unlinked_gets_nothing_more(self, scene: Scene) -> None:
        first = scene.redeem("server", server(), scene.code())
        assert scene.state.links.unlink(ADA, "server")
        handle = first.renewable.handle
        assert refusal(lambda: scene.renew("server", server(), handle)) is Reason.INVALID_GRANT

    @pytest.mark.parametrize("relink", [True, False])
    @pytest.mark.parametrize("deleted", [True, False])
    def test_a_customer_whom_the_platform_takes_no_more_is_unlinked_only_if_the_store_has_none(
        self, scene: Scene, relink: bool, deleted: bool
    ) -> None:
        shop = Shop()
        shop.book = {} if deleted else {CUSTOMER.id: "ada@acme.com"}
        policy = CustomerPolicy(relink=relink)
        stores = {name: replace(store, customers=policy) for name, store in scene.stores.items()}
        profiles = Profiles(
            stores=stores,
            connections={"acme": ACME},
            platforms=dict.fromkeys(stores, shop),
            sign_ins=scene.state,
            links=scene.state.links,
            now=scene.clock.now,
        )
        scene.flow = replace(scene.flow, stores=stores, profiles=profiles)
        first = scene.redeem("server", server(), scene.code())
        scene.issuer.refused = Reason.CUSTOMER_REJECTED
        handle = first.renewable.handle
        refused = refusal(lambda: scene.renew("server", server(), handle))
        assert refused is (Reason.CUSTOMER_UNKNOWN if deleted and not relink else Reason.CUSTOMER_REJECTED)
        assert (scene.state.links.find(ADA, "server") is None) is (deleted and relink)

    def test_a_handle_is_of_no_use_without_what_it_was_lent_with(self, scene: Scene) -> None:
        by_server = scene.redeem("both", server("both"), scene.code("both")).renewable.handle
        assert refusal(lambda: scene.renew("both", page(), by_server)) is Reason.INVALID_GRANT
        asker = server("other", "another store's secret")
        assert refusal(lambda: scene.renew("other", asker, by_server)) is Reason.INVALID_GRANT
        scene.renew("both", server("both"), by_server)

    @pytest.mark.parametrize("handle", ["", "x", "a.b.c.d", "x" * 300])
    def test_nonsense_renews_nothing(self, scene: Scene, handle: str) -> None:
        expected = Reason.INVALID_GRANT if handle else Reason.INVALID_REQUEST
        assert refusal(lambda: scene.renew("server", server(), handle)) is expected

    def test_the_browsers_session_cookie_is_no_handle(self, scene: Scene) -> None:
        visit = scene.visit()
        assert RenewalHandle.parse(visit.session) is None
        assert refusal(lambda: scene.renew("server", server(), visit.session)) is Reason.INVALID_GRANT

    def test_who_renews_at_every_page_is_slowed_down(self, scene: Scene) -> None:
        handle = scene.redeem("server", server(), scene.code()).renewable.handle
        for _ in range(RENEWALS):
            scene.renew("server", server(), handle)
        assert refusal(lambda: scene.renew("server", server(), handle)) is Reason.TOO_MANY_REQUESTS
        scene.clock.advance(60)
        scene.renew("server", server(), handle)


class TestGuessing:
    def test_who_guesses_a_secret_is_stopped_and_others_are_not(self, scene: Scene) -> None:
        code = scene.code()
        for _ in range(FAILURES):
            assert (
                refusal(lambda: scene.redeem("server", server(secret="guess"), code)) is Reason.INVALID_CLIENT
            )
        guess = server(secret="guess")
        assert refusal(lambda: scene.redeem("server", guess, code)) is Reason.TOO_MANY_REQUESTS
        elsewhere = Asker(address="203.0.113.9", basic=("server", SECRETS[0].reveal()))
        scene.redeem("server", elsewhere, code)

    def test_attack_nobody_locks_a_store_out_from_an_address_that_its_server_shares(
        self, scene: Scene
    ) -> None:
        code = scene.code()
        for _ in range(FAILURES):
            assert refusal(lambda: scene.redeem("server", server(secret="x"), code)) is Reason.INVALID_CLIENT
        assert refusal(lambda: scene.redeem("server", server(secret="x"), code)) is Reason.TOO_MANY_REQUESTS
        scene.redeem("server", server(), code)

    def test_an_ipv6_network_counts_as_one_address(self, scene: Scene) -> None:
        for number in range(FAILURES):
            asker = Asker(address=f"2001:db8:0:1::{number:x}", basic=("server", "guess"))
            assert refusal(partial(scene.redeem, "server", asker, "x")) is Reason.INVALID_CLIENT
        neighbour = Asker(address="2001:db8:0:1:ffff::1", basic=("server", "guess"))
        assert refusal(lambda: scene.redeem("server", neighbour, "x")) is Reason.TOO_MANY_REQUESTS
        elsewhere = Asker(address="2001:db8:0:2::1", basic=("server", SECRETS[0].reveal()))
        assert refusal(lambda: scene.redeem("server", elsewhere, "x")) is Reason.INVALID_GRANT

    def test_attack_one_guesser_in_ipv4_does_not_speak_for_all_of_it(self, scene: Scene) -> None:
        """A socket for both kinds of IP writes all of IPv4 into one network of IPv6."""
        for _ in range(FAILURES):
            guesser = Asker(address="::ffff:203.0.113.9", basic=("both", "guess"))
            assert refusal(partial(scene.redeem, "both", guesser, "x")) is Reason.INVALID_CLIENT
        bystander = Asker(address="::ffff:198.51.100.1", origin=PAGE)
        code = scene.code("both", CHALLENGE)
        scene.redeem("both", bystander, code, code_verifier=VERIFIER)
        for same in ("::ffff:203.0.113.9", "203.0.113.9", "::ffff:cb00:7109"):
            asker = Asker(address=same, basic=("both", "guess"))
            assert refusal(partial(scene.redeem, "both", asker, "x")) is Reason.TOO_MANY_REQUESTS

    def test_nobody_locks_a_store_out_by_sending_codes_through_its_server(self, scene: Scene) -> None:
        for _ in range(FAILURES * 2):
            assert refusal(lambda: scene.redeem("server", server(), "made-up")) is Reason.INVALID_GRANT
        scene.redeem("server", server(), scene.code())

    def test_a_page_that_guesses_codes_is_stopped(self, scene: Scene) -> None:
        for _ in range(FAILURES):
            assert refusal(lambda: scene.redeem("page", page(), "made-up")) is Reason.INVALID_GRANT
        assert refusal(lambda: scene.redeem("page", page(), "made-up")) is Reason.TOO_MANY_REQUESTS
