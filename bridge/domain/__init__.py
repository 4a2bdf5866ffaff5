"""What the bridge knows, without doing anything: types, rules and the ports to the world.

Pure: the standard library only; no I/O, no clock, no randomness, no environment, no framework.
Every other folder may import this one; this one imports none of them.
"""
