"""Going to the provider and coming back: once, slowly, twice, from elsewhere."""

from dataclasses import replace

import pytest

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.limits import UNDERWAY_LIFE
from bridge.domain.outcome import Outcome
from bridge.domain.refusal import Reason, Refused
from bridge.domain.session import SessionRef
from bridge.flows.steps import Choose, SignedIn, ToProvider
from bridge.state.memory_sessions import MemorySessions
from tests.contracts.state import all_at_once
from tests.contracts.world import FakeClock

from .scene import ACME, OTHER, Scene, callback, customer_of, person, signed_in


@pytest.fixture
def scene(clock: FakeClock) -> Scene:
    return Scene(clock)


def refusal(scene: Scene, *arguments: object, **named: object) -> Reason:
    with pytest.raises(Refused) as caught:
        scene.finish(*arguments, **named)  # type: ignore[arg-type]
    return caught.value.reason


class TestGoing:
    def start(
        self,
        scene: Scene,
        store: str = "eu",
        connection: str | None = None,
        hint: str = "",
        to: str = "/cart",
    ) -> ToProvider | Choose:
        return scene.flow.start(store, connection, to, hint, scene.clock.deadline())

    def chosen(self, way: ToProvider | Choose) -> str:
        return way.ticket.connection if isinstance(way, ToProvider) else "?"

    def test_a_store_with_one_connection_asks_nothing(self, scene: Scene) -> None:
        assert self.chosen(self.start(scene, "us")) == "acme"

    def test_a_store_with_several_lets_the_shopper_choose(self, clock: FakeClock) -> None:
        way = self.start(Scene(clock, other=replace(OTHER, domains=())), "eu")
        assert isinstance(way, Choose)
        assert [connection.name for connection in way.question.connections] == ["acme", "other"]
        assert way.return_to == "/cart"

    @pytest.mark.parametrize(
        ("hint", "chosen"),
        [
            ("ada@acme.com", "acme"),
            ("X@Other.COM", "other"),
            ("x@elsewhere.com", "acme"),
            ("other.com", "?"),
            ("@", "?"),
        ],
    )
    def test_the_domain_of_a_hint_chooses_its_connection(self, scene: Scene, hint: str, chosen: str) -> None:
        assert self.chosen(self.start(scene, "eu", hint=hint)) == chosen

    def test_a_named_connection_is_taken_whatever_the_hint(self, scene: Scene) -> None:
        assert self.chosen(self.start(scene, "eu", "other", "ada@acme.com")) == "other"

    @pytest.mark.parametrize(
        ("store", "connection", "reason"),
        [
            ("nowhere", None, Reason.STORE_UNKNOWN),
            ("us", "other", Reason.CONNECTION_UNKNOWN),
            ("us", "nobody", Reason.CONNECTION_UNKNOWN),
        ],
    )
    def test_what_is_not_configured_is_refused(
        self, scene: Scene, store: str, connection: str | None, reason: Reason
    ) -> None:
        with pytest.raises(Refused) as caught:
            self.start(scene, store, connection)
        assert caught.value.reason is reason

    @pytest.mark.parametrize("store", ["us", "eu"])
    def test_a_connection_named_empty_is_the_wish_to_choose(self, scene: Scene, store: str) -> None:
        way = scene.flow.start(store, "", "/cart", "ada@acme.com", scene.clock.deadline(), last="acme")
        assert isinstance(way, Choose)
        assert (way.return_to, way.login_hint) == ("/cart", "ada@acme.com")

    def test_a_tile_is_led_by_its_issuer_before_what_was_used_last(self, scene: Scene) -> None:
        deadline = scene.clock.deadline()
        assert self.chosen(scene.flow.initiate("eu", None, None, "", deadline, last="other")) == "other"
        assert self.chosen(scene.flow.initiate("eu", ACME.issuer, None, "", deadline, last="other")) == "acme"

    def test_a_way_out_of_the_store_is_dropped_at_the_start(self, scene: Scene) -> None:
        way = self.start(scene, "us", to="https://evil.example/")
        assert isinstance(way, ToProvider)
        assert way.ticket.return_to == ""

    def test_a_provider_that_is_down_refuses_its_people_before_they_leave(self, scene: Scene) -> None:
        scene.provider.down = True
        with pytest.raises(Refused) as caught:
            self.start(scene, "us")
        assert caught.value.reason is Reason.IDP_UNAVAILABLE
        assert self.chosen(self.start(scene, "eu", "other")) == "other"


