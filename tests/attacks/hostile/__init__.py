"""An OpenID provider that does as it is told, however wrong. Shares no code with the bridge: a stranger."""
