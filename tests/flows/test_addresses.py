"""Stores that know customers by their e-mail alone: judged at each sign-in, and never another's account."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.customer import Customer, Link
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import HandOff, Redirect, Visit
from bridge.domain.identity import Identity
from bridge.domain.refusal import Reason, Refused
from tests.contracts.world import FakeClock
from tests.flows.scene import Scene, person


class AddressShop:
    """Hands over whoever it is given, and remembers."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []

    def hand_off(self, visit: Visit, deadline: Deadline) -> HandOff:
        self.visits.append(visit)
        return Redirect(f"https://store.example.com/{len(self.visits)}")


@pytest.fixture
def scene(clock: FakeClock) -> Scene:
    made = Scene(clock)
    stores = made.flow.stores
    assert isinstance(stores, dict)
    stores["us"] = replace(stores["us"], email_is_identity=True)
    assert made.flow.customers.stores["us"].email_is_identity
    return made


@pytest.fixture
def shop(scene: Scene) -> AddressShop:
    made = AddressShop()
    deliveries = scene.flow.deliveries
    assert isinstance(deliveries, dict)
    deliveries["us"] = made
    return made


def refused(scene: Scene, who: Identity) -> Refused:
    with pytest.raises(Refused) as found:
        scene.sign_in(who)
    return found.value


def test_the_address_is_the_customer_and_goes_along_with_the_names(scene: Scene, shop: AddressShop) -> None:
    scene.sign_in(person())
    (visit,) = shop.visits
    assert visit.customer == Customer("ada@acme.com")
    assert visit.profile is not None
    assert (visit.profile.email, visit.profile.first_name, visit.profile.last_name) == (
        "ada@acme.com",
        "Ada",
        "Lovelace",
    )


def test_nothing_is_made_up_where_the_provider_names_nobody(scene: Scene, shop: AddressShop) -> None:
    scene.sign_in(person(name=""))
    assert shop.visits[0].profile is not None
    assert (shop.visits[0].profile.first_name, shop.visits[0].profile.last_name) == ("", "")


def test_the_store_is_asked_nothing(scene: Scene, shop: AddressShop) -> None:
    scene.sign_in(person())
    assert scene.shop.calls == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email_verified": False}, Reason.EMAIL_NOT_TRUSTED),
        ({"email_verified": None}, Reason.EMAIL_NOT_TRUSTED),
        ({"email": ""}, Reason.EMAIL_NOT_TRUSTED),
        ({"email": "ada@elsewhere.com"}, Reason.EMAIL_OUTSIDE_DOMAINS),
        ({"email": "a" * 130 + "@acme.com"}, Reason.CUSTOMER_UNKNOWN),
        ({"email": "lovelace@acme.com"}, Reason.EMAIL_CHANGED),
    ],
)
def test_who_was_let_in_before_is_judged_again(
    scene: Scene, shop: AddressShop, changes: dict[str, Any], reason: Reason
) -> None:
    """Elsewhere the link would be enough."""
    scene.sign_in(person())
    found = refused(scene, person(**changes))
    assert found.reason is reason
    assert "@" not in found.detail
    assert len(shop.visits) == 1


def test_an_address_that_went_to_somebody_else_is_refused(scene: Scene, shop: AddressShop) -> None:
    scene.sign_in(person("ada"))
    found = refused(scene, person("eve"))
    assert found.reason is Reason.CUSTOMER_ALREADY_LINKED
    assert "@" not in found.detail
    assert len(shop.visits) == 1


def test_a_link_that_says_otherwise_is_not_followed(scene: Scene, shop: AddressShop) -> None:
    """An import, or a hand at Redis, named another customer for this identity."""
    who = person()
    link = Link(
        store="us", identity=who.key, connection="acme", customer=Customer("boss@acme.com"),
        evidence="imported", created_at=0,
    )  # fmt: skip
    assert scene.sign_ins.link(link)
    assert refused(scene, who).reason is Reason.EMAIL_CHANGED
    assert shop.visits == []


def test_for_who_is_blocked_nothing_is_written(scene: Scene, shop: AddressShop) -> None:
    scene.state.blocked.add((person().key.digest, "us"))
    assert refused(scene, person()).reason is Reason.CUSTOMER_BLOCKED
    assert scene.state.links.find(person().key, "us") is None
    assert shop.visits == []


def test_no_claim_chooses_the_customer(scene: Scene, shop: AddressShop) -> None:
    stores = scene.flow.stores
    assert isinstance(stores, dict)
    policy = replace(stores["us"].customers, claim="customer_id")
    stores["us"] = replace(stores["us"], customers=policy)
    scene.sign_in(person(claims={"customer_id": "boss@acme.com"}))
    assert shop.visits[0].customer == Customer("ada@acme.com")


def test_other_stores_get_no_profile(scene: Scene) -> None:
    seen = AddressShop()
    deliveries = scene.flow.deliveries
    assert isinstance(deliveries, dict)
    deliveries["eu"] = seen
    scene.sign_in(person(), store="eu")
    assert seen.visits[0].profile is None
