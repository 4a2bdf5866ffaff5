"""What the mapping would do: the same answer as that of a sign-in, and nothing done."""

from dataclasses import replace

import pytest

from bridge.domain.customer import Customer, Link
from bridge.domain.identity import Identity
from bridge.domain.refusal import Reason
from bridge.domain.store import CustomerPolicy
from bridge.flows.dry_mapping import Foreseen, foresee
from tests.contracts.people import attempt
from tests.contracts.world import FakeClock

from .scene import Scene, person


def foreseen(scene: Scene, who: Identity) -> Foreseen:
    """Asserts that nothing was written."""
    made, events = len(scene.shop.made), list(scene.state.events)
    found = foresee(scene.flow.customers, attempt(), who, "us", scene.clock.deadline())
    assert len(scene.shop.made) == made
    assert scene.state.events == events
    assert list(scene.pending.all("us")) == []
    assert scene.state.sessions == [] or found.outcome == "linked"
    return found


def test_a_new_person_would_become_a_customer(clock: FakeClock) -> None:
    scene = Scene(clock)
    assert foreseen(scene, person()) == Foreseen(store="us", outcome="create")
    assert scene.state.links.find(person().key, "us") is None


def test_one_whom_the_store_knows_by_address_would_be_linked(clock: FakeClock) -> None:
    scene = Scene(clock)
    scene.shop.book["7"] = "ada@acme.com"
    assert foreseen(scene, person()) == Foreseen(store="us", outcome="email", customer="7")
    assert scene.state.links.find(person().key, "us") is None


def test_a_known_person_is_linked(clock: FakeClock) -> None:
    scene = Scene(clock)
    scene.sign_in(person())
    assert foreseen(scene, person()) == Foreseen(store="us", outcome="linked", customer="101")


def test_a_customer_number_of_the_provider_s_would_count(clock: FakeClock) -> None:
    scene = Scene(clock, policy=CustomerPolicy(claim="number"))
    scene.shop.book["7"] = "somebody@acme.com"
    found = foreseen(scene, person(claims={"number": "7"}))
    assert found == Foreseen(store="us", outcome="claim", customer="7")


def test_whom_an_earlier_sign_in_created_would_be_linked_again(clock: FakeClock) -> None:
    scene = Scene(clock, policy=CustomerPolicy(match_email=False))
    scene.shop.book["7"], scene.shop.made_for["7"] = "ada@acme.com", person().key
    assert foreseen(scene, person()) == Foreseen(store="us", outcome="created", customer="7")


@pytest.mark.parametrize(
    ("who", "policy", "reason"),
    [
        (person(email_verified=False), CustomerPolicy(), Reason.EMAIL_NOT_TRUSTED),
        (person(email="ada@elsewhere.com"), CustomerPolicy(), Reason.EMAIL_OUTSIDE_DOMAINS),
        (person(), CustomerPolicy(create=False), Reason.CUSTOMER_UNKNOWN),
    ],
)
def test_a_refusal_is_foreseen(
    clock: FakeClock, who: Identity, policy: CustomerPolicy, reason: Reason
) -> None:
    found = foreseen(Scene(clock, policy=policy), who)
    assert (found.outcome, found.reason) == ("refused", reason)


def test_two_accounts_with_one_address_would_be_for_an_operator_who_is_not_asked_yet(
    clock: FakeClock,
) -> None:
    scene = Scene(clock)
    scene.shop.book |= {"7": "ada@acme.com", "8": "ada@acme.com"}
    assert foreseen(scene, person()).reason is Reason.CUSTOMER_AMBIGUOUS


def test_a_customer_whom_somebody_else_holds_would_not_be_taken_over(clock: FakeClock) -> None:
    scene = Scene(clock)
    scene.shop.book["7"] = "ada@acme.com"
    scene.state.links.link(
        Link(
            store="us",
            identity=person("former").key,
            connection="acme",
            customer=Customer("7"),
            evidence="email",
            created_at=0,
        )
    )
    assert foreseen(scene, person()).reason is Reason.CUSTOMER_ALREADY_LINKED
    other = replace(person(), connection="other")
    assert foreseen(scene, replace(other, email="ada@acme.com")).reason is not Reason.CUSTOMER_ALREADY_LINKED


def test_a_store_that_cannot_be_asked_says_so(clock: FakeClock) -> None:
    scene = Scene(clock)
    scene.shop.down = True
    assert foreseen(scene, person()).reason is Reason.STORE_UNAVAILABLE
