"""What was asked for must be answered: each check by the answers that would slip through without it."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.asked import Asked, check_asked, check_required, fits, lacks
from bridge.domain.asking import Asking
from bridge.domain.id_token import VerifiedClaims
from bridge.domain.refusal import Reason, Refused
from tests.contracts.world import NOON

SENT = int(NOON)
BACK = SENT + 400  # the shopper took her time
TOLERANCE = 30
INSUFFICIENT = Reason.AUTHENTICATION_INSUFFICIENT


def judged(claims: Mapping[str, Any], /, **asking: Any) -> Reason | None:
    """Why these claims are refused, if they are."""
    configured = Asking(**asking)
    asked = Asked(
        asking=configured, parameters=configured.parameters, sent_at=SENT, now=BACK, tolerance=TOLERANCE
    )
    try:
        check_asked(VerifiedClaims({"iss": "https://idp", "sub": "ada", **claims}), asked)
    except Refused as refused:
        return refused.reason
    return None


class TestHowLongAgo:
    @pytest.mark.parametrize(
        ("max_age", "auth_time", "reason"),
        [
            (0, SENT, None),
            (0, SENT - TOLERANCE, None),
            (0, SENT - TOLERANCE - 1, INSUFFICIENT),
            (3600, SENT - 3600 - TOLERANCE, None),
            (3600, SENT - 3600 - TOLERANCE - 1, INSUFFICIENT),
            (3600, BACK, None),
            (3600, BACK + TOLERANCE, None),
            (3600, BACK + TOLERANCE + 1, INSUFFICIENT),
        ],
    )
    def test_it_counts_from_the_request_and_never_lies_ahead(
        self, max_age: int, auth_time: int, reason: Reason | None
    ) -> None:
        assert judged({"auth_time": auth_time}, max_age=max_age) is reason

    @pytest.mark.parametrize(
        "claims",
        [{}, *({"auth_time": odd} for odd in (None, str(SENT), True, [SENT], float("nan"), 10**400))],
    )
    def test_without_a_point_in_time_nothing_was_proven(self, claims: dict[str, Any]) -> None:
        assert judged(claims, max_age=86400) is INSUFFICIENT

    def test_a_fraction_of_a_second_may_be_told(self) -> None:
        """RFC 7519 section 2; the provider canaille does."""
        assert judged({"auth_time": SENT + 0.5}, max_age=86400) is None

    def test_who_was_not_asked_how_long_ago_need_not_say(self) -> None:
        assert judged({}) is judged({"auth_time": 1}) is judged({"auth_time": "?"}) is None

    def test_a_prompt_that_was_not_shown_is_seen_where_the_token_says_when(self) -> None:
        assert judged({"auth_time": SENT - 86400}, prompt=("login",)) is INSUFFICIENT
        assert judged({"auth_time": SENT + 5}, prompt=("consent", "login")) is None
        assert judged({}, prompt=("login",)) is None
        assert judged({"auth_time": SENT - 86400}, prompt=("select_account",)) is None

    @given(st.integers() | st.floats() | st.text() | st.booleans() | st.none())
    def test_whatever_stands_there_ends_in_yes_or_no(self, odd: Any) -> None:
        assert judged({"auth_time": odd}, max_age=60) in (None, INSUFFICIENT)


class TestHowStrong:
    def test_acr_must_be_one_of_those_asked_for(self) -> None:
        wanted = ("urn:acme:mfa", "urn:acme:phr")
        assert judged({"acr": "urn:acme:phr"}, acr_values=wanted) is None
        for claims in (
            {},
            {"acr": "urn:acme:pwd"},
            {"acr": "urn:acme:mfa urn:acme:phr"},
            {"acr": 0},
            {"acr": ""},
        ):
            assert judged(claims, acr_values=wanted) is INSUFFICIENT

    @pytest.mark.parametrize(
        ("name", "wish", "claims", "reason"),
        [
            ("acr", {"essential": True, "values": ["a", "b"]}, {"acr": "b"}, None),
            ("acr", {"essential": True, "values": ["a", "b"]}, {"acr": "c"}, INSUFFICIENT),
            ("acr", {"essential": True, "values": ["a", "b"]}, {}, INSUFFICIENT),
            ("acr", {"values": ["a"]}, {"acr": "c"}, None),
            ("auth_time", {"essential": True}, {}, INSUFFICIENT),
            ("auth_time", {"essential": True}, {"auth_time": SENT - 10**6}, None),
            ("auth_time", {"essential": True}, {"auth_time": BACK + 3600}, INSUFFICIENT),
            ("amr", {"essential": True, "values": ["mfa"]}, {"amr": ["pwd", "mfa"]}, None),
            ("amr", {"essential": True, "values": ["mfa"]}, {"amr": ["pwd"]}, INSUFFICIENT),
            ("sub", {"value": "ada"}, {}, None),
            ("sub", {"value": "eve"}, {}, Reason.CLAIM_REQUIRED),
            ("email", {"essential": True}, {"email": None}, Reason.CLAIM_REQUIRED),
            ("email", {}, {}, None),
            ("level", {"essential": True, "value": 1}, {"level": True}, Reason.CLAIM_REQUIRED),
        ],
    )  # fmt: skip
    def test_an_essential_claim_is_one(
        self, name: str, wish: dict[str, Any], claims: dict[str, Any], reason: Reason | None
    ) -> None:
        assert judged(claims, claims={"id_token": {name: wish}}) is reason
        assert judged(claims, claims={"userinfo": {name: wish}}) is None


class TestWhichOrganization:
    @pytest.mark.parametrize(
        ("asked", "claims", "fitting"),
        [
            ("org_A1", {"org_id": "org_A1"}, True),
            ("org_A1", {"org_id": "org_a1"}, False),
            ("org_A1", {"org_name": "org_A1"}, False),
            ("org_A1", {"org_id": ["org_A1"]}, False),
            ("org_A1", {}, False),
            ("Acme", {"org_name": "acme", "org_id": "org_A1"}, True),
            ("acme", {"org_name": "acme2"}, False),
            ("acme", {"org_id": "acme"}, False),
        ],
    )
    def test_by_id_exactly_by_name_in_lower_case(
        self, asked: str, claims: dict[str, Any], fitting: bool
    ) -> None:
        reason = judged(claims, parameters={"organization": asked})
        assert reason is (None if fitting else Reason.ORGANIZATION_MISMATCH)

    @pytest.mark.parametrize(
        ("asked", "claims", "fitting"),
        [
            ("acme.com", {"hd": "acme.com"}, True),
            ("acme.com", {"hd": "Acme.com"}, True),
            ("acme.com", {"hd": "evil.com"}, False),
            ("acme.com", {"hd": "*"}, False),
            ("acme.com", {"hd": ["acme.com"]}, False),
            ("acme.com", {}, False),
            ("*", {"hd": "any.com"}, True),
            ("*", {"hd": ""}, False),
            ("*", {}, False),
        ],
    )
    def test_a_workspace_account_of_that_domain(
        self, asked: str, claims: dict[str, Any], fitting: bool
    ) -> None:
        assert judged(claims, parameters={"hd": asked}) is (None if fitting else Reason.ORGANIZATION_MISMATCH)

    def test_a_hint_alone_has_no_answer(self) -> None:
        assert judged({}, parameters={"domain_hint": "acme.com", "connection": "x", "idp": "y"}) is None

    def test_what_the_operator_set_is_not_changed_by_a_link(self) -> None:
        asking = Asking(parameters={"organization": "acme"})
        assert asking.parameters_with({"organization": "evil", "invitation": "i"}) == {
            "organization": "acme",
            "invitation": "i",
        }


class TestWhatIsDemanded:
    @pytest.mark.parametrize(
        ("claims", "fitting"),
        [
            ({"groups": ["staff", "buyers"]}, True),
            ({"groups": "buyers"}, True),
            ({"groups": ["Buyers"]}, False),
            ({"groups": "buyers,staff"}, False),
            ({"groups": [["buyers"]]}, False),
            ({"groups": {"buyers": True}}, False),
            ({}, False),
        ],
    )
    def test_one_of_the_values_alone_or_in_a_list(self, claims: dict[str, Any], fitting: bool) -> None:
        asking = Asking(required_claims={"groups": ("buyers", "admins")})
        if fitting:
            check_required(claims, asking)
            return
        with pytest.raises(Refused) as caught:
            check_required(claims, asking)
        assert caught.value.reason is Reason.CLAIM_REQUIRED
        assert "buyers" not in caught.value.detail.lower(), "a stranger's words"

    def test_each_claim_is_demanded(self) -> None:
        asking = Asking(required_claims={"tid": ("1",), "email_verified": (True,)})
        check_required({"tid": "1", "email_verified": True}, asking)
        for claims in ({"tid": "1"}, {"tid": "1", "email_verified": 1}, {"tid": "2", "email_verified": True}):
            with pytest.raises(Refused):
                check_required(claims, asking)

    def test_true_is_not_one(self) -> None:
        assert not fits(True, [1])
        assert not fits(1, [True])
        assert not fits("1", [1])
        assert not fits([], [1])
        assert not fits(None, [1])

    def test_userinfo_is_worth_asking_while_something_is_missing(self) -> None:
        asking = Asking(required_claims={"groups": ("b",)}, claims={"userinfo": {"given_name": {}}})
        assert lacks(VerifiedClaims({"groups": ["b"]}), asking)
        assert not lacks(VerifiedClaims({"groups": ["b"], "given_name": "A"}), asking)
        assert not lacks(VerifiedClaims({}), Asking())
