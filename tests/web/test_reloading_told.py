"""Who reads the audit learns which keys of the configuration changed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bridge.settings.live import LiveSettings
from bridge.web.reloading import ConfigurationWatch


class Live(LiveSettings):
    """One in which two keys changed."""

    def __init__(self) -> None:
        self.current: Any = Path()

    def renew(self) -> tuple[str, ...]:
        return ("server.log_level", "connections.acme.client_secret")


def test_the_names_of_changed_keys_are_told_once_it_is_in_use() -> None:
    heard: list[Sequence[str] | None] = []
    assert ConfigurationWatch(Live(), list, heard.append).renew()
    assert heard == [("server.log_level", "connections.acme.client_secret")]
