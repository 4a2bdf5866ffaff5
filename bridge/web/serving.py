"""What the WSGI server imports in each worker process."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.domain.measuring import Measures
from bridge.net.waiting import pause
from bridge.settings import Settings, read_settings
from bridge.web.app import create_app
from bridge.web.gateway import Gateway
from bridge.web.logs import start_logging
from bridge.web.look import Look, looks
from bridge.web.metrics.memory import Memory
from bridge.web.metrics.numbers import Reads
from bridge.web.metrics.page import Metrics
from bridge.web.reloading import WorkersConfiguration
from bridge.web.worker import allow_open_files, end_with_server
from bridge.wiring.bridge import Bridge, wire
from bridge.wiring.platforms import check_platforms

if TYPE_CHECKING:
    from flask import Flask


def create() -> "Flask":
    """The WSGI app for the configuration named by BRIDGE_CONFIG. Raises `ConfigFaults`."""
    metrics = Metrics()
    metrics.states.start()
    bridge = _bridge(_settings(), metrics.calls)
    app = create_app(bridge, metrics)
    bridge.start_background()
    return app


def gateway(settings: Settings, memory: Memory | None = None, place: int = 0) -> Gateway:
    """The same app for the server of `bridge serve`, which read the settings; it takes up later ones.

    `memory`: where the workers of the server count together, with the place of this one.
    """
    end_with_server()
    allow_open_files()
    metrics = Metrics(memory, place)
    bridge = _bridge(settings, metrics.calls)
    app, look = _front(bridge, metrics)
    bridge.start_background()
    gateway = Gateway(
        app, look, crowds=_crowds(settings), https=_is_https(settings), refused=metrics.calls.refused
    )
    metrics.states.of(bridge, lambda: (gateway.inside, gateway.waiting))
    metrics.states.start()

    def take(fresh: Settings) -> None:
        nonlocal bridge
        begun = _bridge(fresh, metrics.calls)
        front = _front(begun, metrics)
        begun.start_background()  # not before: what cannot be put together must leave no thread at work
        gateway.replace(*front, crowds=_crowds(fresh), https=_is_https(fresh))
        bridge.stop_background()
        bridge = begun

    WorkersConfiguration(_settings, take, Reads(metrics.numbers).kept).start()
    return gateway


def _front(bridge: Bridge, metrics: Metrics) -> "tuple[Flask, Look]":
    app = create_app(bridge, metrics)
    with app.app_context():
        return app, looks().of("")


def _crowds(settings: Settings) -> frozenset[str]:
    """What requests go through: none of these shall keep the others' people waiting."""
    return frozenset((*settings.stores, *settings.connections, "healthz", "readyz"))


def _is_https(settings: Settings) -> bool:
    """Whether browsers come by https: TLS ends at the proxy."""
    return settings.server.public_url.startswith("https:")


def _settings() -> Settings:
    settings = read_settings(Path(os.environ["BRIDGE_CONFIG"]), os.environ)
    check_platforms(settings)
    return settings


def _bridge(settings: Settings, measures: Measures) -> Bridge:
    start_logging(settings.server.log_level)
    return wire(
        settings,
        now=time.time,
        monotonic=time.monotonic,
        pause=pause,
        measures=measures,
    )
