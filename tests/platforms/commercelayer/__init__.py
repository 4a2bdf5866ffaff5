"""Commerce Layer, against an organization that enforces the documented rules."""
