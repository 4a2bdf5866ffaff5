"""The demo is a counterpart that tests rely on; so it is tested itself."""
