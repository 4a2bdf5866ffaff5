"""A portal that asks for an organization: who gets to hear of it, and what is remembered."""

from dataclasses import replace

import pytest

from bridge.domain.asking import Asking
from bridge.domain.attempt import Attempt
from bridge.flows.steps import Choose, ToProvider
from tests.contracts.world import FakeClock

from .scene import ISSUER, OTHER, Scene, callback

ASKED = {"organization": "org_1", "invitation": "ticket"}
TAKER = replace(OTHER, asking=Asking(portal_parameters=("organization", "invitation")))


@pytest.fixture
def scene(clock: FakeClock) -> Scene:
    return Scene(clock, other=TAKER)


def initiated(scene: Scene, iss: str | None = None, store: str = "eu") -> Attempt:
    way = scene.flow.initiate(store, iss, None, "", scene.clock.deadline(), portal_parameters=ASKED)
    assert isinstance(way, ToProvider)
    attempt = scene.attempts.peek(way.ticket.state)
    assert isinstance(attempt, Attempt)
    return attempt


def test_without_an_issuer_it_is_for_the_connection_whose_make_has_such_a_portal(scene: Scene) -> None:
    attempt = initiated(scene)
    assert (attempt.connection, attempt.portal_parameters) == ("other", ASKED)


def test_another_makes_connection_never_hears_of_it(scene: Scene) -> None:
    attempt = initiated(scene, ISSUER)
    assert (attempt.connection, attempt.portal_parameters) == ("acme", {})
    assert initiated(scene, store="us").portal_parameters == {}


def test_only_what_the_make_names_goes_on(clock: FakeClock) -> None:
    narrow = replace(TAKER, asking=Asking(portal_parameters=("organization",)))
    assert initiated(Scene(clock, other=narrow)).portal_parameters == {"organization": "org_1"}


def test_where_none_has_such_a_portal_the_link_is_an_ordinary_one(clock: FakeClock) -> None:
    scene = Scene(clock, other=replace(OTHER, domains=()))
    way = scene.flow.initiate("eu", None, None, "", clock.deadline(), portal_parameters=ASKED)
    assert isinstance(way, Choose)


def test_a_slow_shoppers_second_round_goes_without_the_invitation(scene: Scene, clock: FakeClock) -> None:
    ticket = initiated(scene).ticket
    clock.advance(3600)
    again = scene.finish(callback(ticket.state, "late", connection="other"), ticket)
    assert isinstance(again, ToProvider)
    attempt = scene.attempts.peek(again.ticket.state)
    assert isinstance(attempt, Attempt)
    assert (attempt.connection, attempt.restarts, attempt.portal_parameters) == ("other", 1, {})
