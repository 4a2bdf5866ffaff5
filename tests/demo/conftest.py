"""The provider that the tests of this folder share."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from bridge.demo.idp import Fault, IdpOptions, create_idp
from bridge.demo.serving import Served

from .provider import CLIENT, OTHER, Provider


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    apps = []

    def make(url: str) -> Flask:
        apps.append(create_idp(IdpOptions(url, (CLIENT, OTHER), slow_seconds=0.4)))
        return apps[0]

    with Served.knowing_its_url(make) as served:
        yield Provider(served.url, apps[0].extensions["demo_idp"])


@pytest.fixture
def idp(running: Provider) -> Iterator[Provider]:
    """The running provider, met by somebody new; clock and faults are set right afterwards."""
    yield Provider(running.url, running.memory)
    running.memory.clock, running.memory.fault = time.time, Fault.NONE
