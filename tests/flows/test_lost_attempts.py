"""Redis lost an attempt that was under way: what becomes of its shopper, and of who would use that."""

from dataclasses import replace

import pytest

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.refusal import Reason, Refused
from bridge.flows.sign_in import RESTARTS
from bridge.flows.steps import SignedIn, ToProvider
from bridge.state.memory import FALLBACK
from tests.contracts.world import FakeClock

from .scene import Scene, callback, customer_of, person, signed_in


@pytest.fixture
def scene(clock: FakeClock) -> Scene:
    return Scene(clock, pause=clock.advance)


def test_the_sign_in_goes_on(scene: Scene) -> None:
    ticket, code = scene.go(), scene.code_for(person())
    scene.state.lose_memory()
    assert signed_in(scene.back(ticket, code)).endswith("?to=/cart")
    assert scene.provider.used == [code]


def test_repeated_it_ends_the_same(scene: Scene) -> None:
    ticket, code = scene.go(), scene.code_for(person())
    scene.state.lose_memory()
    ends = [customer_of(signed_in(scene.back(ticket, code))) for _ in range(2)]
    assert ends == ["101", "101"]


def test_a_refusal_is_a_refusal(scene: Scene) -> None:
    ticket = scene.go()
    scene.state.lose_memory()
    with pytest.raises(Refused) as caught:
        scene.back(ticket, "", error="access_denied")
    assert caught.value.reason is Reason.ACCESS_DENIED
    assert scene.state.events == [("access_denied", ticket.reference)]


def test_a_code_that_was_used_before_begins_again_silently_and_once(scene: Scene) -> None:
    ticket, code = scene.go(), scene.code_for(person())
    scene.back(ticket, code)
    scene.state.lose_memory()
    again = scene.back(ticket, code)
    assert isinstance(again, ToProvider)
    assert (again.ticket.return_to, again.ticket.restarts) == ("/cart", 1)
    assert isinstance(scene.back(ticket, code), ToProvider), "a repeat waits for nobody"
    assert len(scene.state.sessions) == 1
    scene.state.lose_memory()
    with pytest.raises(Refused) as caught:
        scene.back(replace(ticket, restarts=RESTARTS), code)
    assert caught.value.reason is Reason.ATTEMPT_EXPIRED


def test_a_code_that_is_refused_though_nothing_was_lost_is_a_refusal(scene: Scene) -> None:
    with pytest.raises(Refused) as caught:
        scene.back(scene.go(), "made up")
    assert caught.value.reason is Reason.CODE_REJECTED


def test_one_that_was_taken_is_not_taken_again_from_its_ticket(scene: Scene, clock: FakeClock) -> None:
    """Its outcome was forgotten in the ordinary way, after a minute."""
    ticket, code = scene.go(), scene.code_for(person())
    scene.back(ticket, code)
    clock.advance(100)
    assert isinstance(scene.back(ticket, code), ToProvider)
    assert scene.provider.used == [code]


def test_an_old_one_begins_again(scene: Scene, clock: FakeClock) -> None:
    ticket, code = scene.go(), scene.code_for(person())
    scene.state.lose_memory()
    clock.advance(FALLBACK + 1)
    assert isinstance(scene.back(ticket, code), ToProvider)
    assert scene.provider.used == []


@pytest.mark.parametrize("change", [{"sealed": ""}, {"sealed": "sealed made-up"}])
def test_a_ticket_without_its_sealed_half_begins_again(scene: Scene, change: dict[str, str]) -> None:
    ticket, code = scene.go(), scene.code_for(person())
    scene.state.lose_memory()
    assert isinstance(scene.back(replace(ticket, **change), code), ToProvider)  # type: ignore[arg-type]


def test_the_sealed_half_of_another_tab_begins_again(scene: Scene) -> None:
    one, other = scene.go(), scene.go()
    code = scene.code_for(person())
    scene.state.lose_memory()
    mixed = scene.back(replace(one, sealed=other.sealed), code)
    assert isinstance(mixed, ToProvider)
    assert isinstance(scene.back(other, code), SignedIn)


class TestNotRecorded:
    """Redis fails when the customer is to be signed in, the code being redeemed."""

    @pytest.fixture
    def broken(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Ticket:
        scene.sign_in(person())
        ticket = scene.go()

        def fail(*_: object) -> None:
            raise Refused(Reason.STATE_UNAVAILABLE, "gone")

        with monkeypatch.context() as patch:
            patch.setattr(scene.state, "record", fail)
            with pytest.raises(Refused) as caught:
                scene.back(ticket, scene.code_for(person()))
        assert caught.value.reason is Reason.STATE_UNAVAILABLE
        assert caught.value.cut_short
        return ticket

    def test_a_repeat_leads_round_once_and_waits_for_nobody(
        self, scene: Scene, broken: Ticket, clock: FakeClock
    ) -> None:
        before = clock.now()
        again = scene.finish(callback(broken.state, "code-1"), broken.as_used())
        assert clock.now() == before
        assert isinstance(again, ToProvider)
        assert customer_of(signed_in(scene.back(again.ticket, scene.code_for(person())))) == "101"

    def test_so_it_does_where_the_attempt_is_there_again(self, scene: Scene, broken: Ticket) -> None:
        """A replica took over that had not heard of its taking. The code is not sent twice."""
        scene.state._set(broken.state, Attempt(**vars(broken), nonce="n", code_verifier="v"), 900)
        used = list(scene.provider.used)
        assert isinstance(scene.finish(callback(broken.state, "code-1"), broken.as_used()), ToProvider)
        assert scene.provider.used == used

    def test_what_was_recorded_after_all_counts(self, scene: Scene, broken: Ticket) -> None:
        """The answer was lost, not the command."""
        scene.state.record(broken, scene.state.sessions[0])
        end = scene.finish(callback(broken.state, "code-1"), broken.as_used())
        assert customer_of(signed_in(end)) == "101"
