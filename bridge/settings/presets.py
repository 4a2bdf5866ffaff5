"""What the make of an identity provider decides where the file is silent, and what its profile does."""

from collections.abc import Mapping
from typing import Any

from bridge.idp.preset import Preset
from bridge.idp.presets import PRESETS
from bridge.settings.profiles import profile_defaults


def preset_of(connection: Mapping[str, object]) -> Preset | None:
    """Return the row of a connection's make; None for a word that is no make, which its own check reports."""
    provider = connection.get("provider", "oidc")
    return PRESETS.get(provider) if isinstance(provider, str) else None


def with_presets(tree: dict[str, object]) -> dict[str, object]:
    """Return the tables of a file with the defaults of makes and profiles where a connection is silent."""
    connections = tree.get("connections")
    if not isinstance(connections, dict):
        return tree
    return tree | {"connections": {name: _completed(each) for name, each in connections.items()}}


def properties_of(provider: str, issuer: str) -> dict[str, Any]:
    """Return the properties of a connection that its make settles, and no key of the file."""
    return PRESETS[provider].properties(issuer)


def _completed(connection: object) -> object:
    if not isinstance(connection, dict):
        return connection
    preset = preset_of(connection)
    return {**(preset.defaults() if preset else {}), **profile_defaults(connection), **connection}
