"""What the bridge would not decide waits for an operator, who links or rejects."""

from dataclasses import replace

import pytest

from bridge.domain.customer import Customer
from bridge.domain.pending import PendingCase
from bridge.domain.refusal import Reason, Refused
from bridge.flows.pending import Pending
from tests.contracts.world import NOON, FakeClock

from .scene import Scene, customer_of, person

ADA = person().key


@pytest.fixture
def scene(clock: FakeClock) -> Scene:
    """A store in which two customers have Ada's address."""
    made = Scene(clock)
    made.shop.book |= {"7": "ada@acme.com", "8": "ada@acme.com"}
    return made


@pytest.fixture
def desk(scene: Scene) -> Pending:
    return Pending(cases=scene.pending, links=scene.state.links, now=scene.clock.now)


def refusal(scene: Scene, subject: str = "ada") -> Reason:
    with pytest.raises(Refused) as caught:
        scene.sign_in(person(subject))
    return caught.value.reason


def test_an_ambiguous_sign_in_is_put_before_the_operator_once(scene: Scene, desk: Pending) -> None:
    assert refusal(scene) is Reason.CUSTOMER_AMBIGUOUS
    scene.clock.advance(60)
    refusal(scene)
    assert desk.open("us") == [
        PendingCase(
            store="us",
            connection="acme",
            identity=ADA,
            reason=Reason.CUSTOMER_AMBIGUOUS,
            candidates=(Customer("7"), Customer("8")),
            first=int(NOON),
            last=int(NOON) + 60,
            times=2,
        )
    ]


def test_whom_the_operator_approves_signs_in(scene: Scene, desk: Pending) -> None:
    refusal(scene)
    assert desk.approve("us", ADA.digest, Customer("8")) is not None
    assert customer_of(scene.sign_in(person())) == "8"
    assert desk.open("us") == []
    found = scene.state.links.find(ADA, "us")
    assert found is not None
    assert found.evidence == "operator"


def test_what_the_operator_rejects_is_refused_and_not_asked_again(scene: Scene, desk: Pending) -> None:
    refusal(scene)
    assert desk.reject("us", ADA.digest)
    assert refusal(scene) is Reason.CUSTOMER_AMBIGUOUS
    assert desk.open("us") == []


def test_a_recycled_address_is_put_before_the_operator_and_moved_only_on_purpose(
    scene: Scene, desk: Pending
) -> None:
    del scene.shop.book["8"]
    scene.sign_in(person("ada"))
    assert refusal(scene, "the-second") is Reason.CUSTOMER_ALREADY_LINKED
    second = person("the-second").key
    with pytest.raises(Refused) as caught:
        desk.approve("us", second.digest, Customer("7"))
    assert caught.value.reason is Reason.CUSTOMER_ALREADY_LINKED
    assert [case.identity for case in desk.open("us")] == [second]

    assert desk.approve("us", second.digest, Customer("7"), replacing=True) is not None
    assert customer_of(scene.sign_in(person("the-second"))) == "7"
    assert refusal(scene, "ada") is Reason.CUSTOMER_ALREADY_LINKED


def test_other_refusals_are_nobodys_to_judge(scene: Scene, desk: Pending) -> None:
    for who in (person(email_verified=False), person(email="ada@elsewhere.com")):
        with pytest.raises(Refused):
            scene.sign_in(who)
    assert desk.open("us") == []


@pytest.mark.parametrize("customer", ["", "7 8", "\u0667"])
def test_nobody_is_approved_to_be_no_customer(scene: Scene, desk: Pending, customer: str) -> None:
    refusal(scene)
    with pytest.raises(Refused) as caught:
        desk.approve("us", ADA.digest, Customer(customer))
    assert caught.value.reason is Reason.CUSTOMER_UNKNOWN


def test_a_case_that_is_not_there_is_told(scene: Scene, desk: Pending) -> None:
    nobody = replace(ADA, subject="nobody").digest
    assert desk.approve("us", nobody, Customer("7")) is None
    assert not desk.reject("us", nobody)
    assert scene.state.links.find(nobody, "us") is None


def test_who_was_linked_to_another_customer_meanwhile_is_not_moved(scene: Scene, desk: Pending) -> None:
    refusal(scene)
    del scene.shop.book["8"]
    scene.sign_in(person())
    with pytest.raises(Refused):
        desk.approve("us", ADA.digest, Customer("8"))
    assert customer_of(scene.sign_in(person())) == "7"
