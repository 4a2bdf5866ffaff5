"""A stage, an app in this process on a real Redis, and a bridge as a process for what only a server shows."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from bridge.settings import read_settings
from bridge.web.app import create_app
from bridge.wiring.bridge import wire
from tests.journeys.browser import Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage
from tests.web.apps import MakeApp


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("web")) as stage:
        yield stage


@pytest.fixture(scope="session")
def bridge(stage: Stage) -> BridgeProcess:
    return stage.serve()


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture(scope="session")
def make_app(stage: Stage) -> Iterator[MakeApp]:
    """Makes the app of a configuration with other values under [server]."""
    wired = []

    def make(**server: Any) -> Flask:
        before = stage.tables["server"]
        stage.tables["server"] = {**before, **server}
        try:
            settings = read_settings(stage.write_configuration("other.toml"), {})
        finally:
            stage.tables["server"] = before
        made = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
        wired.append(made)
        return create_app(made)

    yield make
    for made in wired:
        made.redis.close()


@pytest.fixture(scope="session")
def app(make_app: MakeApp) -> Flask:
    return make_app()
