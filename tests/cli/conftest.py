"""A stage whose configuration the commands read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.demo.redis_server import RedisServer
from tests.cli.customers import Desk
from tests.journeys.stage import Stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """All dependencies run; break nothing here."""
    with Stage(tmp_path_factory.mktemp("cli")) as stage:
        yield stage


@pytest.fixture(scope="session")
def config(stage: Stage) -> Path:
    return stage.write_configuration()


@pytest.fixture
def own_stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage to break."""
    with Stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def desk(redis_server: RedisServer, tmp_path: Path) -> Iterator[Desk]:
    """An operator's, with a customer map of its own."""
    desk = Desk.at(redis_server.url, tmp_path)
    yield desk
    desk.server.close()
