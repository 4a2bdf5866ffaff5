"""Hostile identity providers and browsers against a running bridge.

`hostile` is the provider that misbehaves, `families` the tables of attacks, `arena` the place where all of
them are played at once, `browser` and `walks` what a person's browser does, `judging` who is right.
"""
