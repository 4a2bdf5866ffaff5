"""How long a session goes on that its storefront uses, or does not: a bridge as a process, and real seconds."""

import json
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.journeys.browser import Browser
from tests.journeys.stage import Stage, until
from tests.journeys.storefronts import NEW, add_storefronts, arrive, ask, basic, redeem

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("lives")) as stage:
        add_storefronts(stage)
        stage.tables["connections.acme"]["session_idle"] = 3
        stage.tables["connections.acme"]["session_lifetime"] = 60
        stage.serve()
        yield stage


def active(stage: Stage, sid: str) -> int:
    """Seconds for which it lives on; 0 for one that ended. Counts as use."""
    url = f"{stage.bridge_url}/session/server?{urlencode({'sid': sid})}"
    told = json.loads(Browser().fetch(url, headers=basic("server", NEW)).body)
    return int(told.get("expires_in", 0)) if told["active"] else 0


def renewed(stage: Stage, handle: str) -> bool:
    form = {"grant_type": "refresh_token", "refresh_token": handle}
    answer, told = ask(stage, "server", form, basic("server", NEW))
    assert answer.status == 200 or told["error"] == "invalid_grant"
    return answer.status == 200


def test_a_session_lives_on_while_its_storefront_renews_or_asks_and_ends_when_it_does_neither(
    stage: Stage,
) -> None:
    _, renewing = redeem(stage, "server", arrive(stage)["code"])
    _, asking = redeem(stage, "server", arrive(stage)["code"])
    _, idle = redeem(stage, "server", arrive(stage)["code"])
    begun = time.time()
    while time.time() - begun < 3.6:
        time.sleep(1.2)
        assert renewed(stage, renewing["session"])
        assert 0 < active(stage, asking["sid"]) <= 3
    assert not renewed(stage, idle["session"]), "three seconds without use"
    assert active(stage, idle["sid"]) == 0
    assert active(stage, renewing["sid"])
    assert renewed(stage, asking["session"])
    until(lambda: not stage.redis.keys("bridge:session:*"), seconds=8)
    assert not renewed(stage, renewing["session"])
    assert active(stage, asking["sid"]) == 0
