"""What the WSGI server imports in each worker process."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.net.turnstile import Turnstile
from bridge.settings import read_settings
from bridge.web.app import create_app
from bridge.web.gateway import Gateway
from bridge.web.logs import start_logging
from bridge.web.worker import allow_open_files, end_with_server
from bridge.wiring.bridge import Bridge, wire

if TYPE_CHECKING:
    from flask import Flask


def create() -> "Flask":
    """The WSGI app for the configuration named by BRIDGE_CONFIG. Raises `ConfigFaults`."""
    return create_app(_bridge(None))


def gateway() -> Gateway:
    """The same app for the server of `bridge serve`. Raises `ConfigFaults`."""
    end_with_server()
    allow_open_files()
    turnstile = Turnstile()
    return Gateway(create_app(_bridge(turnstile)), turnstile)


def _bridge(turnstile: Turnstile | None) -> Bridge:
    settings = read_settings(Path(os.environ["BRIDGE_CONFIG"]), os.environ)
    start_logging(settings.server.log_level)
    bridge = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep, turnstile=turnstile)
    bridge.start_background()
    return bridge
