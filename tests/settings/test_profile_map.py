"""[stores.NAME.customers.map]: what it becomes, and what is told of a line that could never be written."""

import re
from pathlib import Path

import pytest

from bridge.domain.profile import NO_MAP
from bridge.settings.example import example_toml
from bridge.settings.profile_map import profile_map

from .samples import faults_of, read
from .test_example import ENVIRON

MAP = """\
first_name = "given_name"
group = "groups"
groups = { "buyers-gold" = 7, "buyers" = "3" }
other_group = 1
attributes = { "Cost centre" = "cost_center" }
metafields = { crm = { tier = "https://acme.com/tier" } }
"""


def with_map(text: str, *, more: str = "", store: str = "us") -> str:
    """The example with this map in one of its stores."""
    if store == "us":
        return (
            example_toml()
            .replace("[stores.us.customers.map]\n", f"[stores.us.customers.map]\n{text}")
            .replace("[stores.us.customers]\n", f"[stores.us.customers]\n{more}")
        )
    return f"{example_toml()}\n[stores.{store}.customers]\n{more}\n[stores.{store}.customers.map]\n{text}"


def test_a_map_is_read_as_it_stands_and_its_groups_in_their_order(tmp_path: Path) -> None:
    mapped = profile_map(read(tmp_path, with_map(MAP), ENVIRON).stores["us"].customers.map)
    assert mapped.plain == {"first_name": "given_name"}
    assert list(mapped.groups.items()) == [("buyers-gold", "7"), ("buyers", "3")]
    assert mapped.other_group == "1"
    assert mapped.group_ids == ("7", "3", "1")
    assert mapped.attributes == {"Cost centre": "cost_center"}
    assert mapped.metafields == {("crm", "tier"): "https://acme.com/tier"}


def test_without_a_map_there_is_none(tmp_path: Path) -> None:
    assert profile_map(read(tmp_path, example_toml(), ENVIRON).stores["us"].customers.map) == NO_MAP
    assert not NO_MAP


@pytest.mark.parametrize(
    ("text", "more", "store", "where", "words"),
    [
        ('metadata = { x = "y" }', "", "us", "us.customers.map.metadata", "no such field"),
        ('first_name = "x"', "", "eu", "eu.customers.map.first_name", "there is: group, metadata"),
        ('metadata = { bridge = "y" }', "", "eu", "eu.customers.map.metadata", "proof of its own"),
        ('group = "groups"', "", "us", "us.customers.map.groups", "is needed with `group`"),
        ("groups = { a = 1 }", "", "us", "us.customers.map.groups", "not used without `group`"),
        ("other_group = 1", "", "us", "us.customers.map.other_group", "not used without `group`"),
        ('group = "g"\ngroups = { a = "gold members" }', "", "us", "us.customers.map.groups", "not its name"),
        ('group = "g"\ngroups = { a = true }', "", "us", "us.customers.map.groups", ""),
        ('company = "a..b"', "", "us", "us.customers.map.company", "a dot between"),
        ('company = " a"', "", "us", "us.customers.map.company", "a claim's name"),
        ('attributes = { a = "" }', "", "us", "us.customers.map.attributes", "must name a claim"),
        ("", 'sync = "required"', "us", "us.customers.sync", "without a map"),
        ("", 'claim_connections = ["acme"]', "us", "us.customers.claim_connections", "without `claim`"),
        ("", 'claim = "no"\nclaim_connections = ["acmee"]', "us", "us.customers.claim_connections", "of this store"),
        ('group = "g"\ngroups = { a = "gold" }', "", "us", "us.customers.map.groups.a", "the number of a customer group"),
        ("", "relink = true", "plus", "plus.customers.relink", "the e-mail is the customer"),
        ("", 'verify_customer = "always"', "us", "us.customers.verify_customer", "daily"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_fault_with_its_place(
    tmp_path: Path, text: str, more: str, store: str, where: str, words: str
) -> None:
    shown = faults_of(tmp_path, with_map(text + "\n", more=more + "\n", store=store), ENVIRON)
    assert len(shown) == 1, shown
    assert re.search(re.escape(f"stores.{where}"), shown[0])
    assert words in shown[0]


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ('company = "c"', "", "customers.map"),
        ("", 'verify_customer = "daily"', "customers.verify_customer"),
        ("", "relink = true", "customers.relink"),
        ("", "update_email = true", "customers.update_email"),
    ],
)
def test_without_the_stores_api_nothing_can_be_told_or_asked(
    tmp_path: Path, text: str, more: str, words: str
) -> None:
    whole = with_map(text + "\n", more=more + "\n").replace('access_token = "env:BC_TOKEN"\n', "")
    (shown,) = faults_of(tmp_path, whole, ENVIRON)
    assert "stores.us.bigcommerce.access_token: is needed with " + words in shown