class TestComingBack:
    def test_a_shopper_arrives_where_they_wanted_to_go(self, scene: Scene) -> None:
        url = scene.sign_in(person())
        assert customer_of(url) == "101"
        assert url.endswith("?to=/cart")

    def test_a_repeated_callback_repeats_the_end_with_a_fresh_token_and_no_second_exchange(
        self, scene: Scene
    ) -> None:
        ticket, code = scene.go(), scene.code_for(person())
        first, second = scene.back(ticket, code), scene.back(ticket, code)
        assert customer_of(signed_in(first)) == customer_of(signed_in(second))
        assert signed_in(first) != signed_in(second)
        assert isinstance(first, SignedIn)
        assert isinstance(second, SignedIn)
        assert first.session == second.session
        assert scene.provider.used == [code]

    def test_two_callbacks_at_once_end_alike(self, scene: Scene) -> None:
        scene.provider.takes = 0.02
        ticket, code = scene.go(), scene.code_for(person())
        ends = all_at_once(2, lambda _: signed_in(scene.back(ticket, code)))
        assert {customer_of(end) for end in ends} == {"101"}
        assert scene.provider.used == [code]

    def test_a_repetition_after_a_minute_begins_anew(self, scene: Scene) -> None:
        ticket, code = scene.go(), scene.code_for(person())
        scene.back(ticket, code)
        scene.clock.advance(61)
        assert isinstance(scene.back(ticket, code), ToProvider)

    def test_of_a_session_that_ended_meanwhile_the_callback_begins_again(
        self, scene: Scene, clock: FakeClock
    ) -> None:
        ticket, code = scene.go(), scene.code_for(person())
        end = scene.back(ticket, code)
        assert isinstance(end, SignedIn)
        ref = SessionRef.of(end.session)
        assert ref is not None
        assert MemorySessions(scene.state, clock.now).end(ref)
        assert isinstance(scene.back(ticket, code), ToProvider)

    def test_a_refusal_is_repeated_too(self, scene: Scene) -> None:
        ticket, code = scene.go(), scene.code_for(person(email=""))
        for _ in range(3):
            assert refusal(scene, callback(ticket.state, code), ticket) is Reason.EMAIL_NOT_TRUSTED
        assert scene.provider.used == [code]
        assert scene.state.events == [("email_not_trusted", ticket.reference)]

    def test_a_refusal_by_the_provider_is_the_outcome(self, scene: Scene) -> None:
        ticket = scene.go()
        assert refusal(scene, callback(ticket.state, error="access_denied"), ticket) is Reason.ACCESS_DENIED
        outcome = scene.state.peek(ticket.state)
        assert isinstance(outcome, Outcome)
        assert outcome.reason is Reason.ACCESS_DENIED

    def test_a_store_clock_that_is_unknown_refuses_at_the_very_end(self, scene: Scene) -> None:
        scene.shop.clock_known = False
        ticket, code = scene.go(), scene.code_for(person())
        assert refusal(scene, callback(ticket.state, code), ticket) is Reason.STORE_CLOCK_UNKNOWN
        scene.shop.clock_known = True
        assert customer_of(scene.sign_in(person())) == "101"
        assert len(scene.shop.made) == 1

    def test_who_waits_for_another_request_in_vain_is_told_to_try_again(self, clock: FakeClock) -> None:
        scene = Scene(clock, pause=clock.advance)
        ticket = scene.go()
        scene.attempts.take(ticket.state)
        assert refusal(scene, callback(ticket.state, "code"), ticket) is Reason.ATTEMPT_BUSY


