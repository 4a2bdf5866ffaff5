"""What a store is told of a known customer at sign-in: only what changed, and before any token."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.identity import Identity
from bridge.domain.profile import Details, ProfileMap
from bridge.domain.refusal import Reason, Refused
from bridge.domain.store import CustomerPolicy
from tests.contracts.state import all_at_once
from tests.contracts.world import FakeClock
from tests.state.conftest import Adapters

from .scene import Scene, customer_of, person, signed_in

MAP = ProfileMap(
    plain={"company": "org.name"}, group="groups", groups={"gold": "7", "buyers": "3"}, metadata={"no": "no"}
)
POLICY = CustomerPolicy(profile=MAP)
DAY = 86400


def ada(groups: object = None, **changes: Any) -> Identity:
    claims = {"groups": groups, "org": {"name": "Engines"}}
    return person(claims={name: value for name, value in claims.items() if value is not None}, **changes)


@pytest.fixture(params=["memory", "redis"])
def scene_of(request: pytest.FixtureRequest, clock: FakeClock) -> Callable[[CustomerPolicy], Scene]:
    def make(policy: CustomerPolicy) -> Scene:
        if request.param == "memory":
            return Scene(clock, policy=policy)
        server: DemoServer = request.getfixturevalue("redis_server")
        made = Adapters.at(server.url)
        request.addfinalizer(made.server.close)
        return Scene(clock, policy=policy, attempts=made.attempts, sign_ins=made.sign_ins, links=made.links)

    return make


def refusal(scene: Scene, who: Identity) -> Refused:
    with pytest.raises(Refused) as caught:
        scene.sign_in(who)
    return caught.value


Make = Callable[[CustomerPolicy], Scene]


class TestTold:
    def test_once_and_then_only_what_changed(self, scene_of: Make) -> None:
        scene = scene_of(POLICY)
        scene.sign_in(ada(["buyers"]))
        told = Details(plain={"company": "Engines"}, group="3")
        assert scene.shop.made[0].details == told
        assert scene.shop.told == [("101", told)]
        calls = scene.shop.calls
        for _ in range(3):
            scene.sign_in(ada(["buyers"]))
        assert scene.shop.calls == calls
        scene.sign_in(ada(["buyers", "gold"]))
        assert scene.shop.told[1:] == [("101", replace(told, group="7"))]
        assert scene.shop.calls == calls + 1

    def test_before_the_token(self, clock: FakeClock) -> None:
        scene = Scene(clock, policy=POLICY)
        order: list[str] = []

        def noting(what: str, act: Any) -> Any:
            def noted(*given: Any) -> Any:
                order.append(what)
                return act(*given)

            return noted

        for what in ("update", "hand_off"):
            setattr(scene.shop, what, noting(what, getattr(scene.shop, what)))
        scene.sign_in(ada(["gold"]))
        scene.sign_in(ada(["buyers"]))
        assert order == ["update", "hand_off", "update", "hand_off"]

    def test_also_of_a_customer_who_was_found_by_address(self, scene_of: Make) -> None:
        scene = scene_of(POLICY)
        scene.shop.book["7"] = "ada@acme.com"
        assert customer_of(scene.sign_in(ada(["gold"]))) == "7"
        assert scene.shop.told == [("7", Details(plain={"company": "Engines"}, group="7"))]

    def test_a_store_without_a_map_is_told_nothing(self, scene_of: Make) -> None:
        scene = scene_of(CustomerPolicy())
        scene.sign_in(ada(["gold"]))
        scene.sign_in(ada(["buyers"]))
        assert scene.shop.told == []
        assert not scene.shop.made[0].details

    def test_nothing_said_is_nothing_told(self, scene_of: Make) -> None:
        scene = scene_of(POLICY)
        scene.sign_in(person())
        calls = scene.shop.calls
        scene.sign_in(person())
        assert scene.shop.told == []
        assert scene.shop.calls == calls

    def test_an_unknown_group_keeps_what_is_there_and_is_said_once(self, clock: FakeClock) -> None:
        scene = Scene(clock, policy=POLICY)
        scene.sign_in(ada(["gold"]))
        for _ in range(3):
            scene.sign_in(ada(["night shift"]))
        assert [details.group for _, details in scene.shop.told] == ["7", ""]
        kept = [one for one in scene.state.remarks if one[0] == "profile_kept"]
        assert kept == [("profile_kept", "101", "the claim names no group of the table `groups`")]

    def test_what_the_store_could_not_take_is_said(self, clock: FakeClock) -> None:
        scene = Scene(clock, policy=POLICY)
        scene.shop.keeps = ["the group stays"]
        assert customer_of(scene.sign_in(ada(["gold"]))) == "101"
        assert ("profile_kept", "101", "the group stays") in scene.state.remarks


class TestTrouble:
    @pytest.mark.parametrize("reason", [Reason.STORE_UNAVAILABLE, Reason.STORE_REJECTED, Reason.STORE_BUSY])
    def test_a_known_customer_signs_in_all_the_same_and_it_is_tried_again(
        self, scene_of: Make, reason: Reason
    ) -> None:
        scene = scene_of(POLICY)
        scene.sign_in(ada(["buyers"]))
        update = scene.shop.update

        def fail(*_: object) -> None:
            raise Refused(reason, "503")

        scene.shop.update = fail  # type: ignore[method-assign,assignment]
        assert customer_of(scene.sign_in(ada(["gold"]))) == "101"
        scene.shop.update = update  # type: ignore[method-assign]
        scene.sign_in(ada(["gold"]))
        assert scene.shop.told[-1][1].group == "7"

    def test_where_it_is_required_nobody_enters_with_an_old_profile(self, scene_of: Make) -> None:
        scene = scene_of(replace(POLICY, sync_required=True))
        scene.sign_in(ada(["buyers"]))
        scene.shop.down = True
        assert customer_of(scene.sign_in(ada(["buyers"]))) == "101"
        assert refusal(scene, ada(["gold"])).reason is Reason.STORE_UNAVAILABLE
        scene.shop.down = False
        assert customer_of(scene.sign_in(ada(["gold"]))) == "101"

    def test_but_a_taken_address_or_a_group_of_no_table_keeps_nobody_out(self, scene_of: Make) -> None:
        scene = scene_of(replace(POLICY, sync_required=True, update_email=True))
        scene.sign_in(ada(["buyers"]))
        scene.shop.book["7"] = "countess@acme.com"
        assert customer_of(scene.sign_in(ada(["night shift"], email="countess@acme.com"))) == "101"

    def test_an_unchanged_profile_needs_no_store_even_where_it_is_required(
        self, scene_of: Make, clock: FakeClock
    ) -> None:
        scene = scene_of(replace(POLICY, sync_required=True, verify_every=DAY))
        scene.sign_in(ada(["buyers"]))
        scene.shop.down = True
        clock.advance(DAY + 1)
        assert customer_of(scene.sign_in(ada(["buyers"]))) == "101"

    def test_nor_with_one_that_was_not_whole(self, scene_of: Make) -> None:
        scene = scene_of(replace(POLICY, sync_required=True))
        scene.shop.keeps = ["the group stays"]
        assert refusal(scene, ada(["gold"])).reason is Reason.STORE_MISCONFIGURED


class TestAddress:
    def test_it_follows_where_the_policy_says_so(self, scene_of: Make) -> None:
        scene = scene_of(CustomerPolicy(update_email=True))
        scene.sign_in(person())
        assert customer_of(scene.sign_in(person(email="countess@acme.com"))) == "101"
        assert scene.shop.book == {"101": "countess@acme.com"}

    @pytest.mark.parametrize(
        ("email", "verified"), [("countess@acme.com", False), ("countess@acme.com", None), ("", None)]
    )
    def test_never_an_address_that_is_not_vouched_for(
        self, scene_of: Make, email: str, verified: bool | None
    ) -> None:
        scene = scene_of(CustomerPolicy(update_email=True))
        scene.sign_in(person())
        assert customer_of(scene.sign_in(person(email=email, email_verified=verified))) == "101"
        assert scene.shop.book == {"101": "ada@acme.com"}

    def test_never_one_that_another_customer_has(self, scene_of: Make) -> None:
        scene = scene_of(CustomerPolicy(update_email=True))
        scene.sign_in(person())
        scene.shop.book["7"] = "countess@acme.com"
        assert customer_of(scene.sign_in(person(email="countess@acme.com"))) == "101"
        assert scene.shop.book["101"] == "ada@acme.com"


class TestGone:
    def test_is_found_out_once_a_day_and_resolved_anew(self, scene_of: Make, clock: FakeClock) -> None:
        scene = scene_of(CustomerPolicy(verify_every=DAY, relink=True))
        scene.sign_in(person())
        calls = scene.shop.calls
        scene.sign_in(person())
        assert scene.shop.calls == calls
        clock.advance(DAY + 1)
        scene.sign_in(person())
        assert scene.shop.calls == calls + 1
        scene.shop.book = {"0": "somebody@acme.com"}
        clock.advance(DAY + 1)
        assert customer_of(scene.sign_in(person())) == "102"
        assert scene.shop.book["102"] == "ada@acme.com"
        assert customer_of(scene.sign_in(person())) == "102"

    @pytest.mark.parametrize("match_email", [True, False])
    def test_twenty_sign_ins_at_once_find_it_out_and_make_one_customer(
        self, scene_of: Make, clock: FakeClock, match_email: bool
    ) -> None:
        scene = scene_of(CustomerPolicy(verify_every=DAY, relink=True, match_email=match_email))
        scene.sign_in(person())
        scene.shop.book = {"0": "somebody@acme.com"}
        clock.advance(DAY + 1)
        came = [(scene.go(), scene.code_for(person())) for _ in range(20)]
        ends = all_at_once(20, lambda number: signed_in(scene.back(*came[number])))
        assert {customer_of(end) for end in ends} == {"102"}
        assert len(scene.shop.made) == 2

    def test_is_refused_with_a_remedy_where_nobody_is_relinked(
        self, scene_of: Make, clock: FakeClock
    ) -> None:
        scene = scene_of(CustomerPolicy(verify_every=DAY))
        scene.sign_in(person())
        scene.shop.book.clear()
        assert customer_of(scene.sign_in(person())) == "101"  # nothing tells yet
        clock.advance(DAY + 1)
        refused = refusal(scene, person())
        assert refused.reason is Reason.CUSTOMER_UNKNOWN
        assert "bridge customers unlink" in refused.detail
        assert len(scene.shop.made) == 1

    def test_is_found_out_by_an_update_too(self, scene_of: Make) -> None:
        scene = scene_of(replace(POLICY, relink=True))
        scene.sign_in(ada(["buyers"]))
        scene.shop.book = {"0": "somebody@acme.com"}
        assert customer_of(scene.sign_in(ada(["gold"]))) == "102"
        assert scene.shop.told[-1] == ("102", Details(plain={"company": "Engines"}, group="7"))

    def test_a_store_that_does_not_answer_has_deleted_nobody(self, scene_of: Make, clock: FakeClock) -> None:
        scene = scene_of(CustomerPolicy(verify_every=DAY, relink=True))
        scene.sign_in(person())
        clock.advance(DAY + 1)
        scene.shop.down = True
        assert customer_of(scene.sign_in(person())) == "101"

    def test_is_told_at_once_by_a_platform_that_takes_the_customer_no_more(self, scene_of: Make) -> None:
        scene = scene_of(CustomerPolicy(relink=True))
        scene.sign_in(person())
        scene.shop.book = {"0": "somebody@acme.com"}
        scene.shop.rejected = ["101"]
        assert customer_of(scene.sign_in(person())) == "102"

    def test_a_customer_whom_the_store_has_is_not_gone_for_being_rejected(self, scene_of: Make) -> None:
        scene = scene_of(CustomerPolicy(relink=True))
        scene.sign_in(person())
        scene.shop.rejected = ["101"]
        assert refusal(scene, person()).reason is Reason.CUSTOMER_REJECTED
        assert len(scene.shop.made) == 1

    def test_who_is_gone_is_not_found_again_by_what_an_import_noted(self, clock: FakeClock) -> None:
        from bridge.domain.link_rows import EmailRow
        from bridge.state.link_records import email_digest

        scene = Scene(clock, policy=CustomerPolicy(verify_every=DAY, relink=True))
        scene.shop.book["55"] = "ada@acme.com"
        scene.state.links.import_emails("us", [EmailRow(email_digest("ada@acme.com"), "55")])
        assert customer_of(scene.sign_in(person())) == "55"
        clock.advance(DAY + 1)
        scene.shop.book = {"0": "somebody@acme.com"}
        assert customer_of(scene.sign_in(person())) == "102"
