"""What happens to customers over time, with a bridge as a process, a real Redis and the store's own API."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.demo.idp import SAMPLE_PEOPLE, Person
from tests.journeys.browser import Browser
from tests.journeys.stage import Stage
from tests.journeys.storefronts import add_storefronts, arrive, ask, basic, redeem, secret_of

pytestmark = pytest.mark.slow


@pytest.fixture
def ada() -> Person:
    return replace(SAMPLE_PEOPLE[0], groups=("everybody", "buyers"))


@pytest.fixture
def stage(tmp_path: Path, ada: Person) -> Iterator[Stage]:
    """A stage whose stores map groups, and one person whom `joins` moves."""
    with Stage(tmp_path, people=(ada,)) as made:
        add_storefronts(made)
        for store in ("us", "server"):
            made.tables[f"stores.{store}.customers"] = {"relink": True}
            made.tables[f"stores.{store}.customers.map"] = {"group": "groups"}
            made.tables[f"stores.{store}.customers.map.groups"] = {"gold": 7, "buyers": 3}
        made.serve()
        yield made


def joins(person: Person, *groups: str) -> None:
    """The directory changes while people are signed in to it."""
    object.__setattr__(person, "groups", groups)


def group(stage: Stage, customer: int = 101) -> int:
    row = stage.shop.customers.get(customer)
    return row.customer_group_id if row else -1


def command(stage: Stage, *words: str) -> int:
    """A command of an operator, in a process of its own."""
    config = ["--config", str(stage.write_configuration())]
    run = [sys.executable, "-m", "bridge", "customers", *words, *config]
    return subprocess.run(run, env=os.environ, capture_output=True, timeout=30, check=False).returncode


def test_a_change_of_groups_is_in_the_store_before_the_token_is_used(stage: Stage, ada: Person) -> None:
    browser = Browser()
    answer = stage.sign_in(browser)
    assert group(stage) == 3
    assert browser.walk(answer.location).url == f"{stage.store_url}/cart"

    joins(ada, "everybody", "gold")
    calls = len(stage.shop.calls)
    stage.sign_in(browser)
    assert group(stage) == 7
    assert [call.method for call in stage.shop.calls[calls:]] == ["PUT"]

    calls = len(stage.shop.calls)
    stage.sign_in(browser)
    assert stage.shop.calls[calls:] == []  # nothing changed, nothing asked


def test_groups_that_no_table_knows_change_nothing(stage: Stage, ada: Person) -> None:
    stage.sign_in(Browser())
    joins(ada, "7", "3,7", "Gold")
    assert stage.sign_in(Browser()).status == 303
    assert group(stage) == 3


def test_while_the_store_is_down_known_customers_sign_in_and_are_told_later(
    stage: Stage, ada: Person
) -> None:
    stage.sign_in(Browser())
    joins(ada, "gold")
    stage.shop.fault = "down"
    assert stage.sign_in(Browser()).status == 303
    assert group(stage) == 3
    stage.shop.fault = ""
    assert stage.sign_in(Browser()).status == 303
    assert group(stage) == 7


def test_whose_customer_was_deleted_becomes_a_new_one_and_nobody_elses(stage: Stage, ada: Person) -> None:
    stage.sign_in(Browser())
    stage.shop.customers.delete([101])
    joins(ada, "gold")
    browser = Browser()
    assert browser.walk(stage.sign_in(browser).location).url == f"{stage.store_url}/cart"
    (row,) = stage.shop.customers.find(emails=["ada.lovelace@acme.example"])
    assert row.id not in (101, 102, 103)
    assert row.customer_group_id == 7
    assert stage.shop.attempts[-1].customer_id == row.id


@pytest.mark.parametrize("whom", ["customer", "identity"])
def test_who_is_blocked_in_the_middle_is_out_at_once(stage: Stage, whom: str) -> None:
    _, given = redeem(stage, "server", arrive(stage)["code"])
    renewal = {"grant_type": "refresh_token", "refresh_token": given["session"]}
    headers = basic("server", secret_of(stage, "server"))
    assert ask(stage, "server", renewal, headers)[0].status == 200
    waiting = arrive(stage)["code"]
    browser = Browser()
    callback = stage.callback_url(browser, store="server")
    assert browser.fetch(callback).status == 303

    who = (
        ["--customer", "101"]
        if whom == "customer"
        else ["--issuer", stage.acme.url, "--subject", "acme-1001"]
    )
    assert command(stage, "block", "--store", "server", *who) == 0

    assert ask(stage, "server", renewal, headers)[0].status == 400
    assert redeem(stage, "server", waiting)[0].status == 400
    assert browser.fetch(callback).refusal == "customer_blocked"  # not even by the reload of a callback
    refused = stage.sign_in(Browser(), store="server")
    assert (refused.status, refused.refusal) == (403, "customer_blocked")
    assert "block" not in refused.text.lower().replace(
        "customer_blocked", ""
    )  # the shopper reads neutral words
    assert stage.sign_in(Browser(), store="us").status == 303  # another store

    assert command(stage, "unblock", "--store", "server", *who) == 0
    assert stage.sign_in(Browser(), store="server").status == 303
