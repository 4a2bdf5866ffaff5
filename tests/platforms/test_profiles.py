"""What a store is told of its customers after they were made, over real HTTP."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.domain.customer import Customer, CustomerGone, Profile
from bridge.domain.profile import Details
from bridge.domain.refusal import Reason, Refused
from tests.contracts.world import FakeClock

from .conftest import World, soon
from .test_both import EVE, OnTheDemosCommerceLayer, StoreUnderTest, demo_platform

ADA, BOTH = Customer("101"), Customer("103")
EVERYTHING = Details(
    email="countess@acme.example",
    plain={"first_name": "Augusta Ada", "last_name": "King", "company": "Engines", "phone": "+44 20"},
    group="7",
    attributes={"Cost centre": "4711"},
    metafields={("crm", "tier"): "first", ("crm", "since"): "1843"},
)


class TestBigCommerce:
    def test_all_of_it_is_written(self, world: World) -> None:
        assert world.platform.update(ADA, EVERYTHING, soon()) == []
        row = world.shop.customers.get(101)
        assert row is not None
        assert (row.email, row.name, row.company) == ("countess@acme.example", "Augusta Ada King", "Engines")
        assert (row.phone, row.customer_group_id) == ("+44 20", 7)
        assert row.channel_ids is None  # nobody loses the channels they had
        assert world.shop.profiles.values == {(101, 1): "4711"}
        fields = {(one["namespace"], one["key"]): one for one in world.shop.profiles.of(101)}
        assert fields["crm", "tier"]["value"] == "first"
        assert fields["crm", "since"]["permission_set"] == "app_only"

    def test_written_twice_it_is_the_same_and_a_metafield_is_changed_in_its_place(self, world: World) -> None:
        world.platform.update(ADA, EVERYTHING, soon())
        assert world.platform.update(ADA, EVERYTHING, soon()) == []
        changed = replace(EVERYTHING, metafields={("crm", "tier"): "second"})
        assert world.platform.update(ADA, changed, soon()) == []
        values = {one["key"]: one["value"] for one in world.shop.profiles.of(101)}
        assert values == {"tier": "second", "since": "1843"}

    def test_what_is_not_said_stays(self, world: World) -> None:
        world.platform.update(ADA, Details(group="3"), soon())
        row = world.shop.customers.get(101)
        assert row is not None
        assert (row.email, row.name, row.customer_group_id) == ("Ada@Acme.example", "Ada Lovelace", 3)

    def test_a_group_that_the_store_has_not_is_left_out_and_said(self, world: World) -> None:
        left = world.platform.update(ADA, replace(EVERYTHING, group="99"), soon())
        row = world.shop.customers.get(101)
        assert row is not None
        assert left == ["the group stays: the store does not take the new one"]
        assert (row.customer_group_id, row.company, row.email) == (0, "Engines", "countess@acme.example")
        assert world.platform.update(ADA, Details(group="gold"), soon()) == [
            "the group stays: the new one's id is no number"
        ]

    def test_the_address_of_another_customer_is_never_taken(self, world: World) -> None:
        left = world.platform.update(ADA, Details(email="both@acme.example", group="7"), soon())
        row = world.shop.customers.get(101)
        assert row is not None
        assert "another customer of this channel has the new one" in left[0]
        assert (row.email, row.customer_group_id) == ("Ada@Acme.example", 7)

    def test_an_address_that_the_store_refuses_for_another_channel_is_left_out(self, world: World) -> None:
        left = world.platform.update(BOTH, Details(email="two@acme.example", plain={"company": "X"}), soon())
        row = world.shop.customers.get(103)
        assert row is not None
        assert left == ["the e-mail stays: the store does not take the new one"]
        assert (row.email, row.company) == ("both@acme.example", "X")

    def test_an_attribute_that_the_store_has_not_is_said(self, world: World) -> None:
        left = world.platform.update(ADA, Details(attributes={"Shoe size": "7", "Cost centre": "1"}), soon())
        assert left == ["the store has no attribute Shoe size"]
        assert world.shop.profiles.values == {(101, 1): "1"}

    @pytest.mark.parametrize(
        "details",
        [
            EVERYTHING,
            Details(group="99"),
            Details(attributes={"Cost centre": "1"}),
            Details(metafields={("crm", "tier"): "first"}),
        ],
    )
    @pytest.mark.parametrize("customer", ["999", "102", "101/../102", "x"])
    def test_a_customer_who_is_not_there_is_gone(self, world: World, details: Details, customer: str) -> None:
        """102 may not sign in on this channel: as good as gone, once the store refuses to change it."""
        if customer == "102":
            world.shop.customers.delete([102])
        with pytest.raises(CustomerGone):
            world.platform.update(Customer(customer), details, soon())

    @pytest.mark.parametrize("fault", ["down", "500", "429", "overload"])
    def test_a_store_that_is_down_says_so_and_nothing_is_gone(self, world: World, fault: str) -> None:
        world.shop.fault = fault
        with pytest.raises(Refused) as caught:
            world.platform.update(ADA, EVERYTHING, soon())
        assert caught.value.reason in (Reason.STORE_UNAVAILABLE, Reason.STORE_BUSY)

    def test_a_new_customer_has_it_all_from_the_beginning(self, world: World) -> None:
        made = world.platform.create(replace(EVE, details=EVERYTHING), soon())
        row = world.shop.customers.get(int(made.id))
        assert row is not None
        assert (row.customer_group_id, row.company, row.first_name) == (7, "Engines", "Augusta Ada")

    def test_a_group_that_is_gone_keeps_nobody_out(self, world: World) -> None:
        made = world.platform.create(replace(EVE, details=Details(group="99")), soon())
        row = world.shop.customers.get(int(made.id))
        assert row is not None
        assert row.customer_group_id == 0

    def test_it_tells_which_groups_and_attributes_it_has_not(self, world: World) -> None:
        assert world.platform.unknown_groups(["3", "7", "99", "0"], soon()) == ["99"]
        assert world.platform.unknown_attributes(["Cost centre", "Shoe size"], soon()) == ["Shoe size"]


@pytest.fixture
def organization(clock: FakeClock) -> Iterator[StoreUnderTest]:
    with demo_platform(clock) as made:
        yield made


GROUP = "xgZVGFVZjv"


class TestCommerceLayer:
    def row(self, organization: StoreUnderTest, customer: Customer) -> tuple[str, str, dict[str, object]]:
        assert isinstance(organization, OnTheDemosCommerceLayer)
        row = organization._organization.customers.get(customer.id)
        return row.email, row.customer_group, dict(row.metadata)

    def test_group_metadata_and_address_are_written_and_nobody_elses_entries_lost(
        self, organization: StoreUnderTest
    ) -> None:
        made = organization.platform.create(EVE, soon())
        proof = self.row(organization, made)[2]
        details = Details(email="eva@acme.example", group=GROUP, metadata={"employee": "7"})
        assert organization.platform.update(made, details, soon()) == []
        assert self.row(organization, made) == ("eva@acme.example", GROUP, {**proof, "employee": "7"})
        assert proof
        assert organization.platform.find_by_identity(EVE.identity, soon()) == made if EVE.identity else False

    def test_a_group_that_the_organization_has_not_is_left_out_and_said(
        self, organization: StoreUnderTest
    ) -> None:
        left = organization.platform.update(
            organization.ada, Details(group="nobody", metadata={"a": "b"}), soon()
        )
        assert left == ["the group stays: the store does not take the new one"]
        assert self.row(organization, organization.ada)[1:] == ("", {"a": "b"})

    def test_the_address_of_another_customer_is_never_taken(self, organization: StoreUnderTest) -> None:
        organization.platform.create(EVE, soon())
        left = organization.platform.update(organization.ada, Details(email=EVE.email, group=GROUP), soon())
        assert left == ["the e-mail stays: another customer has the new one"]
        assert self.row(organization, organization.ada)[:2] == ("Ada@Acme.example", GROUP)

    @pytest.mark.parametrize(
        "details", [Details(group=GROUP), Details(metadata={"a": "b"}), Details(group="nobody")]
    )
    @pytest.mark.parametrize("customer", ["ZZZZZZZZZZ", "../orders/1", ""])
    def test_a_customer_who_is_not_there_is_gone(
        self, organization: StoreUnderTest, details: Details, customer: str
    ) -> None:
        with pytest.raises(CustomerGone):
            organization.platform.update(Customer(customer), details, soon())

    def test_a_new_customer_is_in_its_group_from_the_beginning(self, organization: StoreUnderTest) -> None:
        details = Details(group=GROUP, metadata={"employee": "7", "bridge": "forged"})
        made = organization.platform.create(replace(EVE, details=details), soon())
        _, group, metadata = self.row(organization, made)
        assert (group, metadata["employee"]) == (GROUP, "7")
        assert metadata["bridge"] != "forged"
        without = Profile(
            email="x@acme.example", first_name="X", last_name="Y", details=Details(group="nobody")
        )
        assert self.row(organization, organization.platform.create(without, soon()))[1] == ""
