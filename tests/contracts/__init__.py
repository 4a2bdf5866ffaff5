"""What every implementation of a port promises: abstract suites, run by tests/state on memory and on Redis."""
