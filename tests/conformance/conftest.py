"""A module for each test, named after it; one bridge with a connection for each of them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.module import Module
from tests.conformance.suite import Suite
from tests.journeys.browser import Answer


def _alias(item: pytest.Item) -> str:
    return re.sub(r"[^a-z0-9]+", "-", item.name.removeprefix("test_")).strip("-")


def _response_mode(item: pytest.Item) -> str:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return str(parameters.get("response_mode", "query"))


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Suite]:
    items = [item for item in request.session.items if item.path.parent == Path(__file__).parent]
    modes = {_alias(item): _response_mode(item) for item in items}
    with Suite(tmp_path_factory.mktemp("conformance"), modes) as suite:
        yield suite


@pytest.fixture
def response_mode() -> str:
    """That of every plan but Form Post."""
    return "query"


@pytest.fixture
def module(suite: Suite, request: pytest.FixtureRequest, response_mode: str) -> Module:
    """The module that the test is named after, to be changed before anybody signs in."""
    return suite.modules[_alias(request.node)]


@pytest.fixture
def sign_in(suite: Suite, module: Module) -> Callable[[], Answer]:
    """The bridge runs through the module once; the answer is the page on which the browser ends."""
    return lambda: suite.sign_in(module)
