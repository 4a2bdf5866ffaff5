"""The flow of a sign-out: what ends, who is asked, and where it goes on when somebody cannot be."""

from dataclasses import replace

import pytest

from bridge.domain.refusal import Reason, Refused
from bridge.flows.sign_out import FRESH
from bridge.state.memory_sessions import MemorySessions
from tests.contracts.world import FakeClock
from tests.flows.leaving import Scene, address
from tests.flows.scene import ACME, OTHER


@pytest.fixture
def scene(clock: FakeClock) -> Scene:
    return Scene(clock)


def test_the_session_ends_at_once_and_storefronts_are_to_hear_of_it(scene: Scene) -> None:
    handle = scene.session()
    ticket = scene.leave(handle)
    assert not list(scene.sessions.all())
    (work,) = scene.endings.take(10)
    assert (work.ending.reason, work.ending.customer) == ("storefront", "7")
    assert scene.url == "https://idp.acme.example/out"
    (asked,) = scene.door.asked
    assert asked.id_token.reveal() == "e.y.J"
    assert asked.back == "https://sso.example.com/signed-out/us"
    assert asked.state == ticket.state
    receipt = scene.arrive(ticket)
    assert receipt.provider == "ended"
    assert address(receipt) == "https://store.example.com/out/7"


def test_a_token_is_for_who_left_just_now(scene: Scene) -> None:
    ticket = scene.leave(scene.session())
    scene.clock.advance(FRESH + 1)
    assert address(scene.arrive(ticket)) == "https://store.example.com/out"
    scene.clock.advance(-FRESH - 10)
    assert address(scene.arrive(ticket)) == "https://store.example.com/out", "a ticket of the future"


def test_a_second_click_keeps_no_ticket_fresh(scene: Scene) -> None:
    first = scene.leave(scene.session())
    scene.clock.advance(FRESH - 1)
    again = scene.leave(before=first)
    assert (again.connection, again.customer) == ("acme", "7")
    scene.clock.advance(2)
    assert address(scene.arrive(again)) == "https://store.example.com/out"


def test_a_customer_whose_token_cannot_be_made_is_signed_out_without_one(scene: Scene) -> None:
    ticket = scene.leave(scene.session(customer="ada@acme.com"))
    assert address(scene.arrive(ticket)) == "https://store.example.com/out"


@pytest.mark.parametrize("reason", [Reason.IDP_UNAVAILABLE, Reason.IDP_TIMEOUT, Reason.IDP_METADATA_INVALID])
def test_a_provider_that_is_away_keeps_nobody_signed_in(scene: Scene, reason: Reason) -> None:
    scene.door.refuses = reason
    ticket = scene.leave(scene.session())
    assert not list(scene.sessions.all())
    assert scene.url == f"https://sso.example.com/signed-out/us?state={ticket.state}"
    receipt = scene.arrive(ticket)
    assert (receipt.provider, receipt.label, receipt.onward) == ("failed", "Acme staff", None)
    assert address(scene.arrive(ticket, was_read=True)) == "https://store.example.com/out/7"


def test_a_provider_without_sign_out_is_told_of_and_a_local_one_is_not(scene: Scene) -> None:
    scene.door.away = None
    receipt = scene.arrive(scene.leave(scene.session()))
    assert (receipt.provider, receipt.onward) == ("none", None)
    scene = Scene(scene.clock)
    local = {"acme": replace(ACME, logout="local"), "other": OTHER}
    scene.flow = replace(scene.flow, connections=local)
    receipt = scene.arrive(scene.leave(scene.session()))
    assert receipt.provider == "skipped"
    assert address(receipt) == "https://store.example.com/out/7"
    assert not scene.door.asked


def test_a_storefront_without_pages_of_the_platforms_ends_on_the_goal(scene: Scene) -> None:
    ticket = scene.leave(scene.session("headless"), "headless")
    assert address(scene.arrive(ticket)) == "https://store.example.com/cart"
    assert scene.arrive(replace(ticket, return_to="")).onward is None, "then the bridge's own page"
    assert scene.arrive(ticket, failed=True).onward is None, "something is to be read first"


@pytest.mark.parametrize(
    ("store", "last", "found"),
    [
        ("us", "", "acme"),
        ("us", "other", "acme"),
        ("eu", "other", "other"),
        ("eu", "", ""),
        ("eu", "evil", ""),
    ],
)
def test_without_a_session_the_provider_is_the_one_that_can_only_be_meant(
    scene: Scene, store: str, last: str, found: str
) -> None:
    ticket = scene.leave("", store, last=last)
    assert ticket.connection == found
    assert ticket.customer == ""
    if not found:
        assert scene.arrive(ticket).provider == "unknown"
        assert address(scene.arrive(ticket)) == "https://store.example.com/out"


@pytest.mark.parametrize("handle", ["", "x", "a" * 22 + "." + "b" * 43, "\r\n"])
def test_a_handle_of_nothing_ends_nothing(scene: Scene, handle: str) -> None:
    scene.session()
    scene.leave(handle)
    assert len(list(scene.sessions.all())) == 1


def test_a_session_that_cannot_be_ended_is_not_called_ended(scene: Scene) -> None:
    handle = scene.session()

    class Broken(MemorySessions):
        def end(self, ref: object) -> bool:
            raise Refused(Reason.STATE_UNAVAILABLE, "down")

    broken = Broken(scene.state, scene.clock.now)
    ender = replace(scene.flow.ender, sessions=broken)
    scene.flow = replace(scene.flow, ender=ender)
    with pytest.raises(Refused) as caught:
        scene.leave(handle)
    assert caught.value.reason is Reason.SIGN_OUT_INCOMPLETE
    assert not scene.door.asked, "nobody is sent anywhere"


def test_what_came_of_the_same_sign_on_ends_with_it_and_nothing_else(scene: Scene) -> None:
    handle = scene.session()
    scene.session("eu")
    scene.session("headless", sid="another device")
    scene.leave(handle)
    assert [held.session.store for held in scene.sessions.all()] == ["headless"]
    assert {work.ending.store for work in scene.endings.take(10)} == {"us", "eu"}


def test_where_the_provider_is_left_alone_other_stores_are(scene: Scene) -> None:
    scene.flow = replace(scene.flow, connections={"acme": replace(ACME, logout="local")})
    handle = scene.session()
    scene.session("eu")
    scene.leave(handle)
    assert [held.session.store for held in scene.sessions.all()] == ["eu"]
