"""Commerce Layer over time: a market for members of a group only, and customers who are deleted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.demo.commercelayer import Market, OrganizationOptions, create_platform
from bridge.demo.commercelayer.options import integration, sales_channel
from bridge.demo.idp import SAMPLE_PEOPLE, Person
from bridge.demo.serving import Served
from tests.journeys.browser import Answer, Browser
from tests.journeys.stage import Stage
from tests.journeys.test_profiles import joins

pytestmark = pytest.mark.slow

GROUP = "xgZVGFVZjv"
CHANNEL, BACK_OFFICE = ("the-channel", "channel-secret-" * 3), ("the-integration", "integration-secret-" * 3)


@dataclass(frozen=True)
class Shop:
    """A storefront whose market is open to one group, and the person who wants in."""

    stage: Stage
    platform: Any
    ada: Person

    def sign_in(self) -> Answer:
        return self.stage.sign_in(Browser(), store="eu")

    def customer(self) -> Any:
        (row,) = self.platform.customers.find({"email_eq": self.ada.email})
        return row


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    ada = replace(SAMPLE_PEOPLE[0], groups=("staff",))
    options = OrganizationOptions(
        sales_channel(*CHANNEL),
        integration(*BACK_OFFICE),
        markets=(Market("ZbqRvhNOmd", "staff", customer_group=GROUP),),
    )
    apps = []

    def make(url: str) -> Any:
        apps.append(create_platform(options, url))
        return apps[0]

    with Stage(tmp_path, people=(ada,)) as stage, Served.knowing_its_url(make) as served:
        stage.tables["stores.eu"] = {
            "platform": "commercelayer",
            "url": stage.store_url,
            "connections": ["acme"],
            "delivery": "query",
            "return_url": f"{stage.store_url}/auth/return",
        }
        stage.tables["stores.eu.commercelayer"] = {
            "slug": options.slug,
            "client_id": CHANNEL[0],
            "client_secret": CHANNEL[1],
            "scope": "market:code:staff",
            "integration_client_id": BACK_OFFICE[0],
            "integration_client_secret": BACK_OFFICE[1],
            "auth_url": served.url,
            "api_url": served.url,
        }
        stage.tables["stores.eu.customers"] = {"sync": "required", "relink": True}
        stage.tables["stores.eu.customers.map"] = {"group": "groups"}
        stage.tables["stores.eu.customers.map.groups"] = {"staff": GROUP}
        stage.serve()
        yield Shop(stage, apps[0].extensions["demo_platform"], ada)


def has_token(answer: Answer) -> bool:
    return answer.status == 303 and "accessToken" in parse_qs(urlsplit(answer.location).query)


def test_the_group_is_there_before_the_token_is_asked_for(shop: Shop) -> None:
    assert shop.customer().customer_group == ""  # and so outside of the market
    assert has_token(shop.sign_in())
    assert shop.customer().customer_group == GROUP


def test_nobody_enters_while_the_group_cannot_be_written(shop: Shop) -> None:
    joins(shop.ada, "visitors")
    assert not has_token(shop.sign_in())
    joins(shop.ada, "staff")
    shop.platform.api_fault = "down"
    assert not has_token(shop.sign_in())
    shop.platform.api_fault = ""
    assert has_token(shop.sign_in())


def test_a_customer_deleted_there_is_found_out_by_the_token_that_is_refused(shop: Shop) -> None:
    assert has_token(shop.sign_in())
    gone = shop.customer().id
    shop.platform.customers.delete(gone)
    assert has_token(shop.sign_in())
    assert shop.customer().id != gone
    assert shop.customer().customer_group == GROUP
