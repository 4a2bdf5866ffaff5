"""The configuration: one TOML file and the environment become one frozen Settings, or all faults at once.

Everything about keys is declared once, from declaration.py on; the reader, the example, the JSON Schema and
the reference in the docs come from there. This folder reads the files it is told of and the environment it is
handed. It must not open connections, ask a dependency, know a framework, or let a value into any message.
It is called by wiring and cli; the tables of platforms are written in its terms.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.settings.connection import ConnectionSettings
    from bridge.settings.declaration import RedisSettings, ServerSettings, Settings
    from bridge.settings.example import example_toml, json_schema
    from bridge.settings.faults import ConfigFaults, Fault
    from bridge.settings.keys import Key, declared_keys
    from bridge.settings.reading import read_settings
    from bridge.settings.store import CustomersSettings, StoreSettings

__all__ = [
    "ConfigFaults",
    "ConnectionSettings",
    "CustomersSettings",
    "Fault",
    "Key",
    "RedisSettings",
    "ServerSettings",
    "Settings",
    "StoreSettings",
    "declared_keys",
    "example_toml",
    "json_schema",
    "read_settings",
]

#: Looked for when they are asked for: store.py asks the installed platforms for their tables, and these are
#: written with table.py and values.py, which must not wait for store.py.
_PLACES = {
    "ConfigFaults": "faults",
    "ConnectionSettings": "connection",
    "CustomersSettings": "store",
    "Fault": "faults",
    "Key": "keys",
    "RedisSettings": "declaration",
    "ServerSettings": "declaration",
    "Settings": "declaration",
    "StoreSettings": "store",
    "declared_keys": "keys",
    "example_toml": "example",
    "json_schema": "example",
    "read_settings": "reading",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
