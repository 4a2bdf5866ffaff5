"""What the make of an identity provider decides where the file is silent."""

from collections.abc import Mapping

from bridge.idp.presets import PRESETS, Preset


def preset_of(connection: Mapping[str, object]) -> Preset | None:
    """Return the row of a connection's make; None for a word that is no make, which its own check reports."""
    provider = connection.get("provider", "oidc")
    return PRESETS.get(provider) if isinstance(provider, str) else None


def with_presets(tree: dict[str, object]) -> dict[str, object]:
    """Return the tables of a file with each make's defaults put in where a connection does not set them."""
    connections = tree.get("connections")
    if not isinstance(connections, dict):
        return tree
    return tree | {"connections": {name: _completed(each) for name, each in connections.items()}}


def _completed(connection: object) -> object:
    if not isinstance(connection, dict):
        return connection
    preset = preset_of(connection)
    return {**preset.defaults(), **connection} if preset else connection
