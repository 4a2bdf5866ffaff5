"""One stage with one bridge for the journeys that leave nothing broken behind; new ones for the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.browser import Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, BridgeProcess]]:
    with Stage(tmp_path_factory.mktemp("stage")) as stage:
        yield stage, stage.serve()


@pytest.fixture
def stage(shared: tuple[Stage, BridgeProcess]) -> Stage:
    """A stage with a running bridge, shared by journeys: break nothing here."""
    return shared[0]


@pytest.fixture
def bridge(shared: tuple[Stage, BridgeProcess]) -> BridgeProcess:
    return shared[1]


@pytest.fixture
def own_stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage without a bridge, to break as you like."""
    with Stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def browser() -> Browser:
    return Browser()
