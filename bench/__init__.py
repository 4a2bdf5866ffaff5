"""The benchmark: complete browser sign-ins against `bridge serve`, its CPU time taken from the system."""
