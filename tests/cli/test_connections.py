"""`bridge connections`: how each provider is, and its documents fetched anew."""

import json
from pathlib import Path

import pytest

from tests.cli.command import bridge
from tests.journeys.stage import Stage

pytestmark = pytest.mark.slow


def test_the_list_names_each_connection_its_keys_and_what_to_register(stage: Stage, config: Path) -> None:
    ended = bridge("connections", "list", "--config", config)
    assert (ended.status, ended.err) == (0, ""), ended.said
    assert "acme: ok" in ended.out
    assert f"{stage.public_url}/callback/acme" in ended.out
    assert stage.acme.client.client_secret not in ended.said


def test_as_json_it_is_for_programs_and_says_where_documents_came_from(stage: Stage, config: Path) -> None:
    assert bridge("connections", "refresh", "acme", "--config", config).status == 0
    ended = bridge("connections", "list", "--json", "--config", config)
    (acme,) = [one for one in json.loads(ended.out) if one["name"] == "acme"]
    assert acme["state"] == "ok"
    assert acme["issuer"] == stage.acme.url
    assert acme["provider"] == "oidc"
    assert acme["metadata"]["from"] == acme["keys"]["from"] == "redis"
    assert 0 <= acme["keys"]["age"] < 60
    assert [key["alg"] for key in acme["keys"]["keys"]] == ["RS256"]
    assert abs(acme["clock_ahead"]) < 5


def test_a_provider_that_is_away_fails_by_its_name_and_the_others_are_listed(own_stage: Stage) -> None:
    config = own_stage.write_configuration()
    own_stage.acme.go_away()
    ended = bridge("connections", "list", "--config", config)
    assert ended.status == 1
    assert "acme: idp_unavailable" in ended.out
    assert "globex: ok" in ended.out
    ended = bridge("connections", "refresh", "acme", "--config", config)
    assert (ended.status, ended.out) == (1, "")
    assert "could not be reached" in ended.err


def test_without_redis_the_list_asks_the_providers_and_a_refresh_fails(own_stage: Stage) -> None:
    config = own_stage.write_configuration()
    own_stage.redis_server.kill()
    ended = bridge("connections", "list", "--json", "--config", config)
    assert ended.status == 0, ended.said
    assert {one["keys"]["from"] for one in json.loads(ended.out)} == {"provider"}
    ended = bridge("connections", "refresh", "acme", "--config", config)
    assert ended.status == 1
    assert "Redis cannot be reached" in ended.err


def test_a_connection_that_is_not_there_is_named_with_those_that_are(config: Path) -> None:
    ended = bridge("connections", "refresh", "acne", "--config", config)
    assert ended.status == 2
    assert "acme, " in ended.err
