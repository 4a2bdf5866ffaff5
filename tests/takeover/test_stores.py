"""What a store may have, or do, that would give somebody another person's account."""

from dataclasses import replace

import pytest

from bridge.demo.bigcommerce import Customer as Row
from bridge.domain.customer import Customer, Profile
from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason, Refused
from tests.contracts.world import FakeClock
from tests.platforms.commercelayer.conftest import World as Organization
from tests.platforms.commercelayer.organization import Row as OrganizationRow
from tests.platforms.conftest import OPTIONS, soon, store

KATE = "kate@acme.example"
TWIN = "\u212aate@acme.example"  # the Kelvin sign, which lower() makes a k; MySQL's collations think so, too
EVE = Profile(email="ada@acme.example", first_name="Eve", last_name="Adams")


@pytest.mark.parametrize(
    "email", [TWIN, " " + KATE, KATE + " ", KATE + "\u200b", f'"kate"@{KATE.partition("@")[2]}']
)
def test_who_registered_a_twin_of_an_address_at_the_storefront_does_not_get_its_owners_sign_ins(
    clock: FakeClock, email: str
) -> None:
    """A trap: an account is laid out under a look-alike, for Kate to be signed in to and to fill."""
    trap = Row(id=666, email=email, first_name="Not", last_name="Kate")
    with store(clock, customers=(*OPTIONS.customers, trap)) as world:
        assert world.platform.find(KATE, soon()) == []
    organization = Organization(clock)
    organization.organization.rows["TTTTTTTTTT"] = OrganizationRow("TTTTTTTTTT", email)
    assert organization.platform.find(KATE, clock.deadline()) == []


def test_where_no_address_is_matched_a_customer_that_came_to_be_meanwhile_is_not_taken(
    clock: FakeClock,
) -> None:
    """Between look-up and creation somebody registers: the store says 422, and the address decides nothing."""
    unmatched = replace(EVE, match_email=False)
    with store(clock) as world:
        with pytest.raises(Refused) as caught:
            world.platform.create(unmatched, soon())
        assert caught.value.reason is Reason.STORE_REJECTED
        assert world.platform.create(EVE, soon()) == Customer("101")
    organization = Organization(clock).platform
    with pytest.raises(Refused) as caught:
        organization.create(unmatched, clock.deadline())
    assert caught.value.reason is Reason.STORE_REJECTED


def test_where_no_address_is_matched_the_one_made_for_this_very_identity_is_taken(clock: FakeClock) -> None:
    """The store's own proof of whom it was made for is no address."""
    organization = Organization(clock).platform
    mine = Profile(
        email="new@acme.example", first_name="N", last_name="W", match_email=False,
        identity=IdentityKey("https://idp.acme.example", "new"),
    )  # fmt: skip
    made = organization.create(mine, clock.deadline())
    assert organization.create(mine, clock.deadline()) == made
