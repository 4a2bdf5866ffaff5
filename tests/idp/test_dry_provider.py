"""What a dry sign-in notes on its way: the same verdict as a sign-in's, and how far it came."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.domain import id_token
from bridge.domain.asking import Asking
from bridge.domain.dry_sign_in import Seen
from bridge.domain.http import HttpFailure
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.idp.dry_provider import DryProvider
from bridge.idp.provider import OpenIdProvider
from tests.contracts.world import FakeClock, counting_token

from .fake_idp import ACCESS_TOKEN, ATTEMPT, CONNECTION, SECRET, FakeIdp, callback, json_reply, signing_key

TABLE = [check.__name__.replace("_", " ") for check in id_token.CHECKS]


def seen(
    clock: FakeClock, idp: FakeIdp, reason: Reason | None = None, error: str = "", **changes: Any
) -> Seen:
    """Asserts that a sign-in ends in the same way."""
    attempt = replace(ATTEMPT, created_at=int(clock.now()))
    answer = callback("" if error else "planted-code", error=error)
    ends: list[object] = []
    for kind in (OpenIdProvider, DryProvider):
        idp.codes.add("planted-code")
        made = kind(replace(CONNECTION, **changes), idp, clock.now, clock.monotonic, counting_token())
        try:
            ends.append(made.redeem(attempt, answer, clock.deadline()).identity)
        except Refused as refused:
            ends.append(refused)
    assert str(ends[0]) == str(ends[1])
    assert [one.reason for one in ends if isinstance(one, Refused)] == ([reason] * 2 if reason else [])
    assert isinstance(made, DryProvider)
    assert (made.seen.failed == "") == (reason is None)
    assert ACCESS_TOKEN not in str(made.seen)
    return made.seen


@pytest.fixture
def idp(clock: FakeClock) -> FakeIdp:
    return FakeIdp(clock)


def test_a_whole_way_passes_every_check_in_the_order_of_the_table(clock: FakeClock, idp: FakeIdp) -> None:
    found = seen(clock, idp, userinfo="never")
    assert found.passed == ["answer", "token response", *TABLE, "signature", "required claims"]
    assert (found.userinfo, found.credential, found.header) == (None, 1, {"alg": "RS256", "kid": "k1"})
    assert found.id_token["sub"] == "ada"


def test_userinfo_is_kept_apart_from_the_id_token(clock: FakeClock, idp: FakeIdp) -> None:
    found = seen(clock, idp, userinfo="always")
    assert found.passed[-2:] == ["userinfo", "required claims"]
    assert found.userinfo == idp.person
    assert "email" not in found.id_token


def test_the_secret_that_was_accepted_is_told(clock: FakeClock, idp: FakeIdp) -> None:
    assert seen(clock, idp, client_secrets=(Secret("unknown yet"), Secret(SECRET))).credential == 2


@pytest.mark.parametrize(
    ("claims", "at"),
    [
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"nonce": "n"}, "nonce"),
        ({"exp": 1}, "expiry"),
        ({"at_hash": "AAAA"}, "access token hash"),
    ],
)
def test_the_check_that_fails_is_the_first_that_does(
    clock: FakeClock, idp: FakeIdp, claims: dict[str, object], at: str
) -> None:
    idp.claims = claims
    found = seen(clock, idp, Reason.ID_TOKEN_INVALID)
    assert found.failed == at
    assert found.passed == ["answer", "token response", *TABLE[: TABLE.index(at)]]


def test_who_did_not_sign_in_as_asked_fails_at_that_check(clock: FakeClock, idp: FakeIdp) -> None:
    asking = Asking(acr_values=("gold",), max_age=600)
    idp.claims = {"auth_time": int(clock.now())}
    found = seen(clock, idp, Reason.AUTHENTICATION_INSUFFICIENT, asking=asking)
    assert found.failed == "authentication class"
    assert found.passed[-3:] == ["signature", "recent sign in", "prompted sign in"]


def test_what_comes_before_and_after_the_id_token_has_its_names_too(clock: FakeClock, idp: FakeIdp) -> None:
    assert seen(clock, idp, Reason.ACCESS_DENIED, error="access_denied").failed == "answer"
    idp.instead["/token"] = HttpFailure("timeout", "slow")
    assert seen(clock, idp, Reason.IDP_TIMEOUT).failed == "token response"
    idp.instead = {"/userinfo": json_reply({"sub": "eve"})}
    assert seen(clock, idp, Reason.USERINFO_INVALID, userinfo="always").failed == "userinfo"
    idp.instead = {}
    asking = Asking(required_claims={"department": ("sales",)})
    assert seen(clock, idp, Reason.CLAIM_REQUIRED, asking=asking).failed == "required claims"


def test_a_signature_that_does_not_fit_fails_after_the_table(clock: FakeClock, idp: FakeIdp) -> None:
    idp.key = signing_key("RS256", 1)
    found = seen(clock, idp, Reason.ID_TOKEN_INVALID)
    assert (found.failed, found.passed[-1]) == ("signature", TABLE[-1])
