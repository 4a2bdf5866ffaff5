"""One person, one customer, whatever the store, the clock and other people do meanwhile."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from bridge.domain.customer import Customer, Link
from bridge.domain.deadline import Deadline
from bridge.domain.identity import Identity, IdentityKey
from bridge.domain.link_rows import EmailRow
from bridge.domain.refusal import Reason, Refused
from bridge.domain.store import CustomerPolicy
from bridge.state.link_records import email_digest
from bridge.state.memory import MemoryState
from tests.contracts.state import all_at_once
from tests.contracts.world import FakeClock

from .scene import Scene, customer_of, person, signed_in

NO_MATCH = CustomerPolicy(match_email=False)


def ends(scene: Scene, people: Sequence[Identity]) -> list[str | Reason]:
    """The customer or the refusal of people who come back in the same moment."""
    tickets = [(scene.go(), scene.code_for(who)) for who in people]

    def back(number: int) -> str | Reason:
        try:
            return customer_of(signed_in(scene.back(*tickets[number])))
        except Refused as refused:
            return refused.reason

    return all_at_once(len(people), back)


def evidence(scene: Scene, who: Identity) -> str:
    found = scene.state.links.find(who.key, "us")
    assert found is not None
    return found.evidence


@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("reason", [Reason.STORE_UNAVAILABLE, Reason.STORE_REJECTED])
def test_a_store_that_created_and_said_it_did_not_is_looked_at_again(
    clock: FakeClock, reason: Reason, remembers: bool
) -> None:
    scene = Scene(clock)
    scene.shop.answers_lost, scene.shop.remembers = reason, remembers
    assert customer_of(scene.sign_in(person())) == "101"
    assert evidence(scene, person()) == ("created" if remembers else "email")
    assert customer_of(scene.sign_in(person())) == "101"
    assert len(scene.shop.made) == 1


def test_where_no_address_is_matched_only_the_stores_own_note_tells_whose_it_is(clock: FakeClock) -> None:
    scene = Scene(clock, policy=NO_MATCH)
    scene.shop.answers_lost = Reason.STORE_UNAVAILABLE
    assert customer_of(scene.sign_in(person())) == "101"
    scene.shop.remembers = False
    with pytest.raises(Refused) as caught:
        scene.sign_in(person("eve", "eve@acme.com"))
    assert caught.value.reason is Reason.STORE_UNAVAILABLE


def test_fifty_people_with_one_address_are_one_customer_of_one_of_them(clock: FakeClock) -> None:
    scene = Scene(clock)
    got = ends(scene, [person(f"person-{number}") for number in range(50)])
    assert sorted(map(str, got)) == ["101"] + [str(Reason.CUSTOMER_ALREADY_LINKED)] * 49
    assert len(scene.shop.made) == 1


def test_one_person_whose_address_changes_between_two_tabs_is_one_customer(clock: FakeClock) -> None:
    scene = Scene(clock)
    got = ends(scene, [person(email=f"ada{number % 2}@acme.com") for number in range(20)])
    assert set(got) == {"101"}
    assert len(scene.shop.made) == 1


def test_who_stood_still_until_the_lock_ran_out_links_nobody(clock: FakeClock) -> None:
    scene = Scene(clock)
    create = scene.shop.create

    def slowly(*given: object) -> Customer:
        made = create(*given)  # type: ignore[arg-type]
        scene.state.let_locks_run_out()
        return made

    scene.shop.create = slowly  # type: ignore[method-assign,assignment]
    with pytest.raises(Refused) as caught:
        scene.sign_in(person())
    assert caught.value.reason is Reason.CUSTOMER_BUSY
    assert scene.state.links.find(person().key, "us") is None
    scene.shop.create = create  # type: ignore[method-assign]
    assert customer_of(scene.sign_in(person())) == "101"
    assert len(scene.shop.made) == 1


class TestImportedAddresses:
    @staticmethod
    def note(scene: Scene, email: str, *customers: str) -> None:
        rows = [EmailRow(email_digest(email), customer) for customer in customers]
        scene.state.links.import_emails("us", rows)

    def test_a_customer_imported_by_address_is_linked_without_asking_the_store(
        self, clock: FakeClock
    ) -> None:
        scene = Scene(clock)
        self.note(scene, "ada@acme.com", "7")
        assert customer_of(scene.sign_in(person(email="Ada@ACME.com".lower()))) == "7"
        assert scene.shop.calls == 0
        assert evidence(scene, person()) == "email"

    @pytest.mark.parametrize(
        ("who", "reason"),
        [
            (person(email_verified=False), Reason.EMAIL_NOT_TRUSTED),
            (person(email_verified=None), Reason.EMAIL_NOT_TRUSTED),
            (person(email="ada@elsewhere.com"), Reason.EMAIL_OUTSIDE_DOMAINS),
        ],
    )
    def test_an_address_that_is_not_trusted_links_nobody(
        self, clock: FakeClock, who: Identity, reason: Reason
    ) -> None:
        scene = Scene(clock)
        self.note(scene, who.email, "7")
        assert ends(scene, [who]) == [reason]

    def test_nor_where_the_store_matches_no_addresses(self, clock: FakeClock) -> None:
        scene = Scene(clock, policy=NO_MATCH)
        self.note(scene, "ada@acme.com", "7")
        assert ends(scene, [person()]) == [Reason.CUSTOMER_UNKNOWN]
        assert scene.shop.made == []

    def test_nor_one_that_two_customers_have(self, clock: FakeClock) -> None:
        scene = Scene(clock)
        self.note(scene, "ada@acme.com", "7", "8")
        assert ends(scene, [person()]) == [Reason.CUSTOMER_AMBIGUOUS]
        (case,) = scene.pending.all("us")
        assert [one.id for one in case.candidates] == ["7", "8"]

    def test_nor_where_another_identity_of_the_connection_holds_the_customer(self, clock: FakeClock) -> None:
        scene = Scene(clock)
        self.note(scene, "ada@acme.com", "7")
        assert ends(scene, [person("ada")]) == ["7"]
        assert ends(scene, [person("another")]) == [Reason.CUSTOMER_ALREADY_LINKED]


@pytest.mark.parametrize("store_has", ["nobody", "the customer", "whom we made"])
def test_every_link_made_under_a_lock_is_made_with_its_fence(clock: FakeClock, store_has: str) -> None:
    seen: list[str] = []

    class Watching(MemoryState):
        @contextmanager
        def creating(
            self, store: str, identity: IdentityKey, email: str, deadline: Deadline
        ) -> Iterator[str]:
            with super().creating(store, identity, email, deadline) as fence:
                seen.append(fence)
                yield fence

        def link(self, link: Link, fence: str = "") -> bool:
            seen.append(fence)
            return super().link(link, fence)

    state = Watching(clock.now, lambda _: None)
    scene = Scene(clock, sign_ins=state, links=state.links)
    if store_has == "the customer":
        scene.shop.book["7"] = "ada@acme.com"
    if store_has == "whom we made":
        scene.shop.book["7"] = "old@acme.com"
        scene.shop.made_for["7"] = person().key
    scene.sign_in(person())
    lock, link = seen
    assert lock == link != ""
