"""The configuration: one TOML file and the environment become one frozen Settings, or all faults at once.

Everything about keys is declared once, from declaration.py on; the reader, the example, the JSON Schema and
the reference in the docs come from there. This folder reads the files it is told of and the environment it is
handed. It must not open connections, ask a dependency, know a framework, or let a value into any message.
It is called by wiring and cli.
"""

from bridge.settings.connection import ConnectionSettings
from bridge.settings.declaration import RedisSettings, ServerSettings, Settings
from bridge.settings.example import example_toml, json_schema
from bridge.settings.faults import ConfigFaults, Fault
from bridge.settings.keys import Key, declared_keys
from bridge.settings.reading import read_settings
from bridge.settings.store import BigCommerceSettings, CustomersSettings, StoreSettings

__all__ = [
    "BigCommerceSettings",
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
