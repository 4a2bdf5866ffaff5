"""The platform of docs/platforms/writing-a-platform.md, as a distribution that is not the bridge's."""