class TestTooLate:
    def test_an_attempt_whose_request_died_is_begun_anew_with_the_same_goal(self, scene: Scene) -> None:
        ticket = scene.go(return_to="/checkout")
        scene.attempts.take(ticket.state)
        scene.clock.advance(UNDERWAY_LIFE)
        again = scene.back(ticket, scene.code_for(person()))
        assert isinstance(again, ToProvider)
        assert again.ticket.return_to == "/checkout"

    def test_a_slow_shopper_is_sent_round_once_with_the_same_goal(self, scene: Scene) -> None:
        ticket = scene.go(return_to="/checkout")
        scene.clock.advance(901)
        again = scene.back(ticket, scene.code_for(person()))
        assert isinstance(again, ToProvider)
        assert (again.ticket.return_to, again.ticket.restarts) == ("/checkout", 1)
        assert again.ticket.state != ticket.state
        assert scene.provider.used == []
        assert signed_in(scene.back(again.ticket, scene.code_for(person()))).endswith("?to=/checkout")

    def test_who_is_too_slow_twice_is_refused(self, scene: Scene) -> None:
        ticket = scene.go()
        scene.clock.advance(901)
        again = scene.back(ticket, scene.code_for(person()))
        assert isinstance(again, ToProvider)
        scene.clock.advance(901)
        assert refusal(scene, callback(again.ticket.state, "code"), again.ticket) is Reason.ATTEMPT_EXPIRED

    def test_one_second_before_the_end_is_in_time(self, scene: Scene) -> None:
        ticket = scene.go()
        scene.clock.advance(899)
        assert customer_of(signed_in(scene.back(ticket, scene.code_for(person())))) == "101"


class TestStrangers:
    def ticketless(
        self, scene: Scene, state: str, *, other: bool = False, connection: str = "acme"
    ) -> ToProvider:
        way = scene.finish(callback(state, "code", connection=connection), None, other_tickets=other)
        assert isinstance(way, ToProvider)
        return way

    @pytest.mark.parametrize(
        ("other", "reason"), [(True, Reason.OTHER_BROWSER), (False, Reason.COOKIE_MISSING)]
    )
    def test_another_browser_is_refused_and_the_attempt_stays_untouched(
        self, scene: Scene, other: bool, reason: Reason
    ) -> None:
        ticket, code = scene.go(), scene.code_for(person())
        assert refusal(scene, callback(ticket.state, code), None, other_tickets=other) is reason
        assert isinstance(scene.state.peek(ticket.state), Attempt)
        assert scene.provider.used == []
        assert customer_of(signed_in(scene.back(ticket, code))) == "101"

    def test_another_browser_does_not_get_the_end_of_a_finished_attempt(self, scene: Scene) -> None:
        ticket, code = scene.go(), scene.code_for(person())
        scene.back(ticket, code)
        assert refusal(scene, callback(ticket.state, code), None, other_tickets=True) is Reason.OTHER_BROWSER

    def test_an_answer_from_long_ago_begins_anew_at_the_same_store_and_its_code_is_thrown_away(
        self, scene: Scene
    ) -> None:
        way = self.ticketless(scene, "x" * 43 + ".us")
        assert (way.ticket.store, way.ticket.connection, way.ticket.return_to) == ("us", "acme", "")
        assert scene.provider.used == []

    def test_what_began_anew_does_not_begin_anew_again(self, scene: Scene) -> None:
        way = self.ticketless(scene, "x" * 43 + ".us")
        scene.clock.advance(901)
        assert refusal(scene, callback(way.ticket.state, "code"), way.ticket) is Reason.ATTEMPT_EXPIRED

    @pytest.mark.parametrize(("store", "connection"), [("gone", "acme"), ("us", "other"), ("", "acme")])
    def test_an_answer_from_long_ago_for_what_is_not_configured_is_refused(
        self, scene: Scene, store: str, connection: str
    ) -> None:
        answer = callback("x" * 43 + "." + store, "code", connection=connection)
        assert refusal(scene, answer, None) is Reason.ATTEMPT_EXPIRED

    def test_an_answer_at_another_connections_address_is_refused_before_anything_is_taken(
        self, scene: Scene
    ) -> None:
        ticket, code = scene.go("eu"), scene.code_for(person())
        answer = callback(ticket.state, code, connection="other")
        assert refusal(scene, answer, ticket) is Reason.WRONG_CONNECTION
        assert isinstance(scene.state.peek(ticket.state), Attempt)
        assert scene.provider.used == scene.other.used == []
        assert customer_of(signed_in(scene.back(ticket, code))) == "101"

    @pytest.mark.parametrize(
        ("store", "connection", "reason"),
        [("gone", "acme", Reason.STORE_UNKNOWN), ("us", "other", Reason.CONNECTION_UNKNOWN)],
    )
    def test_a_ticket_for_what_was_taken_out_of_the_configuration_is_refused(
        self, scene: Scene, store: str, connection: str, reason: Reason
    ) -> None:
        held = Ticket(
            state="x" * 43 + "." + store,
            store=store,
            connection=connection,
            return_to="",
            created_at=0,
            restarts=0,
        )
        assert refusal(scene, callback(held.state, "code", connection=connection), held) is reason
