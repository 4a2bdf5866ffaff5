"""What is asked of a provider, and how its answer is held to it."""

import json
import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from bridge.domain.asking import PLAIN, Asking
from bridge.domain.attempt import Attempt
from bridge.domain.refusal import Reason, Refused
from bridge.idp.authorization import AuthorizationRequests, form_of
from bridge.idp.authorize_parameters import PARAMETERS, PROTOCOL
from tests.contracts.world import NOON, FakeClock

from .conftest import World
from .fake_idp import ATTEMPT, CODE, CONNECTION, FakeIdp, callback, query_of

CLAIMS: dict[str, Any] = {
    "id_token": {"auth_time": {"essential": True}, "acr": {}},
    "userinfo": {"groups": {}},
}


def asked(clock: FakeClock, attempt: Any = ATTEMPT, hint: str = "", **asking: Any) -> dict[str, str]:
    world = World(clock, asking=Asking(**asking))
    query = query_of(world.provider.authorize_url(attempt, hint, clock.deadline()))
    assert all(len(values) == 1 for values in query.values())
    return {name: values[0] for name, values in query.items()}


class TestGoing:
    def test_what_core_lets_a_client_ask_goes_out_in_its_words(self, clock: FakeClock) -> None:
        query = asked(
            clock,
            prompt=("login", "consent"),
            max_age=0,
            acr_values=("a", "b"),
            ui_locales=("de-CH", "en"),
            claims=CLAIMS,
        )
        assert query["prompt"] == "login consent"
        assert query["max_age"] == "0"
        assert query["acr_values"] == "a b"
        assert query["ui_locales"] == "de-CH en"
        assert json.loads(query["claims"]) == {
            "id_token": {"auth_time": {"essential": True}, "acr": None},
            "userinfo": {"groups": None},
        }

    def test_who_asks_for_nothing_more_sends_nothing_more(self, clock: FakeClock) -> None:
        assert asked(clock) == asked(clock, required_claims={"groups": ("b",)})
        assert not asked(clock).keys() & {
            "prompt",
            "max_age",
            "acr_values",
            "ui_locales",
            "claims",
            "request",
        }
        assert Asking() == PLAIN

    def test_a_makers_parameter_never_stands_in_place_of_the_protocols(self, clock: FakeClock) -> None:
        plain = asked(clock, hint="ada@acme.com")
        evil = dict.fromkeys(plain, "evil")
        assert asked(clock, hint="ada@acme.com", parameters={**evil, "hd": "acme.com"}) == {
            **plain,
            "hd": "acme.com",
        }
        assert not PARAMETERS.keys() & PROTOCOL.keys()
        assert plain.keys() <= PROTOCOL.keys()

    def test_a_portals_parameters_go_along_beneath_the_operators(self, clock: FakeClock) -> None:
        attempt = replace(ATTEMPT, portal_parameters={"organization": "org_2", "invitation": "ticket"})
        takes = ("organization", "invitation")
        assert asked(clock, attempt, portal_parameters=takes)["organization"] == "org_2"
        fixed = asked(clock, attempt, portal_parameters=takes, parameters={"organization": "org_1"})
        assert (fixed["organization"], fixed["invitation"]) == ("org_1", "ticket")

    @pytest.mark.parametrize("endpoint", ["https://idp.example/a", "https://idp.example/a?tenant=1"])
    @pytest.mark.parametrize("hint", ["", "ada+1@acme.com", "\u00fc&state=evil"])
    @pytest.mark.parametrize(
        "changes", [{}, {"asks_again": True}, {"portal_parameters": {"invitation": "t &"}}]
    )
    def test_the_address_holds_each_parameter_once_and_whole(
        self, changes: dict[str, Any], hint: str, endpoint: str
    ) -> None:
        asking = Asking(prompt=("consent",), claims=CLAIMS, parameters={"hd": "a&b", "state": "evil"})
        requests = AuthorizationRequests(replace(CONNECTION, asking=asking, response_mode="form_post"))
        drawn = Attempt.new(
            store="us-1", connection="acme", return_to="", now=NOON, token=lambda: secrets.token_urlsafe(32)
        )
        attempt = replace(drawn, **changes)
        url = requests.url(endpoint, attempt, hint)
        told = parse_qsl(urlsplit(url).query, strict_parsing=True)
        own = dict(parse_qsl(urlsplit(endpoint).query))
        assert dict(told) == {**own, **form_of(requests.parameters(attempt, hint))}
        assert len(dict(told)) == len(told)
        assert url.startswith(endpoint)

    def test_every_parameter_has_its_maker_and_source(self) -> None:
        for name, row in PARAMETERS.items():
            assert name.isidentifier()
            assert row.maker
            assert row.meaning
            assert row.source


