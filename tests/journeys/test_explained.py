"""Sign-ins at a real bridge, as `bridge explain` tells them afterwards, and the audit that it seals meanwhile."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.reference import reference_of
from tests.cli.command import bridge
from tests.journeys.browser import Browser
from tests.journeys.stage import Stage, query_of, until
from tests.journeys.storefronts import add_storefronts, arrive, redeem

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Path]]:
    with Stage(tmp_path_factory.mktemp("explained")) as stage:
        add_storefronts(stage)
        stage.serve()
        yield stage, stage.write_configuration()


def told(served: tuple[Stage, Path], reference: str) -> dict[str, Any]:
    ended = bridge("explain", reference, "--json", "--config", served[1])
    assert ended.status == 0, ended.said
    document: dict[str, Any] = json.loads(ended.out)
    return document


def names(document: dict[str, Any]) -> list[str]:
    return [step["name"] for record in document["records"] for step in record["steps"]]


def reference_at(url: str) -> str:
    return reference_of(query_of(url)["state"])


def test_a_first_sign_in_and_a_second_one(served: tuple[Stage, Path]) -> None:
    stage, _ = served
    for asks_store in (True, False):
        url = stage.callback_url(browser := Browser())
        assert browser.fetch(url).status == 303
        document = told(served, reference_at(url))
        assert (document["end"], document["store"], document["connection"]) == ("signed_in", "us", "acme")
        assert document["customer"]
        steps = names(document)
        for name in (
            "chosen",
            "sent",
            "returned",
            "taken",
            "code_exchanged",
            "id_token_verified",
            "identity",
        ):
            assert name in steps
        subjects = [
            step["facts"]["subject"]
            for record in document["records"] for step in record["steps"] if step["name"] == "call"
        ]  # fmt: skip
        assert ("stores.us" in subjects) == asks_store
        assert "connections.acme" in subjects


def test_another_account_than_the_connections(served: tuple[Stage, Path]) -> None:
    url = served[0].callback_url(browser := Browser(), "Eve")
    assert browser.fetch(url).refusal == "email_outside_domains"
    document = told(served, reference_at(url))
    assert (document["end"], document["reason"]) == ("refused", "email_outside_domains")
    assert document["identity"]


def test_nobody_came_back_and_another_browser_did(served: tuple[Stage, Path]) -> None:
    url = served[0].callback_url(Browser())
    assert told(served, reference_at(url))["end"] == "away"
    assert Browser().fetch(url).refusal == "cookie_missing"
    document = told(served, reference_at(url))
    assert document["reason"] == "cookie_missing"
    assert names(document)[:2] == ["chosen", "sent"]


def test_a_code_that_the_provider_does_not_take(served: tuple[Stage, Path]) -> None:
    url = served[0].callback_url(browser := Browser())
    code = query_of(url)["code"]
    assert browser.fetch(url.replace(code, "made-up")).refusal == "code_rejected"
    document = told(served, reference_at(url))
    assert document["reason"] == "code_rejected"
    assert code not in json.dumps(document)
    assert "made-up" not in json.dumps(document)


def test_a_code_that_a_storefront_redeems(served: tuple[Stage, Path]) -> None:
    stage, _ = served
    brought = arrive(stage)
    assert redeem(stage, "server", brought["code"])[0].status == 200
    newest = json.loads(bridge("explain", "--last", "1", "--json", "--config", served[1]).out)[0]
    assert [record["kind"] for record in newest["records"]] == ["begun", "signed_in", "token"]


def test_nothing_of_the_people_is_in_the_records(served: tuple[Stage, Path]) -> None:
    stage, _ = served
    stage.sign_in(Browser())
    for stream in ("decisions", "strays", "audit"):
        text = str(stage.redis.xrange(f"bridge:{stream}")).lower()
        assert "lovelace" not in text
        assert stream == "audit" or "@" not in text  # there it is the operator's own


def test_a_running_bridge_seals_its_audit(served: tuple[Stage, Path]) -> None:
    stage, config = served
    stage.sign_in(Browser())

    def all_sealed() -> bool:
        verdict = json.loads(bridge("audit", "verify", "--json", "--config", config).out)
        assert verdict["holds"], verdict
        return bool(verdict["events"]) and not verdict["unsealed"]

    until(all_sealed)
    events = str(stage.redis.xrange("bridge:audit"))
    assert "serving" in events
    assert "signed_in" in events
