"""`bridge customers block --email`: only the one customer that an import noted under the address."""

import pytest

from bridge.domain.link_rows import EmailRow
from bridge.state.link_records import email_digest
from tests.cli.customers import Desk

ADDRESS = "ada@acme.com"


def noted(desk: Desk, *customers: str) -> None:
    desk.links.import_emails("both", [EmailRow(email_digest(ADDRESS), customer) for customer in customers])


@pytest.mark.parametrize("spelling", [ADDRESS, "Ada@ACME.com"])
def test_a_customer_is_found_by_the_address_it_was_noted_under(desk: Desk, spelling: str) -> None:
    noted(desk, "101")
    assert desk.told("block", "--store", "both", "--email", spelling)["customer"] == "101"
    (told,) = desk.told("show", "--store", "both", "--customer", "101")
    assert told["blocked"]
    assert desk.run("unblock", "--store", "both", "--email", spelling).status == 0


@pytest.mark.parametrize("customers", [(), ("101", "102")])
@pytest.mark.parametrize("email", [ADDRESS, "\u0430da@acme.com"])
def test_none_or_several_or_a_look_alike_block_nobody(
    desk: Desk, customers: tuple[str, ...], email: str
) -> None:
    noted(desk, *customers)
    assert desk.run("block", "--store", "both", "--email", email).status == 2
    assert desk.server.command("HLEN", desk.keys.barred("both")) == 0