class TestComingBack:
    def refused(self, clock: FakeClock, claims: dict[str, Any], **asking: Any) -> tuple[Reason, FakeIdp]:
        world = World(clock, asking=Asking(**asking))
        world.idp.claims = claims
        return world.refused(), world.idp

    def test_a_token_that_does_not_answer_is_refused_before_userinfo_is_called(
        self, clock: FakeClock
    ) -> None:
        now = int(NOON)
        cases: list[tuple[dict[str, Any], dict[str, Any], Reason]] = [
            ({}, {"max_age": 60}, Reason.AUTHENTICATION_INSUFFICIENT),
            ({"auth_time": now + 3600}, {"max_age": 60}, Reason.AUTHENTICATION_INSUFFICIENT),
            ({"acr": "pwd"}, {"acr_values": ("mfa",)}, Reason.AUTHENTICATION_INSUFFICIENT),
            ({"org_id": "org_2"}, {"parameters": {"organization": "org_1"}}, Reason.ORGANIZATION_MISMATCH),
            ({"hd": "evil.com"}, {"parameters": {"hd": "acme.com"}}, Reason.ORGANIZATION_MISMATCH),
        ]
        for claims, asking, reason in cases:
            told, idp = self.refused(clock, claims, **asking)
            assert told is reason
            assert idp.count("/userinfo") == 0

    def test_a_portals_organization_must_be_the_one_that_comes_back(self, clock: FakeClock) -> None:
        world = World(clock, asking=Asking(portal_parameters=("organization",)))
        world.idp.claims = {"org_id": "org_1"}
        attempt = replace(ATTEMPT, portal_parameters={"organization": "org_1"})
        assert world.provider.redeem(attempt, callback(), clock.deadline()).identity.key.subject == "ada"
        world.idp.codes.add(CODE)
        other = replace(ATTEMPT, portal_parameters={"organization": "org_2"})
        with pytest.raises(Refused, match="organization_mismatch"):
            world.provider.redeem(other, callback(), clock.deadline())

    def test_a_demanded_claim_may_come_from_userinfo_which_is_asked_for_it(self, clock: FakeClock) -> None:
        full = {"email": "ada@acme.com", "email_verified": True, "name": "Ada"}
        world = World(clock, asking=Asking(required_claims={"groups": ("buyers",)}))
        world.idp.claims = full
        world.idp.person["groups"] = ["staff", "buyers"]
        assert world.redeem().identity.claims["groups"] == ["staff", "buyers"]
        world.idp.person["groups"] = ["staff"]
        assert world.refused() is Reason.CLAIM_REQUIRED
        world.idp.claims = {**full, "groups": ["guests"]}
        world.idp.person["groups"] = ["buyers"]
        assert world.refused() is Reason.CLAIM_REQUIRED, "what the signed token says wins"

    def test_userinfo_is_left_alone_where_it_is_never_called(self, clock: FakeClock) -> None:
        world = World(clock, userinfo="never", asking=Asking(required_claims={"groups": ("buyers",)}))
        assert world.refused() is Reason.CLAIM_REQUIRED
        assert world.idp.count("/userinfo") == 0


class TestIssuer:
    """RFC 9207, as the operator has it."""

    @pytest.mark.parametrize("promised", [True, False])
    @pytest.mark.parametrize("mode", ["auto", "require", "off"])
    def test_when_an_answer_must_name_its_issuer(self, clock: FakeClock, mode: str, promised: bool) -> None:
        world = World(clock, iss_parameter=mode)
        world.idp.metadata["authorization_response_iss_parameter_supported"] = promised
        assert world.refused(iss="https://evil.example") is Reason.ISSUER_MISMATCH
        assert world.refused(iss="") is Reason.ISSUER_MISMATCH
        assert world.idp.count("/token") == 0
        assert world.redeem(iss=world.idp.metadata["issuer"]).identity.key.subject == "ada"
        if mode == "require" or (mode == "auto" and promised):
            assert world.refused() is Reason.ISSUER_MISMATCH
        else:
            world.redeem()
