"""The OpenID Foundation's relying-party modules, played by a provider of our own that judges as their suite does."""
