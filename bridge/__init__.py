"""Bridge: an enterprise's own identity provider signs its people in to a store."""

__version__ = "0.1.0"
