"""What the WSGI server imports in each worker process."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.settings import read_settings
from bridge.web.app import create_app
from bridge.web.logs import start_logging
from bridge.wiring import wire

if TYPE_CHECKING:
    from flask import Flask


def create() -> "Flask":
    """The app for the configuration named by BRIDGE_CONFIG. Raises `ConfigFaults`."""
    settings = read_settings(Path(os.environ["BRIDGE_CONFIG"]), os.environ)
    start_logging(settings.server.log_level)
    bridge = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
    bridge.start_background()
    return create_app(bridge)
