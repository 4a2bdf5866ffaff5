"""One browser, one demo and one bridge for all; each shopper has a browser profile of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from bridge.demo.scene import Scene
from tests.browser.choices import Choices
from tests.browser.chromium import chromium
from tests.browser.shopper import Shopper
from tests.browser.witness import Witness
from tests.journeys.process import BridgeProcess, quiet_port

NewShopper = Callable[..., Shopper]
_SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; see chromium.py for where it is looked for."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def scene(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The demo with the bridge beside it. Depends on the browser: nothing is started for tests that skip."""
    port = quiet_port()
    with Scene(port, work_dir=tmp_path_factory.mktemp("scene")) as made:
        bridge = BridgeProcess(made.config_path, port)
        try:
            yield made
        finally:
            bridge.kill()


@pytest.fixture(scope="session")
def choices(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Choices]:
    """A second bridge, on a site of its own, whose stores have several connections."""
    made = Choices(scene, tmp_path_factory.mktemp("choices"))
    yield made
    made.stop()


@pytest.fixture
def new_shopper(browser: Browser, scene: Scene) -> Iterator[NewShopper]:
    """Makes shoppers; keywords are Playwright's for a browser context.

    Whatever a shopper does, the bridge's pages make the browser complain of nothing, and nobody
    off this machine is asked for anything.
    """
    made: list[tuple[BrowserContext, Witness]] = []

    def new(**options: Any) -> Shopper:
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        witness = Witness(context, (scene.bridge_url, "http://bridge.localhost"))
        made.append((context, witness))
        return Shopper(context.new_page(), witness, scene)

    yield new
    for context, witness in made:
        context.close()
        assert witness.complaints == []
        assert witness.strangers == set()


@pytest.fixture
def shopper(new_shopper: NewShopper) -> Shopper:
    """Somebody with a new browser."""
    return new_shopper()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Pictures for a person to look at; git ignores them."""
    _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return _SCREENSHOTS
