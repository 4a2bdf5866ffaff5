"""What every implementation of the port `Links` promises."""

import pytest

from bridge.domain.customer import Customer, Evidence, Holder
from bridge.domain.identity import IdentityKey
from bridge.domain.link_ports import Links
from bridge.domain.link_rows import Conflict, EmailRow, LinkRow
from bridge.state.link_records import LETTERS, email_digest

from .people import ADA, CUSTOMER, EVE, link
from .state import all_at_once
from .world import NOON

OTHER = Customer("202")


def row(identity: IdentityKey = ADA, customer: Customer = CUSTOMER, connection: str = "acme") -> LinkRow:
    return LinkRow(identity.digest, connection, customer.id, "imported", int(NOON))


class LinksContract:
    """The class that inherits this has a fixture `links`."""

    @pytest.mark.parametrize("evidence", LETTERS)
    def test_a_link_tells_what_proved_it_and_when(self, links: Links, evidence: Evidence) -> None:
        assert links.find(ADA, "us") is None
        assert links.link(link(evidence=evidence))
        found = links.find(ADA, "us")
        assert found is not None
        assert (found.customer, found.evidence, found.created_at) == (CUSTOMER, evidence, int(NOON))
        assert links.find(ADA.digest, "us") == found
        assert links.find(ADA, "eu") is None
        assert links.find(EVE, "us") is None

    def test_a_customer_tells_who_holds_it(self, links: Links) -> None:
        links.link(link())
        links.link(link(EVE, connection="zeta"))
        links.link(link(EVE, Customer("1011")))
        holders = links.holders(CUSTOMER, "us")
        assert [(one.connection, one.identity) for one in holders] == [
            ("acme", ADA.digest),
            ("zeta", EVE.digest),
        ]
        assert all(isinstance(one, Holder) and one.since > 0 for one in holders)
        assert links.holders(Customer("10"), "us") == []
        assert links.holders(CUSTOMER, "eu") == []

    def test_unlinked_is_unlinked_on_both_sides(self, links: Links) -> None:
        links.link(link())
        assert links.unlink(ADA, "us") == CUSTOMER
        assert links.unlink(ADA, "us") is None
        assert links.find(ADA, "us") is None
        assert links.holders(CUSTOMER, "us") == []
        assert links.link(link(EVE))

    def test_to_unlink_from_one_customer_leaves_a_link_to_another(self, links: Links) -> None:
        links.link(link())
        assert links.unlink(ADA, "us", OTHER) is None
        assert links.find(ADA, "us") is not None
        assert links.unlink(ADA, "us", CUSTOMER) == CUSTOMER
        assert links.find(ADA, "us") is None

    def test_to_unlink_one_leaves_the_other_connections_identity(self, links: Links) -> None:
        links.link(link())
        links.link(link(EVE, connection="other"))
        links.unlink(ADA, "us")
        assert [one.identity for one in links.holders(CUSTOMER, "us")] == [EVE.digest]

    # -- import -----------------------------------------------------------------------------

    def test_rows_go_in_once_and_sign_people_in(self, links: Links) -> None:
        rows = [row(IdentityKey(ADA.issuer, f"{n}"), Customer(str(n))) for n in range(1500)]
        assert links.import_links("us", rows) == ["new"] * 1500
        assert links.import_links("us", rows) == ["same"] * 1500
        for n in (0, 7, 1499):
            found = links.find(IdentityKey(ADA.issuer, f"{n}"), "us")
            assert found is not None
            assert (found.customer.id, found.evidence) == (str(n), "imported")
        assert links.import_links("us", []) == []

    def test_each_row_in_conflict_says_with_what_and_the_others_go_in(self, links: Links) -> None:
        links.link(link(ADA, CUSTOMER))
        somebody = IdentityKey(ADA.issuer, "somebody")
        became = links.import_links(
            "us", [row(EVE, CUSTOMER), row(ADA, OTHER), row(somebody, Customer("303")), row(ADA, CUSTOMER)]
        )
        assert became == [Conflict(identity=ADA.digest), Conflict(customer="101"), "new", "same"]
        assert links.find(EVE, "us") is None
        # What a row claimed in vain is free for the next.
        assert links.holders(OTHER, "us") == []
        assert links.import_links("us", [row(EVE, OTHER)]) == ["new"]

    def test_rows_of_one_batch_may_contradict_each_other(self, links: Links) -> None:
        became = links.import_links("us", [row(ADA, CUSTOMER), row(EVE, CUSTOMER), row(ADA, OTHER)])
        assert became == ["new", Conflict(identity=ADA.digest), Conflict(customer="101")]
        assert links.holders(OTHER, "us") == []

    def test_one_customer_may_have_an_identity_of_each_connection(self, links: Links) -> None:
        assert links.import_links("us", [row(ADA), row(EVE, connection="other")]) == ["new", "new"]

    def test_imports_and_sign_ins_at_once_never_give_one_customer_two_identities(self, links: Links) -> None:
        people = [IdentityKey(ADA.issuer, f"{n}") for n in range(12)]
        customers = [Customer(str(n)) for n in range(40)]

        def act(number: int) -> None:
            for n, customer in enumerate(customers):
                who = IdentityKey(ADA.issuer, f"{number}-{n}")
                if number % 2:
                    links.import_links("us", [row(who, customer)])
                else:
                    links.link(link(who, customer))

        all_at_once(len(people), act)
        exported = list(links.all_links("us"))
        assert sorted(one.customer for one in exported) == sorted(customer.id for customer in customers)
        for one in exported:
            found = links.find(one.identity, "us")
            assert found is not None
            assert found.customer.id == one.customer

    # -- export -----------------------------------------------------------------------------

    def test_what_went_in_comes_out_and_goes_in_again(self, links: Links) -> None:
        rows = [row(IdentityKey(ADA.issuer, f"{n}"), Customer(f"c{n}")) for n in range(300)]
        links.import_links("us", rows)
        links.link(link(EVE, Customer("c7"), connection="other"))
        exported = list(links.all_links("us"))
        assert sorted(exported) == sorted([*rows, LinkRow(EVE.digest, "other", "c7", "email", int(NOON))])
        assert list(links.all_links("eu")) == []
        assert set(links.import_links("eu", exported)) == {"new"}
        assert sorted(links.all_links("eu")) == sorted(exported)

    def test_batches_come_back_in_their_order(self, links: Links) -> None:
        batches = [
            [row(IdentityKey(ADA.issuer, f"{n}-{m}"), Customer(f"{n}-{m}")) for m in range(n + 1)]
            for n in range(20)
        ]
        assert [len(became) for became in links.import_batches("us", iter(batches))] == list(range(1, 21))

    # -- e-mails ----------------------------------------------------------------------------

    def test_a_customer_is_found_by_the_address_it_was_noted_under(self, links: Links) -> None:
        digest = email_digest("ada@acme.com")
        assert links.import_emails("us", [EmailRow(digest, "101")]) == ["new"]
        assert links.import_emails("us", [EmailRow(digest, "101")]) == ["same"]
        assert links.known_by_email("ada@acme.com", "us") == [CUSTOMER]
        assert links.known_by_email("eve@acme.com", "us") == []
        assert links.known_by_email("ada@acme.com", "eu") == []
        assert list(links.all_emails("us")) == [EmailRow(digest, "101")]
        assert links.forget_email("ada@acme.com", "us")
        assert not links.forget_email("ada@acme.com", "us")
        assert links.known_by_email("ada@acme.com", "us") == []

    def test_two_customers_under_one_address_are_both_told(self, links: Links) -> None:
        digest = email_digest("ada@acme.com")
        rows = [EmailRow(digest, "101"), EmailRow(digest, "1"), EmailRow(digest, "1")]
        assert links.import_emails("us", rows) == ["new", Conflict("101"), Conflict("101")]
        assert links.known_by_email("ada@acme.com", "us") == [CUSTOMER, Customer("1")]
        assert sorted(links.all_emails("us")) == [EmailRow(digest, "1"), EmailRow(digest, "101")]
